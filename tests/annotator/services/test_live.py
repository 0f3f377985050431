"""Help is about the response as it is edited, and speaks of the words of the response as it was."""

from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies

from annotator.models import Checkpoint, Image, Item, Project
from annotator.services import live
from annotator.services.checkpoints import register
from annotator.services.images import store_image
from annotator.services.live import edit
from rewardmodel.records import words
from rewardmodel.scenes import PICTURE_BOOK
from rewardmodel.scenes.samples import judged_scenes, picturebook_records
from rewardmodel.taxonomy import Kind

RESPONSE = "  Zwei Hunde, 👩‍👩‍👧 und  ein\nkleiner كلب sitzen im Gras."


def item_with(response: str) -> Item:
    return Item(response=response, words=[list(word) for word in words(response)])


@pytest.mark.parametrize(
    ("edits", "text"),
    [
        ([], RESPONSE),
        ([[1, 2, "Katzen"]], RESPONSE.replace("Hunde", "Katzen")),
        ([[0, 1, ""], [4, 6, "rote"]], "  Hunde, 👩‍👩‍👧 und  rote كلب sitzen im Gras."),
        ([[0, 10, ""]], " ."),
        (
            [[0, 0, "Da"], [2, 2, "die"], [10, 10, "heute"]],
            RESPONSE.replace("Zwei", "Da Zwei").replace("👩‍👩‍👧", "die 👩‍👩‍👧").replace("Gras", "Gras heute"),
        ),
        ([[0, 1, ""], [1, 1, "Drei"], [2, 3, ""], [9, 10, ""]], "  Drei Hunde, und  ein\nkleiner كلب sitzen im."),
    ],
)
def test_words_that_were_kept_are_found_in_the_edited_text(edits: list[list[Any]], text: str) -> None:
    item = item_with(RESPONSE)
    edited = edit(item, edits)
    assert edited.text == text
    replaced = {number for first, end, _ in edits for number in range(first, end)}
    for number, place in enumerate(edited.places):
        assert (place is None) == (number in replaced)
        if place is not None:
            assert edited.text[slice(*place)] == item.quotes[number]


@given(strategies.data())
@settings(max_examples=200)
def test_any_edits_leave_the_other_words_where_they_are_said_to_be(data: strategies.DataObject) -> None:
    item = item_with(data.draw(strategies.text(alphabet="ab é👩‍ك字.,'\n ", min_size=1, max_size=40).filter(words)))
    cuts = sorted(data.draw(strategies.sets(strategies.integers(0, len(item.words)), max_size=6)))
    texts = strategies.sampled_from(["", "x", "new words", "字"])
    edits = [[first, end, data.draw(texts)] for first, end in zip(cuts[::2], cuts[1::2], strict=False)]
    places = data.draw(strategies.sets(strategies.integers(0, len(item.words)), max_size=3))
    missing = [[at, at, "big"] for at in places if not any(first < at < end for first, end, _ in edits)]
    edits = sorted([*edits, *missing], key=lambda edit: edit[:2])
    edited = edit(item, edits)
    assert all(edited.text[slice(*place)] == item.quotes[n] for n, place in enumerate(edited.places) if place)


@pytest.fixture(scope="module")
def drawing() -> tuple[bytes, str, str, tuple[int, int]]:
    """A drawing, a caption with one wrong colour, what would be right, and the span of the wrong one."""
    for (_, judged), record in zip(
        judged_scenes(PICTURE_BOOK, "validation", 200), picturebook_records(PICTURE_BOOK, "validation", 200), strict=True
    ):
        if [span.kind for span in record.spans] == [Kind.ATTRIBUTE] and judged.text.count(".") == 1:
            stream = BytesIO()
            record.image.save(stream, "PNG")  # type: ignore[union-attr]  # drawn, so no path
            [span] = record.spans
            return stream.getvalue(), record.response, "", (span.start, span.end)
    raise AssertionError


@pytest.fixture
def wrong(project: Project, drawing: tuple[bytes, str, str, tuple[int, int]]) -> Item:
    data, response, _, _ = drawing
    image: Image = store_image(data=data)
    return Item.objects.create(
        project=project, image=image, response=response, words=[list(word) for word in words(response)],
        prompt="Describe the picture.", fingerprint=sha256(response.encode()).hexdigest(),
    )  # fmt: skip


@pytest.fixture
def shipped(db: None, scorer_checkpoint: Path) -> Checkpoint:
    return register(folder=scorer_checkpoint, name="shipped")


def number_of(item: Item, span: tuple[int, int]) -> int:
    return next(n for n, (start, end) in enumerate(item.words) if start < span[1] and span[0] < end)


def ask(item: Item, checkpoint: Checkpoint, kind: str, **question: Any) -> Any:
    return live.answer(kind=kind, item_id=item.pk, checkpoint_id=checkpoint.pk, question={"edits": [], **question})


def test_the_first_suggestion_makes_a_doubted_word_believed(
    wrong: Item, shipped: Checkpoint, drawing: tuple[bytes, str, str, tuple[int, int]]
) -> None:
    number = number_of(wrong, drawing[3])
    before = ask(wrong, shipped, "values")["words"]
    assert before[number] < shipped.threshold
    best, *rest = ask(wrong, shipped, "suggestions", first=number, end=number + 1)
    assert len(rest) <= 2
    assert best["first"] <= number < best["end"]
    after = ask(wrong, shipped, "values", edits=[[best["first"], best["end"], best["text"]]])
    assert after["words"][number] is None
    assert after["edits"][0] > shipped.threshold
    assert min(value for value in [*after["words"], *after["edits"]] if value is not None) == pytest.approx(
        best["value"], abs=0.02
    )


def test_what_is_put_in_has_a_value_of_its_own(wrong: Item, shipped: Checkpoint) -> None:
    answer = ask(wrong, shipped, "values", edits=[[0, 0, "Zebra"], [len(wrong.words), len(wrong.words), ""]])
    assert None not in answer["words"]
    assert answer["edits"][0] is not None
    assert answer["edits"][1] is None


def test_values_without_edits_are_those_of_scoring(wrong: Item, shipped: Checkpoint) -> None:
    from annotator.services.images import image_file
    from annotator.services.scoring import scorer_of
    from rewardmodel.scoring import Request

    [scored] = scorer_of(shipped).score([Request(image_file(wrong.image), wrong.prompt, wrong.response)])
    assert ask(wrong, shipped, "values")["words"] == pytest.approx(scored, abs=0.02)


def test_evidence_is_a_map_over_the_patches(wrong: Item, shipped: Checkpoint) -> None:
    answer = ask(wrong, shipped, "evidence", word=1)
    assert [len(row) for row in answer["rows"]] == [8] * 8
    assert max(abs(value) for row in answer["rows"] for value in row) == 1.0
    assert answer["strength"] > 0


def test_what_cannot_be_answered_is_said(wrong: Item, shipped: Checkpoint) -> None:
    with pytest.raises(ValueError, match="replaced already"):
        ask(wrong, shipped, "suggestions", first=0, end=1, edits=[[0, 1, "x"]])
    with pytest.raises(ValueError, match="replaced already"):
        ask(wrong, shipped, "evidence", word=0, edits=[[0, 1, "x"]])
    with pytest.raises(ValueError, match="no kind of help"):
        ask(wrong, shipped, "poems")
    everything = [[0, len(wrong.words), ""]]
    assert ask(wrong, shipped, "values", edits=everything) == {"words": [None] * len(wrong.words), "edits": [None]}
