"""Adapters merged in part, on tiny models, and the truth of captions by hand."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from rewardmodel import backbones, captioner, checkpoints
from rewardmodel.backbones import merged_at
from rewardmodel.captioner import Captioner, captioner_of, captions
from rewardmodel.checkpoints import Card, Loaded
from rewardmodel.config import Attention, Lora, Optimisation, Teaching, TrainConfig
from rewardmodel.data import PictureBook
from rewardmodel.model import TokenRewardModel
from rewardmodel.records import Record
from rewardmodel.scenes import PICTURE_BOOK
from rewardmodel.scenes.layout import Box, Group, Scene
from rewardmodel.scoring import Scorer
from rewardmodel.tau import MEASURES, NOTHING, captioned, captioner_at, checked, lines, name_of, over_tau, panels
from rewardmodel.train import train

PICTURES = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue", "green")]
DOG = Group("dog", "brown", "", "ground", (Box(10, 80, 40, 110),))
SCENE = Scene(1, PICTURE_BOOK, "grass", is_night=False, groups=(DOG,), smalls=())
TRAINING = TrainConfig(
    Optimisation(steps=3, images_per_step=2, save_steps=9, warmup_steps=0, lr=0.05, bf16=False),
    Teaching(responses_per_image=2, patch_weight=0.0, cloze_weight=0.0, referent_weight=0.0),
    Lora(lora_rank=4),
)


@pytest.fixture
def trained(tiny_model, tiny_processor, tmp_path):
    """Folders of a captioner and of a reward model trained from it by LoRA, and the latter's merged weights before rounding."""
    captioner.save(tmp_path / "captioner", Captioner(captioner_of(tiny_model.backbone), tiny_processor))
    backbone, processor = backbones.load_backbone(str(tmp_path / "captioner"))
    start = Loaded(TokenRewardModel(backbone, Attention.CAUSAL), processor, Card(Attention.CAUSAL))
    train(start, PictureBook(PICTURE_BOOK, 6, 2, 64, seed=0), [], config=TRAINING, folder=tmp_path / "reward")
    return tmp_path / "captioner", tmp_path / "reward", start.model.backbone.state_dict()


def weights_at(trained, tau: float) -> dict[str, torch.Tensor]:
    return captioner_at(str(trained[0]), trained[1], tau).model.model.state_dict()


def test_tau_zero_is_the_captioner_exactly(trained):
    base = captioner.load(str(trained[0])).model.model.state_dict()
    assert all(torch.equal(weights, base[name]) for name, weights in weights_at(trained, 0.0).items())


def test_tau_one_is_the_reward_model(trained):
    whole = weights_at(trained, 1.0)
    for name, weights in trained[2].items():
        torch.testing.assert_close(whole[name], weights, atol=1e-6, rtol=1e-6, msg=name)
    stored = checkpoints.load(trained[1]).model.backbone.state_dict()  # in 16 bits
    torch.testing.assert_close(whole["language_model.layers.0.mlp.up_proj.weight"],
        stored["language_model.layers.0.mlp.up_proj.weight"], atol=1e-3, rtol=1e-3)  # fmt: skip


def test_half_of_tau_is_halfway_in_weights(trained):
    none, half, whole = (weights_at(trained, tau) for tau in (0.0, 0.5, 1.0))
    moved = [name for name in none if not torch.equal(none[name], whole[name])]
    assert any("language_model" in name for name in moved)
    assert any("multi_modal_projector" in name for name in moved)
    assert not any("vision_tower" in name or "embed_tokens" in name for name in moved)
    for name, weights in half.items():
        torch.testing.assert_close(weights, (none[name] + whole[name]) / 2, atol=1e-6, rtol=1e-6, msg=name)


def test_a_merged_captioner_is_an_ordinary_model_folder(trained, tmp_path):
    made = captioner_at(str(trained[0]), trained[1], 0.5)
    captioner.save(tmp_path / "half", made)
    loaded = captioner.load(str(tmp_path / "half"))
    assert list(captions(loaded, PICTURES, "What?")) == list(captions(made, PICTURES, "What?"))
    assert "lora" not in "".join(loaded.model.state_dict())


def test_adapters_hold_nothing_but_weights_and_settings(trained):
    assert sorted(file.name for file in (trained[1] / "adapters").iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
    ]


@pytest.mark.parametrize("tau", [-0.1, 1.5])
def test_tau_is_a_share(tiny_model, tmp_path, tau):
    with pytest.raises(ValueError, match=r"must be in \[0, 1\]"):
        merged_at(tiny_model.backbone, tmp_path, tau)


def test_a_checkpoint_without_adapters_says_so(tiny_model, tmp_path):
    with pytest.raises(ValueError, match="--lora-rank"):
        merged_at(tiny_model.backbone, tmp_path, 0.5)


@pytest.mark.parametrize(
    ("caption", "shares"),
    [
        ("A brown dog stands on the grass. It is day.", (0, 0, 0, 0)),
        ("It is day. A brown dog stands on the sand.", (1 / 3, 1 / 2, 1, 0)),  # one of three claims, in the second sentence
        ("A dog dog dog. It is day.", (1 / 2, 1 / 2, 1, 1)),  # a sentence that can't be read
        ("", (1, 1, 1, 1)),
    ],
)
def test_checked_by_hand(caption, shares):
    assert checked(SCENE, caption).shares() == shares


def test_over_tau_gives_both_tables(tiny_checkpoint):
    records = [Record(PICTURES[0], "", text) for text in ("A brown dog stands on the grass.", NOTHING)]
    better = [Record(PICTURES[0], "", "A brown dog stands on the grass.")] * 2
    judge = Scorer.load(tiny_checkpoint)
    measured = over_tau(judge, {0.0: records, 0.25: better, 1.0: records}, [SCENE, SCENE])
    assert list(measured["truth"]) == ["tau-0", "tau-0.25", "tau-1"]
    row = measured["truth"]["tau-0.25"]
    assert (row["claim"]["rate"], row["claim"]["difference"], row["unread_sentences"]) == (0.0, -0.5, 0.0)
    assert measured["truth"]["tau-0"]["unread_sentences"] == 0.5
    assert [row["models"] for row in measured["judge"]["differences"]] == [["tau-0", "tau-0.25"], ["tau-0", "tau-1"]]
    said = list(lines(measured))
    assert "tau-0.25 less tau-0: -50.00 [-100.00, 0.00]" in " ".join(said[-2].split())
    assert over_tau(judge, {0.0: records}, None)["truth"] is None


def test_captioned_keeps_pictures_and_fills_in_for_nothing(tiny_model, tiny_processor):
    made = Captioner(captioner_of(tiny_model.backbone), tiny_processor)
    records = captioned(made, [Record(picture, "What?", "x") for picture in PICTURES])
    assert [record.image for record in records] == PICTURES
    assert [record.response for record in records] == [text or NOTHING for text in captions(made, PICTURES, "What?")]


@pytest.mark.parametrize(
    ("caption", "claims", "wrong", "sentences", "unread"),
    [
        ("", 1, 1, 1, 1),
        (" \n", 1, 1, 1, 1),
        ("\U0001f436", 1, 1, 1, 1),
        ("It is day.", 1, 0, 1, 0),
        ("It is day. It is night.", 2, 1, 2, 0),
        ("It is day, and it is night.", 2, 1, 2, 0),
        ("A brown dog stands on the grass. It wears a hat.", 3, 1, 2, 0),  # a dog may have a hat, this one has none
        ("Two black cats stand on the sand. Nothing else.", 3, 3, 2, 1),
    ],
)
def test_checked_counts_claims_and_sentences(caption, claims, wrong, sentences, unread):
    found = checked(SCENE, caption)
    assert (found.claims, found.wrong_claims, found.sentences, found.unread) == (claims, wrong, sentences, unread)


def test_the_first_sentence_is_judged_alone():
    assert [checked(SCENE, text).is_first_wrong for text in ("It is day. It is night.", "It is night. It is day.")] == [
        False,
        True,
    ]


@given(st.text(max_size=60))
@settings(deadline=None)
def test_any_caption_has_shares_that_are_shares(caption):
    found = checked(SCENE, caption)
    assert len(found.shares()) == len(MEASURES)
    assert all(0 <= share <= 1 for share in found.shares())
    assert (found.wrong_claims > 0) is (found.wrong_sentences > 0)
    assert found.unread <= found.wrong_sentences <= found.sentences <= found.claims


@pytest.mark.parametrize(("tau", "name"), [(0.0, "tau-0"), (0.25, "tau-0.25"), (1.0, "tau-1"), (0.1, "tau-0.1")])
def test_a_level_is_named_without_needless_zeros(tau, name):
    assert name_of(tau) == name


def test_panels_add_the_truth_to_the_judge(tiny_checkpoint):
    records = [Record(PICTURES[0], "", "A brown dog stands on the grass."), Record(PICTURES[1], "", "It is night.")]
    judge = Scorer.load(tiny_checkpoint)
    with_truth, without = (panels(over_tau(judge, {0.0: records}, scenes)) for scenes in ([SCENE, SCENE], None))
    assert [heading for heading, _ in with_truth[len(without) :]] == ["claims false", "first sentences false"]
    assert [shares[0][0] for _, shares in with_truth[len(without) :]] == [0.5, 0.5]
