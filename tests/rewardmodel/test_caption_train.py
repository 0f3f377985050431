"""Training a captioner: which token is read where, by hand, and lessons that are true and the same every time."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from rewardmodel.align import IGNORED
from rewardmodel.caption_train import CaptionCollator, CaptionLearner, TrueCaptions, next_tokens
from rewardmodel.captioner import next_token_loss
from rewardmodel.data import PROMPTS, Lesson
from rewardmodel.packing import EncodedResponse, pack
from rewardmodel.scenes import DUSK, PICTURE_BOOK, SMALLEST, draw
from rewardmodel.scenes.reading import error_count, read
from rewardmodel.scenes.samples import scene_of

EOS = 1


def response(*ids: int) -> EncodedResponse:
    return EncodedResponse(list(ids), [(place, place + 1) for place in range(len(ids))])


def read_of(blocks, responses):
    return next_tokens(pack(blocks, responses, 0), [len(block) for block in blocks], EOS)


def test_each_token_is_read_at_the_one_before_it():
    sources_BT, targets_BT = read_of([[7, 8]], [[response(10, 11), response(12)]])
    # columns: 0 and 1 the block, 2 and 3 the first response, 4 the second, which begins at the block as well
    assert sources_BT.tolist() == [[1, 2, 3, 1, 4]]
    assert targets_BT.tolist() == [[10, 11, EOS, 12, EOS]]


def test_shorter_rows_are_padded_with_what_is_ignored():
    sources_BT, targets_BT = read_of([[7, 8], [7, 8, 9]], [[response(10, 11)], [response(12)]])
    assert sources_BT.tolist() == [[1, 2, 3], [2, 3, 0]]
    assert targets_BT.tolist() == [[10, 11, EOS], [12, EOS, IGNORED]]


def test_an_empty_response_is_nothing_but_its_end():
    sources_BT, targets_BT = read_of([[7, 8, 9]], [[response(), response(10)]])
    assert (sources_BT.tolist(), targets_BT.tolist()) == ([[2, 2, 3]], [[EOS, 10, EOS]])


def test_a_row_without_a_response_asks_for_nothing():
    sources_BT, targets_BT = read_of([[7], [7]], [[], [response(10)]])
    assert targets_BT.tolist() == [[IGNORED, IGNORED], [10, EOS]]
    assert (sources_BT.dtype, targets_BT.dtype) == (torch.long, torch.long)
    assert read_of([[7]], [[]])[1].shape == (1, 0)


@given(st.lists(st.lists(st.lists(st.integers(10, 99), max_size=4), max_size=3), min_size=1, max_size=3))
@settings(deadline=None)
def test_every_token_and_every_end_is_asked_for_once(rows):
    _, targets_BT = read_of([[7, 8]] * len(rows), [[response(*ids) for ids in row] for row in rows])
    for row, targets in zip(rows, targets_BT.tolist(), strict=True):
        assert [target for target in targets if target != IGNORED] == [id_ for ids in row for id_ in (*ids, EOS)]


def lessons(length: int = 6, captions: int = 2, size: int = 64, seed: int = 3, world=PICTURE_BOOK) -> TrueCaptions:
    return TrueCaptions(world, length, captions, size, seed)


def test_a_lesson_is_a_drawing_of_the_training_split_with_captions_of_it():
    lesson, scene = lessons()[4], scene_of("train", 3 * 10**9 + 4, PICTURE_BOOK)
    assert lesson.image.tobytes() == draw(scene, 64).tobytes()
    assert lesson.prompt in PROMPTS
    assert [error_count(scene, text) for text, _ in lesson.responses] == [0, 0]


@pytest.mark.parametrize("seed", [0, 3, 999])
def test_no_caption_has_a_false_claim(seed):
    for index in range(25):
        scene = scene_of("train", seed * 10**9 + index, PICTURE_BOOK)
        for text, spans in lessons(captions=3, seed=seed)[index].responses:
            assert spans == ()
            assert [statement for statement in read(text) if statement.error_count(scene)] == [], text


def test_lessons_are_the_same_in_any_order_and_in_longer_training():
    few, many = lessons(length=3), lessons(length=300)
    for index in (2, 0, 1):
        assert few[index].responses == many[index].responses
        assert few[index].prompt == many[index].prompt
        assert few[index].image.tobytes() == many[index].image.tobytes()
    assert (len(few), len(many)) == (3, 300)


def test_other_seeds_draw_other_scenes_and_dusk_the_same_ones_in_its_colours():
    one, other, dusk = lessons()[0], lessons(seed=4)[0], lessons(world=DUSK)[0]
    assert one.responses != other.responses
    assert one.responses == dusk.responses
    assert one.image.tobytes() != dusk.image.tobytes()


@pytest.mark.parametrize("captions", [0, 1, 5])
def test_a_lesson_has_as_many_captions_as_wanted(captions):
    assert len(lessons(captions=captions)[0].responses) == captions


@pytest.mark.parametrize(("size", "drawn"), [(32, SMALLEST), (64, 64), (128, 128)])
def test_drawings_are_never_too_small_to_have_lines(size, drawn):
    assert lessons(size=size)[0].image.size == (drawn, drawn)


def test_prompts_vary_from_lesson_to_lesson():
    assert {lessons()[index].prompt for index in range(40)} == set(PROMPTS)


@pytest.fixture
def batch(tiny_processor):
    pictures = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    texts = [["A red dog sits on the grass.", "Two cats."], ["A sign."]]
    rows = [Lesson(picture, "", [(text, ()) for text in own]) for picture, own in zip(pictures, texts, strict=True)]
    return CaptionCollator(tiny_processor)(rows)


def test_a_batch_asks_for_the_tokens_of_the_captions_and_their_ends(batch, tiny_processor):
    tokenizer = tiny_processor.tokenizer
    first, second = ([id_ for id_ in row if id_ != IGNORED] for row in batch["targets_BT"].tolist())
    assert tokenizer.decode(first) == "A red dog sits on the grass.<eos>Two cats.<eos>"
    assert tokenizer.decode(second) == "A sign.<eos>"
    assert batch["pixels_BCHW"].shape == (2, 3, 32, 32)
    assert batch["ids_BL"].shape == batch["segments_BL"].shape == batch["positions_BL"].shape


def test_a_batch_reads_the_first_token_of_each_caption_at_the_end_of_the_prompt(batch, tiny_processor):
    last = len(tiny_processor.block("", Image.new("RGB", (32, 32))).ids) - 1
    sources, targets = batch["sources_BT"][0].tolist(), batch["targets_BT"][0].tolist()
    begins = [0, targets.index(tiny_processor.tokenizer.eos_token_id) + 1]
    assert [place for place, source in enumerate(sources) if source == last] == begins


def test_the_loss_is_that_of_the_next_tokens_and_its_head_is_not_used(batch, tiny_model):
    learner = CaptionLearner(tiny_model.backbone).eval()
    found = learner(**batch)
    features_BPD = learner.model.image_features(batch["pixels_BCHW"])
    hidden_BLD = learner.model.hidden(features_BPD, batch["ids_BL"], batch["segments_BL"], batch["positions_BL"])
    expected = next_token_loss(tiny_model.backbone, hidden_BLD, batch["sources_BT"], batch["targets_BT"])
    torch.testing.assert_close(found["loss"], expected)
    assert found["caption_loss"].item() == found["loss"].item()
    found["loss"].backward()
    assert not found["caption_loss"].requires_grad
    assert all(weights.grad is None for weights in learner.model.head.parameters())
    assert all(weights.grad is not None for name, weights in learner.named_parameters() if "layers.0" in name)


def test_a_captioner_that_knows_nothing_is_as_surprised_as_the_vocabulary_is_large(batch, tiny_model, tiny_processor):
    with torch.no_grad():
        tiny_model.backbone.get_input_embeddings().weight.zero_()
    loss = CaptionLearner(tiny_model.backbone).eval()(**batch)["loss"]
    assert loss.item() == pytest.approx(math.log(len(tiny_processor.tokenizer)), rel=1e-5)
