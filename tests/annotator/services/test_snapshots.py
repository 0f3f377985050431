"""Snapshots hold what people are known to think, each picture in one part, and are the same for the same labels."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.conf import settings

from annotator.models import Annotation, Item, Project, Snapshot, User
from annotator.services import snapshots
from annotator.services.annotations import save_events
from annotator.services.folding import Judgement
from annotator.services.reviews import reopen
from annotator.services.snapshots import TooFewLabelsError, freeze, labels_of, require_enough, split_of, write_records
from rewardmodel.records import Span, read_records
from tests.annotator.labelling import drawn_items, judge, make_item
from tests.annotator.reviewing import settle, share
from tests.annotator.services.test_annotations import event
from tests.conftest import stored_picture

RESPONSE = "A red kite flies above the white house."
WRONG = Span(2, 5)


def item_on(project: Project, seed: int) -> Item:
    return make_item(project, stored_picture(seed), RESPONSE)


def item_in(project: Project, split: str) -> Item:
    """An item whose picture belongs to a part."""
    pictures = (stored_picture(seed) for seed in range(100))
    return make_item(project, next(picture for picture in pictures if split_of(picture.sha256) == split), RESPONSE)


def labelled(project: Project, user: User, count: int = 72) -> None:
    for item, spans in drawn_items(project, count):
        judge(item, user, spans)


def test_labels_are_the_submitted_judgements_that_count(project: Project, alice: User, rita: User) -> None:
    wrong, right, extra, draft = (item_on(project, seed) for seed in range(4))
    judge(wrong, alice, [WRONG])
    judge(right, alice, [])
    judge(extra, alice, [])
    assert judge(extra, rita, [WRONG]).counts is False
    Annotation.objects.create(item=draft, annotator=alice)
    rows = labels_of(project).rows
    assert [row["item_id"] for row in sorted(rows, key=lambda row: row["item_id"])] == [wrong.pk, right.pk, extra.pk]
    assert {row["item_id"]: row["spans"] for row in rows} == {
        wrong.pk: [{"start": 2, "end": 5, "kind": None}],
        right.pk: [],
        extra.pk: [],
    }


def test_settled_judgement_stands_for_all_of_its_item(project: Project, alice: User, mary: User, rita: User) -> None:
    share(project)
    settled, open_one = item_in(project, "train"), item_on(project, 200)
    for item in (settled, open_one):
        Item.objects.filter(pk=item.pk).update(open_slots=2)
        judge(item, alice, [WRONG], text="green")
        judge(item, mary, [], rest_checked=False)
    before = labels_of(project)
    assert (sorted(row["item_id"] for row in before.rows if row["source"] == "human"), before.incomplete) == (
        [settled.pk, open_one.pk],
        2,
    )
    settle(settled, rita, Judgement(1, 2, "wrong", "attribute", "grey"))
    after = labels_of(project)
    rows = {row["source"]: row for row in after.rows if row["item_id"] == settled.pk}
    assert [(row["source"], row["annotation_id"]) for row in rows.values()] == [("human", None), ("corrected", None)]
    assert rows["human"]["spans"] == [{"start": 2, "end": 5, "kind": "attribute"}]
    assert rows["corrected"]["response"] == "A grey kite flies above the white house."
    assert (after.incomplete, after.count()) == (1, 2)
    reopen(item=settled, reviewer=rita)
    assert labels_of(project) == before


def test_snapshot_is_written_from_reviews_too(project: Project, alice: User, mary: User, rita: User) -> None:
    share(project)
    for item, spans in drawn_items(project, 72):
        Item.objects.filter(pk=item.pk).update(open_slots=2)
        judge(item, alice, spans)
        judge(item, mary, spans)
        settle(item, rita)
    snapshot = freeze(project=project)
    assert snapshot.train_items + snapshot.test_items == 72
    assert set(pq.read_table(settings.DATA_FOLDER / snapshot.path)["annotation_id"].to_pylist()) == {None}


def test_untouched_words_are_not_taken_for_right_ones(project: Project, alice: User) -> None:
    judge(item_on(project, 0), alice, [WRONG], rest_checked=False)
    judge(item_on(project, 1), alice, [Span(0, len(RESPONSE))], rest_checked=False)
    labels = labels_of(project)
    assert (labels.count(), labels.incomplete) == (1, 1)


def test_correction_is_a_second_record_to_learn_from_only(project: Project, alice: User) -> None:
    learned, tested = item_in(project, "train"), item_in(project, "test")
    judge(learned, alice, [WRONG], text="green")
    judge(tested, alice, [WRONG], text="green")
    rows = {(row["item_id"], row["source"]): (row["split"], row["response"], row["spans"]) for row in labels_of(project).rows}
    span = {"start": 2, "end": 5, "kind": None}
    assert rows == {
        (learned.pk, "human"): ("train", RESPONSE, [span]),
        (learned.pk, "corrected"): ("train", "A green kite flies above the white house.", []),
        (tested.pk, "human"): ("test", RESPONSE, [span]),
    }


def test_missing_word_marks_the_words_beside_it_and_counts_as_mended(project: Project, alice: User) -> None:
    item = item_in(project, "train")
    acts = [event("insert", at=2, text="big", kind="attribute"), event("insert", at=8, text="there")]
    save_events(item=item, user=alice, events=[*acts, event("submit", rest_checked=True)])
    assert [(row["source"], row["response"], row["spans"]) for row in labels_of(project).rows] == [
        ("human", RESPONSE, [{"start": 2, "end": 10, "kind": "attribute"}, {"start": 33, "end": 38, "kind": None}]),
        ("corrected", "A red big kite flies above the white house there.", []),
    ]


def test_words_beside_what_is_missing_are_known(project: Project, alice: User) -> None:
    item = make_item(project, stored_picture(0), "Red kite.")
    save_events(item=item, user=alice, events=[event("insert", at=1, text="big"), event("submit")])
    assert (labels_of(project).count(), labels_of(project).incomplete) == (1, 0)


def test_flag_without_a_replacement_gives_no_corrected_record(project: Project, alice: User) -> None:
    judge(item_in(project, "train"), alice, [WRONG])
    assert [row["source"] for row in labels_of(project).rows] == ["human"]


def test_a_fifth_of_the_pictures_tests() -> None:
    import hashlib

    splits = [split_of(hashlib.sha256(bytes([number, high])).hexdigest()) for number in range(100) for high in range(100)]
    assert 0.18 < splits.count("test") / len(splits) < 0.22


def test_items_on_one_picture_are_in_one_part(project: Project, alice: User) -> None:
    picture = stored_picture()
    for number in range(5):
        judge(make_item(project, picture, f"{RESPONSE} {number}"), alice, [])
    assert len({row["split"] for row in labels_of(project).rows}) == 1


def test_same_labels_give_the_same_snapshot_and_more_labels_keep_the_parts(project: Project, alice: User) -> None:
    labelled(project, alice)
    first = freeze(project=project)
    assert freeze(project=project) == first
    assert Snapshot.objects.count() == 1
    parts = {row["item_id"]: row["split"] for row in labels_of(project).rows}
    judge(item_on(project, 0), alice, [])
    second = freeze(project=project)
    assert second.sha256 != first.sha256
    assert parts.items() <= {row["item_id"]: row["split"] for row in labels_of(project).rows}.items()


def test_snapshot_file_carries_its_hash_and_its_rows(project: Project, alice: User) -> None:
    labelled(project, alice)
    snapshot = freeze(project=project)
    table = pq.read_table(settings.DATA_FOLDER / snapshot.path)
    assert snapshots._sha256(settings.DATA_FOLDER / snapshot.path) == snapshot.sha256
    assert table.num_rows == snapshot.train_items + snapshot.test_items == 72
    assert set(table["image_sha256"].to_pylist()) == set(Item.objects.values_list("image__sha256", flat=True))


def test_records_of_a_part_are_what_the_reward_model_reads(project: Project, alice: User, tmp_path: Path) -> None:
    labelled(project, alice)
    snapshot = freeze(project=project)
    counts = {part: write_records(snapshot=snapshot, split=part, path=tmp_path / f"{part}.jsonl") for part in ("train", "test")}
    assert counts == {"train": snapshot.train_items, "test": snapshot.test_items}
    records = [record for part in counts for record in read_records(tmp_path / f"{part}.jsonl")]
    assert len(records) == 72
    assert all(isinstance(record.image, Path) and record.image.exists() for record in records)
    assert sum(bool(record.spans) for record in records) == 36


@pytest.mark.parametrize(
    ("judged", "wrong", "incomplete", "told"),
    [
        (0, 0, 0, "0 fully judged responses of at least 50, 0 of them with wrong words (at least 10)"),
        (12, 3, 2, "12 fully judged responses of at least 50, 3 of them with wrong words (at least 10)"),
    ],
)
def test_too_few_labels_are_refused_with_the_figures(
    project: Project, alice: User, judged: int, wrong: int, incomplete: int, told: str
) -> None:
    for number in range(judged + incomplete):
        spans = [WRONG] if number < wrong else []
        judge(item_on(project, number), alice, spans, rest_checked=number < judged)
    with pytest.raises(TooFewLabelsError) as refusal:
        freeze(project=project)
    assert told in str(refusal.value)
    assert ("2 more were submitted without “rest checked”" in str(refusal.value)) is bool(incomplete)
    assert not Snapshot.objects.exists()


def test_no_more_labels_are_read_than_it_takes_to_know_that_there_are_enough(
    scored_project: Project, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "LEAST_LABELS", 4)
    monkeypatch.setattr(snapshots, "LEAST_WRONG", 1)
    monkeypatch.setattr(snapshots, "LEAST_TESTED_WRONG", 1)
    monkeypatch.setattr(snapshots, "split_of", lambda _sha256: "test")
    items = drawn_items(scored_project, 12)
    judge(items[1][0], alice, items[1][1])
    with pytest.raises(TooFewLabelsError, match="1 fully judged responses of at least 4"):
        require_enough(scored_project)
    for item, spans in items[2:]:
        judge(item, alice, spans)
    seen = []
    monkeypatch.setattr(snapshots, "is_complete", lambda label: bool(seen.append(label)) or True)
    require_enough(scored_project)
    assert len(seen) == 4
