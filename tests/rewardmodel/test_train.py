"""Training: LoRA's share, one curve however a step is dealt out, the best weights, and going on after an interruption."""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from transformers import PaliGemmaProcessor, SiglipImageProcessorPil

from rewardmodel import backbones, checkpoints, commands
from rewardmodel.__main__ import main
from rewardmodel.align import GOOD
from rewardmodel.backbones import with_lora
from rewardmodel.calibration import Line, calibrate
from rewardmodel.checkpoints import Card, read_card, write_card
from rewardmodel.config import Attention, Lora, LoraOn, Optimisation, Teaching, TrainConfig
from rewardmodel.curves import COLUMNS, read_csv
from rewardmodel.data import PictureBook
from rewardmodel.evaluate import judge
from rewardmodel.metrics import best_threshold, map_neg, pooled
from rewardmodel.model import TokenRewardModel
from rewardmodel.scenes import PICTURE_BOOK
from rewardmodel.scenes.samples import picturebook_records
from rewardmodel.scoring import Scorer
from rewardmodel.train import newest_state, train
from rewardmodel.trainer import LEAST_OF_EACH
from tests.rewardmodel.conftest import TINY

SMALL = Optimisation(steps=4, images_per_step=2, save_steps=2, warmup_steps=1, bf16=False)
TEACHING = Teaching(responses_per_image=2, patch_weight=0.0)  # the tiny encoder sees two by two patches, the targets are for 64


def config(**changes: Any) -> TrainConfig:
    lora = {name: changes.pop(name) for name in tuple(changes) if name.startswith("lora_")}
    return TrainConfig(replace(SMALL, **changes), TEACHING, Lora(**lora))


@pytest.fixture
def lessons() -> PictureBook:
    return PictureBook(PICTURE_BOOK, 8, 2, 64, seed=0)


def state_of(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def changed(before: dict[str, torch.Tensor], model: torch.nn.Module) -> set[str]:
    return {name for name, tensor in model.state_dict().items() if not torch.equal(tensor, before[name])}


def test_with_lora_trains_decoder_and_projector_only(tiny_model):
    backbone = with_lora(tiny_model.backbone, Lora(lora_rank=4))
    trained = {name for name, weights in backbone.named_parameters() if weights.requires_grad}
    assert trained
    assert all("lora" in name for name in trained)
    assert any("multi_modal_projector" in name for name in trained)
    assert any("language_model" in name for name in trained)
    assert not any("vision_tower" in name for name in trained)


def test_train_with_lora_leaves_vision_encoder_and_embeddings_alone(tiny_checkpoint, lessons, tmp_path):
    start = checkpoints.load(tiny_checkpoint)
    before = state_of(start.model)
    train(start, lessons, [], config=config(lora_rank=4, lr=0.01), folder=tmp_path / "child")
    names = changed(before, start.model)
    assert "head.weight" in names
    assert any("language_model.layers.0" in name for name in names)
    assert any("multi_modal_projector" in name for name in names)
    assert not any("vision_tower" in name or "embed_tokens" in name for name in names)


def test_train_with_lora_writes_a_plain_checkpoint(tiny_checkpoint, lessons, tmp_path):
    start = checkpoints.load(tiny_checkpoint)
    train(start, lessons, [], config=config(lora_rank=4), folder=tmp_path / "child")
    child = checkpoints.load(tmp_path / "child")
    for name, tensor in start.model.state_dict().items():
        torch.testing.assert_close(child.model.state_dict()[name], tensor, atol=1e-3, rtol=1e-3, msg=name)
    assert child.card.training["lora_rank"] == 4
    assert child.card.threshold == 0.4  # nothing to choose by: the parent's


@pytest.mark.parametrize(("weight", "before", "after"), [(0.3, False, True), (0.0, False, False), (0.0, True, True)])
def test_the_card_says_whether_the_model_has_learned_to_guess(tiny_checkpoint, lessons, tmp_path, weight, before, after):
    start = checkpoints.load(tiny_checkpoint)
    start = start._replace(card=replace(start.card, guesses=before))
    taught = replace(config(steps=1, warmup_steps=0), teaching=replace(TEACHING, cloze_weight=weight))
    train(start, lessons, [], config=taught, folder=tmp_path / "child")
    assert read_card(tmp_path / "child").guesses is after
    assert ("cloze_loss" in read_csv(tmp_path / "child" / "curves.csv")[0]) is (weight > 0)


def inherited(parent: Path, *flags: str) -> TrainConfig:
    """The settings of a training from a parent under these flags."""
    parser = argparse.ArgumentParser()
    commands.train.add(parser, {})
    return commands.train.config_of(parser.parse_args(["--parent", str(parent), *flags]))


def test_a_child_is_of_its_parents_kind_unless_flags_say_otherwise(tiny_checkpoint, lessons, tmp_path):
    lora = config(lora_rank=4, lora_alpha=3, lora_on=LoraOn.DECODER, steps=3, lr=0.01)
    taught = replace(lora, teaching=replace(TEACHING, naive=True, bad_weight=1.5))
    train(checkpoints.load(tiny_checkpoint), lessons, [], config=taught, folder=tmp_path / "parent")
    child = inherited(tmp_path / "parent")
    assert child.lora == lora.lora
    assert (child.teaching.naive, child.teaching.bad_weight) == (True, 1.5)
    assert (child.optimisation, child.teaching.responses_per_image) == (Optimisation(), Teaching().responses_per_image)
    other = inherited(tmp_path / "parent", "--lora-rank", "2", "--lora-on", "both", "--naive", "0", "--bad-weight", "3")
    assert other.lora == Lora(lora_rank=2)  # the alpha belonged to the other rank
    assert (other.teaching.naive, other.teaching.bad_weight) == (False, 3.0)


def test_a_parent_that_does_not_say_how_it_was_trained_is_trained_further_by_what_it_is(tiny_checkpoint):
    card = read_card(tiny_checkpoint)
    for backbone, rank in (("", 0), (commands.train.SMALL, 0), ("google/paligemma-3b-mix-448", 512)):
        write_card(tiny_checkpoint, replace(card, backbone=backbone, is_naive=True))
        settings = inherited(tiny_checkpoint)
        assert (settings.lora, settings.teaching) == (Lora(lora_rank=rank), Teaching(naive=True))
    assert inherited(tiny_checkpoint, "--lora-rank", "0").lora == Lora()


class Failing(PictureBook):
    """Lessons that end in a failure, as a machine that dies would."""

    given = 0

    def __getitem__(self, index):
        self.given += 1
        if self.given > 6:  # three steps of two
            raise RuntimeError("The power went out")
        return super().__getitem__(index)


def test_an_interrupted_training_goes_on_to_the_same_weights(tiny_checkpoint, lessons, tmp_path):
    whole = checkpoints.load(tiny_checkpoint)
    train(whole, lessons, [], config=config(), folder=tmp_path / "whole", progress=tmp_path / "whole.jsonl")
    with pytest.raises(RuntimeError, match="The power went out"):
        train(
            checkpoints.load(tiny_checkpoint),
            Failing(PICTURE_BOOK, 8, 2, 64, seed=0),
            [],
            config=config(),
            folder=tmp_path / "parts",
        )
    assert sorted(state.name for state in (tmp_path / "parts" / "state").iterdir()) == ["checkpoint-2", "training.json"]
    (tmp_path / "parts" / "state" / "checkpoint-3").mkdir()  # died in the midst of saving another
    resumed = checkpoints.load(tiny_checkpoint)
    train(resumed, lessons, [], config=config(), folder=tmp_path / "parts", progress=tmp_path / "parts.jsonl")
    assert not changed(whole.model.state_dict(), resumed.model)
    assert json.loads((tmp_path / "parts.jsonl").read_text().splitlines()[-1])["done"] == 4


def test_embeddings_take_smaller_steps(tiny_checkpoint, lessons, tmp_path):
    start = checkpoints.load(tiny_checkpoint)
    before = state_of(start.model)
    train(start, lessons, [], config=config(steps=1, warmup_steps=0, lr=0.01), folder=tmp_path / "child")
    steps = {name: (tensor - before[name]).abs().max().item() for name, tensor in start.model.state_dict().items()}
    assert steps["head.weight"] == pytest.approx(0.01, rel=0.05)
    assert steps["backbone.language_model.embed_tokens.weight"] == pytest.approx(0.01 / 16**0.5, rel=0.05)


FLAGS = [
    "--steps", "4", "--images-per-step", "4", "--responses-per-image", "2", "--warmup-steps", "1", "--bf16", "0",
    "--log-steps", "1", "--save-steps", "2", "--eval-steps", "2", "--validation-scenes", "4",
]  # fmt: skip
ONE_THREAD = os.environ | {"OMP_NUM_THREADS": "1"}  # as here: sums of more threads are rounded in another order


@pytest.fixture(scope="module")
def parent(tmp_path_factory, tiny_processor) -> Path:
    """A checkpoint with as many patches as drawings have targets for, so that every part of the loss counts."""
    folder = tmp_path_factory.mktemp("parent")
    images = SiglipImageProcessorPil(size={"height": 128, "width": 128}, image_seq_length=64)
    processor = PaliGemmaProcessor(image_processor=images, tokenizer=tiny_processor.tokenizer)
    torch.manual_seed(0)
    backbone = backbones.small_backbone(processor, replace(TINY, image_size=128))
    checkpoints.save(folder, TokenRewardModel(backbone, Attention.LOOKAHEAD), processor, Card())
    return folder


def arguments(parent: Path, out: Path, *flags: str) -> list[str]:
    return ["train", "--parent", str(parent), "--out", str(out), *FLAGS, *flags]


@pytest.fixture(scope="module")
def whole(parent, tmp_path_factory) -> Path:
    """The folder of a training in one process, one pass a step, that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    assert main(arguments(parent, folder)) == 0
    return folder


def trained(folder: Path) -> dict[str, torch.Tensor]:
    """Every weight after the last step, those of the teachers too, in 32 bits."""
    return load_file(folder / "state" / "checkpoint-4" / "model.safetensors")


def assert_same_training(folder: Path, whole: Path, *, losses: float, weights: float) -> None:
    rows, expected = read_csv(folder / "curves.csv"), read_csv(whole / "curves.csv")
    assert [row["step"] for row in rows] == [1, 2, 3, 4]
    for row, other in zip(rows, expected, strict=True):
        assert row == pytest.approx(other, rel=0, abs=losses)
    for name, tensor in trained(whole).items():
        torch.testing.assert_close(trained(folder)[name], tensor, atol=weights, rtol=0, msg=name)


def test_curves_hold_every_part_and_measurement(whole):
    first, second, *_ = read_csv(whole / "curves.csv")
    assert set(COLUMNS) - set(first) == {"map_neg", "response_accuracy", "threshold"}
    assert set(second) == set(COLUMNS)
    weights = {"token_loss": 1.0, "cloze_loss": 0.3, "patch_loss": 0.5, "referent_loss": 0.5}
    assert first["loss"] == pytest.approx(sum(weight * first[name] for name, weight in weights.items()), rel=1e-5)


def test_passes_train_as_one_large_batch_does(parent, whole, tmp_path):
    assert main(arguments(parent, tmp_path, "--images-per-pass", "2")) == 0
    assert_same_training(tmp_path, whole, losses=1e-5, weights=1e-4)


@pytest.mark.slow
def test_processes_train_as_one_does(parent, whole, tmp_path):
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    subprocess.run([*launcher, "-m", "rewardmodel", *arguments(parent, tmp_path)], check=True, env=ONE_THREAD)
    assert_same_training(tmp_path, whole, losses=1e-5, weights=1e-4)


@pytest.mark.slow
def test_a_killed_training_goes_on_to_the_same_curve_and_weights(parent, whole, tmp_path):
    killed = subprocess.Popen([sys.executable, "-m", "rewardmodel", *arguments(parent, tmp_path)], env=ONE_THREAD)
    while not (tmp_path / "state" / "checkpoint-2" / "trainer_state.json").exists():
        assert killed.poll() is None, "It ended before it was killed"
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not (tmp_path / "state" / "checkpoint-4").exists()
    assert main(arguments(parent, tmp_path)) == 0
    assert_same_training(tmp_path, whole, losses=0.0, weights=0.0)
    assert checkpoints.weights_sha256(tmp_path) == checkpoints.weights_sha256(whole)


@pytest.mark.parametrize("lora_rank", [0, 4])
def test_the_folder_holds_the_best_weights_on_validation(tiny_checkpoint, lessons, tmp_path, lora_rank):
    validation = list(picturebook_records(PICTURE_BOOK, "validation", 2 * LEAST_OF_EACH, 64))
    wild = config(steps=4, eval_steps=1, lr=0.05, warmup_steps=0, lora_rank=lora_rank)
    card = train(checkpoints.load(tiny_checkpoint), lessons, validation, config=wild, folder=tmp_path / "child")
    measured = {int(row["step"]): row["map_neg"] for row in read_csv(tmp_path / "child" / "curves.csv")}
    best = max(measured, key=measured.__getitem__)
    assert card.training["best_step"] == best != 4  # else the last weights would do
    judged = list(judge(Scorer.load(tmp_path / "child"), validation))
    assert map_neg(judged) == pytest.approx(measured[best], abs=0.01)  # kept in 16 bits
    assert card.threshold == pytest.approx(best_threshold(judged, least=LEAST_OF_EACH), abs=0.01)
    assert card.threshold != 0.4  # the parent's
    assert [file.name for file in (tmp_path / "child" / "state").glob("best-*")] == [f"best-{best}.safetensors"]
    assert (tmp_path / "child" / "curves.png").exists()


def test_a_child_with_few_validation_records_is_calibrated_as_its_parent(tiny_checkpoint, lessons, tmp_path):
    loaded = checkpoints.load(tiny_checkpoint)
    calibrated = calibrate(loaded.model, loaded.card, Line(1.2, 0.8))
    checkpoints.save(tmp_path / "parent", loaded.model, loaded.processor, calibrated)
    validation = list(picturebook_records(PICTURE_BOOK, "validation", 4, 64))
    start = checkpoints.load(tmp_path / "parent")
    card = train(start, lessons, validation, config=config(steps=2, lr=0.0, warmup_steps=0), folder=tmp_path / "child")
    assert card.calibration == (1.2, 0.8)
    assert card.threshold == pytest.approx(calibrated.threshold)
    parent, child = (list(judge(Scorer.load(tmp_path / name), validation)) for name in ("parent", "child"))
    for one, other in zip(parent, child, strict=True):
        assert other.values == pytest.approx(one.values, abs=2e-3)  # kept in 16 bits


def test_a_child_with_enough_validation_records_has_a_line_of_its_own(tiny_checkpoint, lessons, tmp_path):
    validation = list(picturebook_records(PICTURE_BOOK, "validation", 2 * LEAST_OF_EACH, 64))
    wild = config(steps=4, lr=0.05, warmup_steps=0)
    card = train(checkpoints.load(tiny_checkpoint), lessons, validation, config=wild, folder=tmp_path / "child")
    judged = list(judge(Scorer.load(tmp_path / "child"), validation))
    assert card.calibration  # with these weights it ranks good tokens above bad ones
    values, labels = pooled(judged)
    assert values.mean() == pytest.approx((labels == GOOD).mean(), abs=0.02)


def test_a_training_that_gets_no_better_ends(tiny_checkpoint, lessons, tmp_path):
    validation = list(picturebook_records(PICTURE_BOOK, "validation", 4, 64))
    idle = config(steps=4, eval_steps=1, patience=2, lr=0.0)
    card = train(checkpoints.load(tiny_checkpoint), lessons, validation, config=idle, folder=tmp_path)
    assert [row["step"] for row in read_csv(tmp_path / "curves.csv")] == [1, 2, 3]
    assert card.training["best_step"] == 1


def test_a_folder_goes_on_with_its_own_training_alone(tiny_checkpoint, tmp_path, capsys):
    rows = [{"image": "a.png", "response": text} for text in ("A red dog sits.", "Two cats.")]
    Image.new("RGB", (32, 32), "red").save(tmp_path / "a.png")
    for name in ("one", "copy", "other"):
        kept = rows[:1] if name == "other" else rows
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in kept))
    out, second = tmp_path / "out", tmp_path / "second"
    start = checkpoints.load(tiny_checkpoint)
    torch.nn.init.ones_(start.model.head.weight)
    checkpoints.save(second, start.model, start.processor, start.card)

    def run(parent: Path, data: str, steps: int, *flags: str) -> tuple[int, str]:
        given = ["--images-per-step", "2", "--save-steps", "1", "--replay", "0", "--steps", str(steps), *flags]
        status = main(["train", "--parent", str(parent), "--data", str(tmp_path / data), "--out", str(out), *given])
        return status, capsys.readouterr().err

    assert run(tiny_checkpoint, "one.jsonl", 2)[0] == 0
    before = checkpoints.weights_sha256(out)
    for parent, data, flags, differing in [
        (tiny_checkpoint, "other.jsonl", (), 'data was ["sha256:'),
        (second, "one.jsonl", (), f'parent was "{checkpoints.weights_sha256(tiny_checkpoint)}"'),
        (tiny_checkpoint, "one.jsonl", ("--lr", "0.5"), "lr was 0.001, not 0.5."),
        (tiny_checkpoint, "one.jsonl", ("--lora-rank", "2"), "lora_rank was 0, not 2."),
    ]:
        status, said = run(parent, data, 3, *flags)
        assert status == 1
        assert said.startswith(f"train: {out} holds another training: {differing}")
        assert "Give another --out" in said
        assert checkpoints.weights_sha256(out) == before
    assert run(tiny_checkpoint, "copy.jsonl", 3, "--patience", "2", "--save-steps", "2")[0] == 0  # the same file elsewhere
    assert [row["step"] for row in read_csv(out / "curves.csv")][-1] == 3
    (out / "state" / "training.json").unlink()  # as begun before it was kept
    assert run(tiny_checkpoint, "other.jsonl", 4)[0] == 0


def test_a_state_that_was_cut_off_is_not_the_newest(tmp_path):
    for step, text in ((2, "{}"), (10, "{}"), (12, '{"global_step": 1')):
        (tmp_path / f"checkpoint-{step}").mkdir()
        (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text(text)
    assert newest_state(tmp_path) == str(tmp_path / "checkpoint-10")
