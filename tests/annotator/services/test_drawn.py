"""What is drawn to teach is true: by the scenes, by construction, and as it lies in the folder of static files."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from PIL import Image as Picture

from annotator.models import AuditEntry, Check, Item, Membership, Project, Role, User
from annotator.services.drawn import TUTORIAL, create_tutorial, example
from annotator.services.examples import FOLDER, examples
from rewardmodel.taxonomy import KINDS, Kind

MOST_BYTES = 150_000


@pytest.mark.parametrize("kind", KINDS)
def test_the_stored_example_is_what_the_code_draws(kind: Kind) -> None:
    data, row = example(kind)
    stored = json.loads((FOLDER / "examples.json").read_text(encoding="utf-8"))[KINDS.index(kind)]
    assert row == stored
    with Picture.open(io.BytesIO(data)) as new, Picture.open(FOLDER / f"{kind}.png") as old:
        assert new.convert("RGB").tobytes() == old.convert("RGB").tobytes()


def test_examples_are_one_of_each_kind_and_small() -> None:
    assert [one.kind for one in examples()] == list(KINDS)
    assert all(one.wrong != one.right and one.spans for one in examples())
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < MOST_BYTES
    assert {file.name for file in FOLDER.iterdir()} == {"examples.json", *(f"{kind}.png" for kind in KINDS)}


def test_an_example_differs_from_the_right_caption_in_its_spans_only() -> None:
    for one in examples():
        before = one.wrong[: one.spans[0][0]].casefold().rstrip("an ")  # an article may follow the word after it
        assert one.right.casefold().startswith(before)


@pytest.fixture
def tutorial(mary: User, settings: Any, tiny_folder: object, broker: object) -> Project:
    settings.TLDR_CHECKPOINT = str(tiny_folder)
    return create_tutorial(name="Learn", slug="learn", user=mary)


@pytest.mark.django_db
def test_a_tutorial_has_one_scene_a_kind_and_two_clean_ones(tutorial: Project, mary: User) -> None:
    checks = Check.objects.filter(project=tutorial).order_by("item_id").select_related("item")
    assert [check.spans[0]["kind"] if check.spans else None for check in checks] == [kind for kind, _ in TUTORIAL]
    assert sorted(filter(None, (kind for kind, _ in TUTORIAL))) == sorted(KINDS)
    assert len(TUTORIAL) == len(KINDS) + 2
    for check in checks:
        assert all(check.item.response[span["start"] : span["end"]] == span["quote"] for span in check.spans)
    assert (tutorial.is_tutorial, tutorial.check_every, tutorial.gives_feedback) == (True, 1, True)
    assert tutorial.active_checkpoint is not None
    assert Membership.objects.get(project=tutorial).role == Role.MANAGER
    assert AuditEntry.objects.latest("id").act == "make tutorial"


@pytest.mark.django_db(transaction=True)
def test_a_tutorial_is_scored_like_every_project(tutorial: Project, broker: Any) -> None:
    assert broker.llen("score") == len(TUTORIAL)
    assert Item.objects.filter(project=tutorial).to_score(tutorial.active_checkpoint).count() == len(TUTORIAL)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_the_command_makes_one_with_an_address_of_its_own(tutorial: Project, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_tutorial", "Learn", manager="mary@example.org")
    assert "Made the tutorial 'learn-2', managed by mary@example.org" in capsys.readouterr().out
    with pytest.raises(CommandError, match="Latin letter"):
        call_command("create_tutorial", "狗", manager="mary@example.org")
