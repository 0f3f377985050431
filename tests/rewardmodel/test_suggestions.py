"""Suggestions: replacements for a flagged passage, ranked by the reward of the whole new response."""

import pytest
from PIL import Image

from rewardmodel.checkpoints import SHIPPED
from rewardmodel.records import words
from rewardmodel.scenes import PICTURE_BOOK, describe, draw, perturb
from rewardmodel.scenes.samples import scene_of
from rewardmodel.scoring import Request, Scorer
from rewardmodel.suggestions import CANDIDATES, candidates, check_passage, flagged_passages, suggest
from rewardmodel.taxonomy import Kind

TEXT = "A red dog sits on the grass."


@pytest.fixture
def scorer(tiny_checkpoint) -> Scorer:
    return Scorer.load(tiny_checkpoint, "cpu")


@pytest.fixture(scope="module")
def shipped() -> Scorer:
    return Scorer.load(SHIPPED, "cpu")


@pytest.fixture
def request_(scorer) -> Request:
    return Request(Image.new("RGB", (40, 30), "red"), "", TEXT)


def test_suggest_changes_nothing_but_its_own_range(scorer, request_):
    for span in [(2, 5), (6, 9), (0, 9), (10, 14)]:
        for one in suggest(scorer, request_, span, k=50):
            assert one.text == TEXT[: one.start] + one.replacement + TEXT[one.end :]
            assert one.start <= span[0]
            assert one.end >= span[1]
            assert one.text != TEXT


def test_suggest_gives_the_values_of_the_new_response(scorer, request_):
    [one] = suggest(scorer, request_, (2, 5), k=1)
    [values] = scorer.score([Request(request_.image, "", one.text)])
    assert one.value_of_response == pytest.approx(min(values), abs=0.02)  # bfloat16, where the CPU has it
    last = one.start + len(one.replacement)
    own = [value for (start, end), value in zip(words(one.text), values, strict=True) if start < last and one.start < end]
    assert one.value_of_passage == pytest.approx(min(own), abs=0.02)


def test_suggest_gives_k_different_ones_without_the_original(scorer, request_):
    for k in (1, 3, 5):
        texts = [one.text for one in suggest(scorer, request_, (6, 9), k=k)]
        assert len(set(texts) - {TEXT}) == k


def test_suggest_takes_an_image_that_was_read(scorer, request_):
    block = scorer.read(request_.image, "")
    scorer.model.backbone.vision_tower.register_forward_pre_hook(lambda *_: pytest.fail("the image was encoded again"))
    assert len(suggest(scorer, request_, (2, 5), block=block)) == 3


def test_candidates_are_few_and_the_deletion_is_among_them(scorer, request_):
    found = candidates(scorer, scorer.read(request_.image, ""), TEXT, (2, 5))
    assert CANDIDATES // 2 < len(found) <= CANDIDATES
    assert [one.edit.text for one in found if one.is_deletion] == ["dog"]


@pytest.mark.parametrize(
    ("response", "span", "message"),
    [
        ("", (0, 1), "at least one word"),
        ("  ", (0, 1), "at least one word"),
        (TEXT, (3, 3), "0 <= start < end"),
        (TEXT, (-1, 3), "0 <= start < end"),
        (TEXT, (2, 99), "0 <= start < end <= 28"),
        (TEXT, (3, 5), "does not begin and end with words"),
        (TEXT, (2, 6), "does not begin and end with words"),
    ],
)
def test_check_passage_says_what_is_wrong(response, span, message):
    with pytest.raises(ValueError, match=message):
        check_passage(response, span)


def test_suggest_refuses_bad_arguments(scorer, request_):
    with pytest.raises(ValueError, match="does not begin and end with words"):
        suggest(scorer, request_, (1, 5))
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        suggest(scorer, request_, (2, 5), k=0)


def test_flagged_passages_are_runs_of_words_below_the_threshold():
    assert flagged_passages("A red dog sits.", [0.9, 0.1, 0.2, 0.9], 0.3) == [(2, 9)]
    assert flagged_passages("A red dog sits.", [0.1, 0.9, 0.9, 0.29], 0.3) == [(0, 1), (10, 14)]
    assert flagged_passages("A red dog sits.", [0.9] * 4, 0.3) == []


@pytest.mark.parametrize("kind", [Kind.ATTRIBUTE, Kind.OBJECT, Kind.SMALL_OBJECT, Kind.TEXT])
def test_the_true_word_is_mostly_among_the_first_three(shipped, kind):
    tried = found = number = 0
    while tried < 8:
        scene, number = scene_of("validation", number, PICTURE_BOOK), number + 1
        true = describe(scene, number)
        wrong = perturb(scene, true, kind, number)
        if wrong is not None and len(wrong.spans) == 1:
            [span] = wrong.spans
            suggested = suggest(shipped, Request(draw(scene), "", wrong.text), (span.start, span.end))
            tried, found = tried + 1, found + (true.text in [one.text for one in suggested])
    assert found >= 6
