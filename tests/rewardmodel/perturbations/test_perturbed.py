"""A perturbed caption marks what was put in, and the seam of what was taken out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardmodel.perturbations import Edit, Perturbed, edited
from rewardmodel.records import Span
from rewardmodel.taxonomy import Kind

TEXT = "A dog is not running."


@pytest.mark.parametrize(
    ("edits", "text", "spans"),
    [
        ([Edit(2, 5, "cat")], "A cat is not running.", [(2, 5)]),
        ([Edit(5, 5, " with a hat")], "A dog with a hat is not running.", [(6, 16)]),
        ([Edit(8, 12, "")], "A dog is running.", [(6, 16)]),
        ([Edit(12, 21, "")], "A dog is not", [(9, 12)]),
        ([Edit(0, 6, "")], "is not running.", [(0, 2)]),
        ([Edit(6, 8, "are"), Edit(0, 5, "Two dogs")], "Two dogs are not running.", [(0, 8), (9, 12)]),
    ],
)
def test_edited_marks_what_is_new_and_the_seam_of_what_is_gone(edits, text, spans):
    perturbed = edited(TEXT, edits, Kind.OBJECT)
    assert perturbed.text == text
    assert perturbed.spans == tuple(Span(start, end, Kind.OBJECT) for start, end in spans)


def test_seam_at_the_end_of_a_tokenised_caption_leaves_the_full_stop_alone():
    perturbed = edited("A soldier with a sword .", [Edit(9, 22, "")], Kind.COUNTERFACTUAL)
    assert (perturbed.text, perturbed.spans) == ("A soldier .", (Span(2, 9, Kind.COUNTERFACTUAL),))


def test_perturbed_tells_its_kind_and_its_range():
    perturbed = edited(TEXT, [Edit(0, 5, "Two dogs"), Edit(6, 8, "are")], Kind.COUNTING)
    assert perturbed.kind is Kind.COUNTING
    assert perturbed.span == Span(0, 12, Kind.COUNTING)


@pytest.mark.parametrize(
    "spans",
    [(), (Span(0, 1), Span(2, 3, Kind.OBJECT)), (Span(0, 1, Kind.TEXT), Span(2, 3, Kind.OBJECT)), (Span(0, 99, Kind.TEXT),)],
)
def test_perturbed_refuses_spans_that_cannot_be(spans):
    with pytest.raises(ValueError, match=r"perturbed text|ends after"):
        Perturbed(TEXT, spans)


def test_edited_counts_code_points():
    perturbed = edited("\U0001f436 a dog", [Edit(4, 7, "cat")], Kind.OBJECT)
    assert perturbed.text[perturbed.spans[0].start : perturbed.spans[0].end] == "cat"


@given(
    st.lists(
        st.tuples(st.sampled_from(["a dog", " \u05d0", "\U0001f436", ""]), st.sampled_from([" new ", "x", "two words"])),
        min_size=1,
    )
)
def test_edited_marks_what_is_new_and_leaves_all_else(rows):
    caption, edits, expected = "", [], ""
    for kept, new in rows:
        caption, expected = f"{caption}{kept}|", f"{expected}{kept}{new}"
        edits.append(Edit(len(caption) - 1, len(caption), new))
    perturbed = edited(caption, edits[::-1], Kind.OBJECT)
    assert perturbed.text == expected
    assert [expected[span.start : span.end] for span in perturbed.spans] == [new.strip() for _, new in rows]


def test_seams_that_overlap_are_one_span():
    perturbed = edited("A dog is not not running.", [Edit(8, 12, ""), Edit(12, 16, "")], Kind.COUNTERFACTUAL)
    assert (perturbed.text, perturbed.spans) == ("A dog is running.", (Span(6, 16, Kind.COUNTERFACTUAL),))


def test_a_deletion_beside_what_is_new_is_one_span():
    perturbed = edited("A big dog runs.", [Edit(1, 5, ""), Edit(6, 9, "cat")], Kind.OBJECT)
    assert (perturbed.text, perturbed.spans) == ("A cat runs.", (Span(0, 5, Kind.OBJECT),))
