"""Scoring: one value a word, whatever the batch, and each image block once."""

import math
import weakref
from dataclasses import replace

import pytest
import torch
from PIL import Image

from rewardmodel import checkpoints, scoring
from rewardmodel.config import Attention
from rewardmodel.records import words
from rewardmodel.scoring import Request, Scorer

TEXTS = ["A red dog sits on the grass.", "Two cats.", 'A sign reads "STOP". Two cats are left of the house.']


@pytest.fixture
def pictures(tmp_path):
    paths = []
    for number, colour in enumerate(["red", "green", "blue"]):
        path = tmp_path / f"{number}.png"
        Image.new("RGB", (40, 30), colour).save(path)
        paths.append(path)
    return paths


@pytest.fixture
def scorer(tiny_checkpoint) -> Scorer:
    return Scorer.load(tiny_checkpoint, "cpu")


def test_weights_kept_in_16_bits_give_the_same_values_and_take_less(tiny_checkpoint, pictures, monkeypatch):
    monkeypatch.setattr(scoring, "has_fast_bf16", lambda device: True)
    requests = [Request(picture, "", text) for picture in pictures for text in TEXTS]
    loaded = checkpoints.load(tiny_checkpoint)
    whole, kept = Scorer(*loaded, torch.device("cpu")), Scorer.load(tiny_checkpoint, "cpu")
    assert kept.score(requests) == whole.score(requests)
    for name, weights in kept.model.state_dict().items():
        is_multiplied = weights.dim() > 1 and "embed" not in name
        assert not is_multiplied or weights.dtype == torch.bfloat16, name
    assert {weights.dtype for weights in loaded.model.state_dict().values()} == {torch.float32}


def test_a_response_without_a_word_has_no_values(scorer, pictures):
    block = scorer.read(pictures[0], "")
    assert scorer.score([Request(pictures[0], "", "")]) == [[]]
    assert scorer.score_after(block, "") == []
    values = scorer.score_all_after(block, ["", TEXTS[1], " "])
    assert (values[0], values[2]) == ([], [])
    assert values[1] == pytest.approx(scorer.score_after(block, TEXTS[1]), abs=0.02)


def test_score_gives_one_value_a_word(scorer, pictures):
    rows = scorer.score([Request(pictures[0], "", text) for text in TEXTS])
    assert [len(row) for row in rows] == [len(words(text)) for text in TEXTS]
    assert all(0.0 <= value <= 1.0 for row in rows for value in row)


def test_a_naive_model_says_of_every_word_what_it_says_at_the_last_token(scorer, pictures):
    request = Request(pictures[0], "", TEXTS[2])
    [tokens] = scorer.score_tokens([request])
    scorer.card = replace(scorer.card, is_naive=True)
    verdict = tokens.values[-1]
    assert scorer.score([request]) == [[verdict] * len(words(TEXTS[2]))]
    block = scorer.read(pictures[0], "")
    assert scorer.score_after(block, TEXTS[2]) == pytest.approx([verdict] * len(words(TEXTS[2])), abs=0.02)
    assert scorer.score_all_after(block, [TEXTS[2]])[0] == pytest.approx([verdict] * len(words(TEXTS[2])), abs=0.02)


def test_a_naive_model_says_of_a_long_response_what_it_says_of_its_worst_window(scorer, pictures):
    text = " ".join(TEXTS)
    scorer.card = replace(scorer.card, window=5)
    [tokens] = scorer.score_tokens([Request(pictures[0], "", text)])
    ends = [number for number in range(len(tokens.values)) if number % 5 == 4 or number == len(tokens.values) - 1]
    verdicts = [tokens.values[end] for end in ends]
    assert len(verdicts) > 2
    assert min(verdicts) != verdicts[-1]  # else the last window alone could have been asked
    scorer.card = replace(scorer.card, is_naive=True)
    assert scorer.score([Request(pictures[0], "", text)]) == [[min(verdicts)] * len(words(text))]
    block = scorer.read(pictures[0], "")
    assert scorer.score_after(block, text) == pytest.approx([min(verdicts)] * len(words(text)), abs=0.02)
    assert scorer.score_all_after(block, [text])[0] == pytest.approx([min(verdicts)] * len(words(text)), abs=0.02)


def test_a_window_is_read_as_if_it_were_the_whole_response(scorer, pictures):
    texts = ["A red dog sits on the grass.", " Two cats are left of the house."]
    size = len(scorer.processor.response(texts[0]).ids)
    assert scorer.processor.response("".join(texts)).ids[size:] == scorer.processor.response(texts[1]).ids
    [whole] = scorer.score([Request(pictures[0], "", "".join(texts))])
    scorer.card = replace(scorer.card, window=size)
    [cut] = scorer.score([Request(pictures[0], "", "".join(texts))])
    alone = [value for row in scorer.score([Request(pictures[0], "", text) for text in texts]) for value in row]
    assert cut == pytest.approx(alone, abs=0.02)  # bfloat16, where the CPU has it
    assert cut != pytest.approx(whole, abs=1e-4)


def test_score_of_a_batch_is_that_of_its_rows_alone(scorer, pictures):
    requests = [Request(picture, prompt, text) for picture in pictures for prompt in ("", "What?") for text in TEXTS]
    together = scorer.score(requests)
    for request, row in zip(requests, together, strict=True):
        [alone] = scorer.score([request])
        assert row == pytest.approx(alone, abs=0.02)  # bfloat16, where the CPU has it


def test_score_computes_each_image_block_once(scorer, pictures):
    images = 0

    def count(_module, arguments):
        nonlocal images
        images += arguments[0].shape[0]

    scorer.model.backbone.vision_tower.register_forward_pre_hook(count)
    scorer.score([Request(pictures[0], "", text) for text in TEXTS] + [Request(pictures[1], "", TEXTS[0])])
    assert images == 2


def test_score_takes_pictures_in_memory(scorer, pictures):
    with Image.open(pictures[0]) as picture:
        [in_memory] = scorer.score([Request(picture.copy(), "", TEXTS[0])])
    [from_file] = scorer.score([Request(pictures[0], "", TEXTS[0])])
    assert in_memory == pytest.approx(from_file, abs=1e-6)


def test_score_of_a_long_response_has_every_word(scorer, pictures):
    text = "A red dog sits. " * 700
    [row] = scorer.score([Request(pictures[0], "", text)])
    assert len(row) == 2_800
    assert not any(math.isnan(value) for value in row)


@pytest.mark.parametrize("attention", list(Attention))
@pytest.mark.parametrize("prompt", ["", "What does the picture show?"])
def test_score_after_a_block_that_was_read_is_that_of_a_full_pass(scorer, pictures, attention, prompt):
    scorer.model.attention = attention
    block = scorer.read(pictures[0], prompt)
    for text in [*TEXTS, "A red dog sits. " * 200, TEXTS[0]]:  # what was scored before leaves nothing behind
        [full] = scorer.score([Request(pictures[0], prompt, text)])
        assert scorer.score_after(block, text) == pytest.approx(full, abs=0.02)  # bfloat16, where the CPU has it


def test_score_after_looks_at_no_image_again(scorer, pictures):
    block = scorer.read(pictures[0], "")
    scorer.model.backbone.vision_tower.register_forward_pre_hook(lambda *_: pytest.fail("the image was encoded again"))
    assert len(scorer.score_after(block, TEXTS[0])) == 7


@pytest.mark.parametrize("attention", list(Attention))
def test_score_all_after_gives_each_response_what_it_gets_alone(scorer, pictures, attention):
    scorer.model.attention = attention
    block = scorer.read(pictures[0], "What?")
    texts = [*TEXTS, "A red dog sits. " * 200, TEXTS[0]]
    together = scorer.score_all_after(block, texts)
    for text, row in zip(texts, together, strict=True):
        assert row == pytest.approx(scorer.score_after(block, text), abs=0.02)  # bfloat16, where the CPU has it


def test_score_all_after_leaves_the_block_as_it_was(scorer, pictures):
    block = scorer.read(pictures[0], "What?")
    before = [(layer.keys.clone(), layer.values.clone()) for layer in block.cache.layers]
    scorer.score_all_after(block, TEXTS)
    for (keys, values), layer in zip(before, block.cache.layers, strict=True):
        assert torch.equal(keys, layer.keys)
        assert torch.equal(values, layer.values)


def test_score_all_after_reads_many_responses_in_one_pass(scorer, pictures):
    passes = 0

    def count(*_):
        nonlocal passes
        passes += 1

    block = scorer.read(pictures[0], "")
    scorer.model.backbone.language_model.register_forward_pre_hook(count)
    assert [len(row) for row in scorer.score_all_after(block, TEXTS * 10)] == [len(words(text)) for text in TEXTS * 10]
    assert passes == 1


def test_score_of_nothing_is_nothing(scorer):
    assert scorer.score([]) == []
    assert scorer.score_all_after(None, []) == []


def test_score_raises_for_a_broken_picture(scorer, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    with pytest.raises(OSError, match="cannot identify image file"):
        scorer.score([Request(broken, "", "A dog.")])


def test_blind_scores_are_those_of_grey(scorer, pictures):
    scorer.is_blind = True
    one, other = scorer.score([Request(pictures[0], "", TEXTS[0]), Request(pictures[1], "", TEXTS[0])])
    assert one == pytest.approx(other, abs=0.02)


def test_many_batches_on_single_cores_score_as_one_after_the_other(scorer, pictures, monkeypatch):
    requests = [Request(pictures[number % 3], f"{number}?", text) for number in range(8) for text in TEXTS]
    alone = scorer.score(requests)  # all of them fit into one batch
    monkeypatch.setattr("rewardmodel.scoring.BATCH_TOKENS_CPU", 1)
    before = torch.get_num_threads()
    assert [row for rows in scorer.score(requests) for row in rows] == pytest.approx(
        [row for rows in alone for row in rows], abs=0.02
    )
    assert torch.get_num_threads() == before


def test_a_broken_picture_among_many_batches_is_raised(scorer, pictures, tmp_path, monkeypatch):
    (tmp_path / "broken.png").write_bytes(b"no picture")
    monkeypatch.setattr("rewardmodel.scoring.BATCH_TOKENS_CPU", 1)
    requests = [Request(path, f"{number}?", "A dog.") for number in range(4) for path in (*pictures, tmp_path / "broken.png")]
    with pytest.raises(OSError, match="broken"):
        scorer.score(requests)


@pytest.mark.parametrize("cores", [1, 3])
def test_the_pixels_of_a_few_batches_are_held_at_a_time(scorer, pictures, monkeypatch, cores):
    held, most, images, before = [], 0, scorer.processor.images, torch.get_num_threads()

    def counted(opened):
        nonlocal most
        made = images(opened)
        held.append(weakref.ref(made["pixels_BCHW"]))
        most = max(most, sum(one() is not None for one in held))
        return made

    monkeypatch.setattr(scorer.processor, "images", counted)
    monkeypatch.setattr(scoring, "BATCH_TOKENS_CPU", 1)
    torch.set_num_threads(cores)
    try:
        rows = scorer.score([Request(pictures[0], f"{number}?", TEXTS[0]) for number in range(40)])
    finally:
        torch.set_num_threads(before)
    assert (len(held), len(rows)) == (40, 40)
    assert most <= cores + scoring.DECODERS + 2
