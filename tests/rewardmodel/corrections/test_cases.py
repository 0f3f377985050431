"""Cases: flags are passages, and sentences hold them."""

from pathlib import Path

from rewardmodel.corrections.cases import Case, Scored, sentences
from rewardmodel.records import Record

RESPONSE = 'A red dog sits here. A sign reads "NO!" and two cats stand. It is day'


def texts(spans) -> list[str]:
    return [RESPONSE[span.start : span.end] for span in spans]


def case(*flagged: int) -> Case:
    values = [0.1 if number in flagged else 0.9 for number in range(16)]
    return Case(Record(Path("x.png"), "", RESPONSE), Scored(RESPONSE, values, 0.5))


def test_sentences_end_at_stops_and_leave_out_the_space_between():
    assert texts(sentences(RESPONSE)) == ["A red dog sits here.", 'A sign reads "NO!"', "and two cats stand.", "It is day"]
    assert sentences("") == []


def test_neighbouring_flags_are_one_passage():
    assert case(1, 2, 9).passages() == ["red dog", "and"]
    assert texts(case(1, 2, 13).flagged_sentences()) == ["A red dog sits here.", "It is day"]


def test_scored_knows_its_lowest_value():
    assert case(3).scored.lowest == 0.1
    assert case(3).scored.marks.index(True) == 3
