"""Scoring stores what the model says, once, and lets no broken item hold up another."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.conf import settings

from annotator.models import Checkpoint, Detection, Item, Project, ScoringFailure
from annotator.services import scoring
from annotator.services.checkpoints import register
from annotator.services.images import image_file
from annotator.services.scoring import refusal, score_items
from rewardmodel.records import words
from tests.annotator.conftest import make_checkpoint
from tests.conftest import stored_picture

MakeItems = Callable[..., list[Item]]


def ids(items: list[Item]) -> list[int]:
    return [item.pk for item in items]


def test_score_stores_one_value_a_word_and_the_doubt(scored_project: Project, tiny: Checkpoint, make_items: MakeItems) -> None:
    items = make_items(3)
    assert score_items(project_id=scored_project.pk, item_ids=ids(items)) == 3
    for item in Item.objects.all():
        [detection] = item.detections.all()
        assert detection.checkpoint == tiny
        assert len(detection.grounded) == len(item.words) == 10
        assert item.doubt == pytest.approx(1 - min(detection.grounded))


def test_score_equals_what_the_model_says_of_each_item_alone(
    scored_project: Project, tiny_folder: Path, make_items: MakeItems
) -> None:
    from rewardmodel.scoring import Request, Scorer

    items = make_items(5)
    score_items(project_id=scored_project.pk, item_ids=ids(items))
    scorer = Scorer.load(tiny_folder)
    for item in items:
        [alone] = scorer.score([Request(image_file(item.image), item.prompt, item.response)])
        assert item.detections.get().grounded == pytest.approx(alone, abs=1e-5)


def test_score_again_stores_nothing(scored_project: Project, make_items: MakeItems) -> None:
    items = make_items(3)
    score_items(project_id=scored_project.pk, item_ids=ids(items))
    before = list(Detection.objects.order_by("id").values())
    assert score_items(project_id=scored_project.pk, item_ids=ids(items)) == 0
    assert list(Detection.objects.order_by("id").values()) == before


def test_score_leaves_other_projects_alone(scored_project: Project, make_items: MakeItems) -> None:
    strangers = make_items(1, project=Project.objects.create(name="Boats", slug="boats"))
    assert score_items(project_id=scored_project.pk, item_ids=ids(strangers)) == 0
    assert not Detection.objects.exists()


def test_score_without_an_active_checkpoint_does_nothing(project: Project, make_items: MakeItems) -> None:
    assert score_items(project_id=project.pk, item_ids=ids(make_items(1))) == 0


def test_score_takes_a_long_response(scored_project: Project, make_items: MakeItems) -> None:
    [item] = make_items(1, response="A red kite flies above the white house. " * 450)
    assert score_items(project_id=scored_project.pk, item_ids=[item.pk]) == 1
    assert len(item.detections.get().grounded) == 8 * 450


def test_score_takes_emoji_and_right_to_left_text(scored_project: Project, make_items: MakeItems) -> None:
    response = "👩‍👩‍👧 under \u0634\u062c\u0631\u0629 and 家 …"
    [item] = make_items(1, response=response)
    assert score_items(project_id=scored_project.pk, item_ids=[item.pk]) == 1
    assert len(item.detections.get().grounded) == len(words(response))


@pytest.mark.parametrize("broken", [b"", b"\x89PNG\r\n\x1a\n and then nothing", None], ids=["empty", "cut off", "missing"])
def test_broken_picture_fails_its_items_only(
    scored_project: Project, tiny: Checkpoint, make_items: MakeItems, broken: bytes | None
) -> None:
    good = make_items(5)
    image = stored_picture(seed=7)
    bad = Item.objects.create(
        project=scored_project, image=image, response=good[0].response, words=good[0].words, fingerprint="bad"
    )
    file = settings.IMAGE_FOLDER / bad.image.path
    file.unlink() if broken is None else file.write_bytes(broken)
    assert score_items(project_id=scored_project.pk, item_ids=ids([*good, bad])) == 5
    failure = ScoringFailure.objects.get()
    assert (failure.item, failure.checkpoint, failure.attempts) == (bad, tiny, 1)
    assert file.name in failure.reason or "image" in failure.reason


def test_given_up_item_is_not_swept_again_and_a_mended_one_is_forgotten(
    scored_project: Project, tiny: Checkpoint, item: Item
) -> None:
    file = image_file(item.image)
    kept = file.read_bytes()
    file.write_bytes(b"")
    for attempt in range(1, 4):
        assert list(Item.objects.to_score(tiny)) == [item]
        assert score_items(project_id=scored_project.pk, item_ids=[item.pk]) == 0
        assert ScoringFailure.objects.get().attempts == attempt
    assert list(Item.objects.to_score(tiny)) == []
    file.write_bytes(kept)
    assert score_items(project_id=scored_project.pk, item_ids=[item.pk]) == 1
    assert not ScoringFailure.objects.exists()


def test_values_that_are_no_numbers_are_never_stored(project: Project, make_items: MakeItems, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = make_checkpoint(tmp_path / "sick")
    weights = load_file(folder / "model.safetensors")
    save_file({name: tensor * float("nan") for name, tensor in weights.items()}, folder / "model.safetensors")
    project.active_checkpoint = register(folder=folder, name="sick")
    project.save()
    items = make_items(2)
    assert score_items(project_id=project.pk, item_ids=ids(items)) == 0
    assert not Detection.objects.exists()
    assert {failure.reason for failure in ScoringFailure.objects.all()} == {"The model gave values that are no probabilities"}


@pytest.mark.parametrize(
    ("grounded", "reason"),
    [
        ([0.5, 1.0], ""),
        ([0.5], "The model gave 1 values for 2 words"),
        ([0.5, float("nan")], "The model gave values that are no probabilities"),
        ([0.5, 1.5], "The model gave values that are no probabilities"),
    ],
)
def test_refusal_names_what_is_wrong(grounded: list[float], reason: str) -> None:
    assert refusal(Item(words=[[0, 1], [2, 3]]), grounded) == reason


def test_weights_that_changed_after_they_were_registered_are_refused(
    project: Project, make_items: MakeItems, tmp_path: Path
) -> None:
    folder = make_checkpoint(tmp_path / "changing", seed=2)
    project.active_checkpoint = register(folder=folder, name="changing")
    project.save()
    make_checkpoint(folder, seed=3)
    with pytest.raises(ValueError, match="are not the registered ones"):
        score_items(project_id=project.pk, item_ids=ids(make_items(1)))


def test_scorers_of_two_projects_stay_loaded(tiny: Checkpoint, other: Checkpoint) -> None:
    assert [scoring.scorer_of(tiny), scoring.scorer_of(other)] == [scoring.scorer_of(tiny), scoring.scorer_of(other)]


def test_scoring_costs_the_same_queries_for_four_and_for_forty_items(
    scored_project: Project, make_items: MakeItems, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    few, many = make_items(4), make_items(40)
    for items in (few, many):
        with django_assert_num_queries(7):
            score_items(project_id=scored_project.pk, item_ids=ids(items))
