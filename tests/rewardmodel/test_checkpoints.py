"""Checkpoints: what is written is what is read, and what does not fit is refused."""

import json

import pytest
import torch

from rewardmodel import checkpoints
from rewardmodel.checkpoints import Card, read_card, weights_sha256
from rewardmodel.config import Attention


def test_save_and_load_give_the_same_weights_in_16_bits(tiny_checkpoint, tiny_model):
    loaded, processor, card = checkpoints.load(tiny_checkpoint)
    for name, tensor in tiny_model.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[name], tensor.to(torch.float16).float(), msg=name)
    assert card == Card(threshold=0.4, knows="nothing")
    assert processor.tokenizer.padding_side == "right"


def test_save_and_load_keep_the_tokens(tiny_checkpoint, tiny_processor):
    _, processor, _ = checkpoints.load(tiny_checkpoint)
    text = 'A red dog and ß "STOP".'
    ids = tiny_processor.tokenizer(text, add_special_tokens=False)["input_ids"]
    assert processor.tokenizer(text, add_special_tokens=False)["input_ids"] == ids


def test_weights_sha256_changes_with_the_weights(tiny_checkpoint, tiny_model, tiny_processor):
    before = weights_sha256(tiny_checkpoint)
    with torch.no_grad():
        tiny_model.head.bias.add_(1.0)
    checkpoints.save(tiny_checkpoint, tiny_model, tiny_processor, Card())
    assert weights_sha256(tiny_checkpoint) != before


def test_read_card_refuses_a_folder_without_one(tmp_path):
    with pytest.raises(ValueError, match=r"is not a checkpoint: it has no card\.json"):
        read_card(tmp_path)


def test_read_card_refuses_a_later_format(tiny_checkpoint):
    card = json.loads((tiny_checkpoint / "card.json").read_text())
    (tiny_checkpoint / "card.json").write_text(json.dumps(card | {"format": 99}))
    with pytest.raises(ValueError, match="has format 99, this version reads format 1"):
        read_card(tiny_checkpoint)


def test_load_refuses_weights_that_do_not_fit(tiny_checkpoint):
    from safetensors.torch import load_file, save_file

    state = load_file(tiny_checkpoint / "model.safetensors")
    state.pop("head.bias")
    save_file(state, tiny_checkpoint / "model.safetensors")
    with pytest.raises(ValueError, match=r"do not fit the configuration.*head\.bias"):
        checkpoints.load(tiny_checkpoint)


def test_load_refuses_weights_of_another_size(tiny_checkpoint):
    from safetensors.torch import load_file, save_file

    file = tiny_checkpoint / "model.safetensors"
    save_file(load_file(file) | {"head.weight": torch.zeros(1, 3)}, file)
    with pytest.raises(ValueError, match=rf"^{file}: weights do not fit the configuration: (.|\n)*head\.weight"):
        checkpoints.load(tiny_checkpoint)


@pytest.mark.parametrize("kept", [0, 4, 0.5])
def test_load_refuses_weights_that_are_cut_short(tiny_checkpoint, kept):
    file = tiny_checkpoint / "model.safetensors"
    whole = file.read_bytes()
    file.write_bytes(whole[: kept if isinstance(kept, int) else int(len(whole) * kept)])
    with pytest.raises(ValueError, match=rf"^{file} cannot be read: "):
        checkpoints.load(tiny_checkpoint)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"format": 1}', r": attention must be one of causal, lookahead, got None"),
        ('{"format": 1, "attention": "sideways"}', r": attention must be one of causal, lookahead, got 'sideways'"),
        ('{"format": 1, "attention": "causal", "colour": 3, "size": 1}', r": there is no field colour, size"),
        ("[]", r" is no card: it holds no object"),
        ('{"format": 1', r" is no card: Expecting"),
    ],
)
def test_read_card_refuses_what_is_no_card(tmp_path, text, reason):
    (tmp_path / "card.json").write_text(text)
    with pytest.raises(ValueError, match=rf"^{tmp_path / 'card.json'}{reason}"):
        read_card(tmp_path)


def test_read_card_takes_fields_that_are_missing_by_their_defaults(tmp_path):
    (tmp_path / "card.json").write_text('{"format": 1, "attention": "causal"}')
    assert read_card(tmp_path) == Card(Attention.CAUSAL)


@pytest.mark.parametrize("line", [[0.0, 1.0], [-1.0, 0.0], [1.0], ["1", 2.0], [float("nan"), 0.0], [1.0, float("inf")]])
def test_a_calibration_that_cannot_be_taken_back_is_named(tiny_checkpoint, line):
    file = tiny_checkpoint / "card.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"calibration": line}))
    with pytest.raises(ValueError, match="calibration must be a slope above 0 and a shift"):
        checkpoints.read_card(tiny_checkpoint)


@pytest.mark.parametrize(("training", "guesses"), [({"cloze_weight": 0.3}, True), ({"cloze_weight": 0.0}, False), ({}, False)])
def test_a_card_of_before_tells_by_its_training_whether_the_model_guesses(tmp_path, training, guesses):
    (tmp_path / "card.json").write_text(json.dumps({"format": 1, "attention": "causal", "training": training}))
    assert checkpoints.read_card(tmp_path).guesses is guesses


def test_the_shipped_checkpoint_guesses():
    assert json.loads((checkpoints.SHIPPED / "card.json").read_text())["guesses"] is True
