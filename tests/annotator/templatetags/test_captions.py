"""How responses are cut into what templates show."""

import pytest

from annotator.models import Annotation, Item
from annotator.services.folding import Judgement, judgements_to_json, spans_of
from annotator.templatetags.captions import doubt_level, doubtful, judged, pieces
from rewardmodel.records import words

RESPONSE = '"Two dogs", she said.'


def item_with(response: str = RESPONSE) -> Item:
    return Item(response=response, words=[list(word) for word in words(response)])


def test_pieces_leave_nothing_out() -> None:
    assert pieces(item_with()) == ['"', "Two", " ", "dogs", '", ', "she", " ", "said", "."]


@pytest.mark.parametrize(
    ("grounded", "level"), [(0.5, 0), (0.9, 0), (0.49, 1), (0.34, 1), (0.33, 2), (0.17, 2), (0.16, 3), (0.0, 3)]
)
def test_doubt_has_three_levels_below_the_threshold(grounded: float, level: int) -> None:
    assert doubt_level(grounded, 0.5) == level


def test_no_word_is_doubtful_below_a_threshold_of_zero() -> None:
    assert doubt_level(0.0, 0.0) == 0


def test_runs_of_one_level_are_marked_with_the_space_between_them() -> None:
    passages = [(passage.text, passage.level) for passage in doubtful(item_with(), [0.1, 0.1, 0.9, 0.4], 0.5)["passages"]]
    assert passages == [('"', 0), ("Two dogs", 3), ('", ', 0), ("she", 0), (" ", 0), ("said", 1), (".", 0)]


def test_an_item_without_detection_is_plain() -> None:
    assert "".join(passage.text for passage in doubtful(item_with(), None, 0.5)["passages"]) == RESPONSE


def test_wrong_passages_carry_their_replacement() -> None:
    spans = [{"start": 1, "end": 4, "kind": "counting", "quote": "Two", "replacement": "Three"}]
    passages = list(judged(Annotation(spans=spans), RESPONSE)["passages"])
    assert [passage.text for passage in passages] == ['"', "Two", ' dogs", she said.']
    assert (passages[1].kind, passages[1].replacement) == ("counting", "Three")


def test_missing_words_stand_where_they_are_missing_also_inside_wrong_passages() -> None:
    rows = [Judgement(1, 3, "wrong"), Judgement(2, 2, "wrong", kind="object", text="of"), Judgement(4, 4, "wrong", text="now")]
    item = item_with()
    spans = spans_of(RESPONSE, item.words, rows)
    annotation = Annotation(item=item, judgements=judgements_to_json(rows), spans=spans)
    passages = [(passage.text, passage.is_wrong, passage.replacement) for passage in judged(annotation, RESPONSE)["passages"]]
    assert passages == [
        ('"Two ', False, None),
        ('dogs", ', True, None),
        ("", False, None),
        ("", True, "of"),
        ("", False, None),
        ("she", True, None),
        (" said", False, None),
        ("", True, "now"),
        (".", False, None),
    ]
