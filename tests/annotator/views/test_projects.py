"""The list of projects, the overview, settings."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotator.models import AuditEntry, Checkpoint, Item, Membership, Project, Role, Run, ScoringFailure, User
from annotator.services import queue
from annotator.services.projects import start_project
from tests.annotator.labelling import judge

SETTINGS = "/projects/kites/settings/"


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch, tiny_folder: object) -> None:
    """New projects begin with a tiny checkpoint."""
    monkeypatch.setattr(settings, "TLDR_CHECKPOINT", str(tiny_folder))


@pytest.mark.django_db
def test_a_person_without_projects_is_told_what_to_do(bob: User, client_of: Callable[[User], Client]) -> None:
    page = client_of(bob).get("/").content.decode()
    assert "Ask whoever manages a project to add you" in page
    assert "bob@example.org" in page


@pytest.mark.django_db
def test_the_list_says_how_much_is_done_of_what_is_wanted(
    project: Project, make_items: Callable[..., list[Item]], alice: User, client_of: Callable[[User], Client]
) -> None:
    project.annotators_per_item = 2
    project.save()
    judge(make_items(3)[0], alice, [])
    page = " ".join(client_of(alice).get("/").content.decode().split())
    assert '<span class="soft number">1 of 6</span>' in page
    assert '<progress value="1" max="6"' in page


@pytest.mark.django_db
def test_a_manager_starts_a_project_and_manages_it(mary: User, shipped: None, client_of: Callable[[User], Client]) -> None:
    Project.objects.create(name="Taken", slug="two-dogs")
    response = client_of(mary).post("/projects/new/", {"name": "Two dogs", "instructions": ""})
    assert (response.status_code, response["Location"]) == (302, "/projects/two-dogs-2/")
    project = Project.objects.get(slug="two-dogs-2")
    assert Membership.objects.get(project=project).role == Role.MANAGER
    assert project.active_checkpoint == Checkpoint.objects.get()
    assert AuditEntry.objects.latest("id").act == "start project"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "狗", "x" * 101])
def test_a_name_that_makes_no_address_is_refused(name: str, mary: User, client_of: Callable[[User], Client]) -> None:
    response = client_of(mary).post("/projects/new/", {"name": name})
    assert response.status_code == 422
    assert Project.objects.count() == 1


@pytest.mark.django_db
def test_a_project_called_new_gets_another_address(mary: User, shipped: None, client_of: Callable[[User], Client]) -> None:
    assert client_of(mary).post("/projects/new/", {"name": "New"})["Location"] == "/projects/new-2/"


@pytest.mark.django_db
def test_settings_change_places_in_the_queue_and_are_audited(item: Item, mary: User, client_of: Callable[[User], Client]) -> None:
    values = {"name": "Kites", "instructions": "Look.", "annotators_per_item": 3, "lease_minutes": 5, "threshold": "0.25"}
    response = client_of(mary).post("/projects/kites/settings/", values)
    assert response.status_code == 302
    project = Project.objects.get()
    assert (project.instructions, project.annotators_per_item, project.lease_minutes, project.threshold) == ("Look.", 3, 5, 0.25)
    assert Item.objects.get().open_slots == 3
    entry = AuditEntry.objects.latest("id")
    assert entry.details == {
        "changed": ["annotators_per_item", "instructions", "lease_minutes", "threshold"],
        "before": {"annotators_per_item": 1, "instructions": "", "lease_minutes": 15, "threshold": None},
        "now": {"annotators_per_item": 3, "instructions": "Look.", "lease_minutes": 5, "threshold": 0.25},
    }


def as_sent(page: HttpResponse, **wishes: Any) -> dict[str, Any]:
    """What a browser sends of the settings page, with some fields filled in anew."""
    form = page.context["form"]
    values: dict[str, Any] = {}
    for field in form:
        shown = field.value()
        if field.name in wishes:
            shown = wishes[field.name]
        if shown not in (None, False):
            values[field.html_name] = str(shown).replace("\n", "\r\n")
        rendered = form.data.get(field.html_initial_name, field.initial)
        values[field.html_initial_name] = "" if rendered is None else str(rendered).replace("\n", "\r\n")
    return values


@pytest.mark.django_db
def test_two_managers_change_settings_at_once_and_neither_undoes_the_others(
    project: Project, mary: User, client_of: Callable[[User], Client]
) -> None:
    Project.objects.update(instructions="One.\nTwo.", threshold=0.25)
    page = client_of(mary).get(SETTINGS)
    assert 'name="initial-instructions"' in page.content.decode()
    Project.objects.update(instructions="Three.", gives_feedback=True)  # somebody else, meanwhile
    assert client_of(mary).post(SETTINGS, as_sent(page, threshold="")).status_code == 302
    project.refresh_from_db()
    assert (project.threshold, project.instructions, project.gives_feedback) == (None, "Three.", True)

    refused = client_of(mary).post(SETTINGS, as_sent(page, instructions="Mine.", lease_minutes=7))
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["instructions"]
    assert "Now it is “Three.”" in refused.content.decode()
    project.refresh_from_db()
    assert (project.instructions, project.lease_minutes) == ("Three.", 15)
    assert client_of(mary).post(SETTINGS, as_sent(refused)).status_code == 302  # now she knows
    project.refresh_from_db()
    assert (project.instructions, project.lease_minutes, project.gives_feedback) == ("Mine.", 7, True)
    assert AuditEntry.objects.latest("id").details["before"] == {"instructions": "Three.", "lease_minutes": 15}


@pytest.mark.django_db
def test_settings_out_of_range_are_refused_by_name(mary: User, project: Project, client_of: Callable[[User], Client]) -> None:
    values = {"name": "Kites", "annotators_per_item": 0, "lease_minutes": 5, "threshold": "1.5"}
    response = client_of(mary).post("/projects/kites/settings/", values)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"annotators_per_item", "threshold"}
    assert "Kites" in response.content.decode()


@pytest.mark.django_db
def test_overview_says_what_the_shipped_checkpoint_knows(scored: Item, mary: User, client_of: Callable[[User], Client]) -> None:
    page = client_of(mary).get("/projects/kites/").content.decode()
    assert "It knows drawings, not photographs." in page
    assert "manage.py add_checkpoint FOLDER --project kites --promote" in page
    child = Checkpoint.objects.create(name="child", path="x", weights_sha256="1" * 64, parent=scored.project.active_checkpoint)
    Project.objects.update(active_checkpoint=child)
    assert "It knows drawings" in client_of(mary).get("/projects/kites/").content.decode()
    stranger = Checkpoint.objects.create(name="stranger", path="x", weights_sha256="2" * 64)
    Project.objects.update(active_checkpoint=stranger)
    assert "It knows drawings" not in client_of(mary).get("/projects/kites/").content.decode()


@pytest.mark.django_db
def test_overview_warns_while_no_worker_is_alive(
    scored: Item, alice: User, broker: object, client_of: Callable[[User], Client]
) -> None:
    page = client_of(alice).get("/projects/kites/").content.decode()
    assert "No scorer is alive" in page
    assert "No worker for runs is alive" in page


@pytest.mark.django_db
def test_overview_says_how_many_items_could_not_be_scored_and_asks_no_more(
    item: Item, checkpoint: Checkpoint, alice: User, broker: object, client_of: Callable[[User], Client]
) -> None:
    Project.objects.update(active_checkpoint=checkpoint)
    ScoringFailure.objects.create(item=item, checkpoint=checkpoint, reason="broken", attempts=3)
    response = client_of(alice).get("/projects/kites/")
    assert "1 item could not be scored: the page of each says why. It is handed out" in response.content.decode()
    assert (response.context["progress"].scoring, "hx-get" in response.content.decode()) == ((0, 0, 1), False)


@pytest.mark.django_db
def test_overview_says_what_the_checkpoint_mostly_misses(
    item: Item, checkpoint: Checkpoint, alice: User, broker: object, client_of: Callable[[User], Client]
) -> None:
    Project.objects.update(active_checkpoint=checkpoint)
    checkpoint.metrics = {"child": {"by_kind": {"spatial": {"caught": 0.2}, "object": {"caught": 0.9}}}}
    checkpoint.save()
    page = client_of(alice).get("/projects/kites/").content.decode()
    assert "it missed most errors of the kind <strong>spatial</strong>" in page
    checkpoint.metrics = {}
    checkpoint.save()
    assert "it missed most errors" not in client_of(alice).get("/projects/kites/").content.decode()


@pytest.mark.django_db
def test_overview_answers_htmx_with_its_progress_only(scored: Item, alice: User, client_of: Callable[[User], Client]) -> None:
    page = client_of(alice).get("/projects/kites/", headers={"HX-Request": "true"}).content.decode().strip()
    assert page.startswith('<section class="panel" id="progress"')
    assert "<html" not in page


@pytest.mark.django_db
def test_lists_cost_the_same_queries_for_ten_rows_and_for_a_hundred(
    make_items: Callable[..., list[Item]], project: Project, mary: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(mary)
    pages = ["/", "/projects/kites/", "/projects/kites/items/", "/projects/kites/runs/", "/projects/kites/checkpoints/"]
    pages += ["/projects/kites/members/", "/projects/kites/export/"]
    grow(10, make_items, project, mary)
    few = [queries(client, page) for page in pages]
    grow(90, make_items, project, mary)
    assert [queries(client, page) for page in pages] == few


def grow(number: int, make_items: Callable[..., list[Item]], project: Project, mary: User) -> None:
    """More of everything that a page lists."""
    make_items(number)
    Run.objects.bulk_create(Run(project=project, kind=Run.Kind.EXPORT, started_by=mary) for _ in range(number))
    Checkpoint.objects.bulk_create(
        Checkpoint(project=project, name="x", path="x", weights_sha256="3" * 64) for _ in range(number)
    )
    people = User.objects.bulk_create(User(email=f"{number}-{n}@example.org") for n in range(number))
    Membership.objects.bulk_create(Membership(project=project, user=person, role=Role.ANNOTATOR) for person in people)
    projects = Project.objects.bulk_create(Project(name=f"P{number} {n}", slug=f"p-{number}-{n}") for n in range(number))
    Membership.objects.bulk_create(Membership(project=other, user=mary, role=Role.MANAGER) for other in projects)


def queries(client: Client, page: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(page).status_code == 200
    return len(captured)


@pytest.mark.django_db
def test_start_project_is_one_transaction(mary: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "TLDR_CHECKPOINT", "/nowhere")
    with pytest.raises((OSError, ValueError)):
        start_project(name="Lost", slug="lost", user=mary)
    assert not Project.objects.filter(slug="lost").exists()


@pytest.mark.django_db
def test_a_big_project_says_that_its_items_follow(
    project: Project, mary: User, make_items: Callable[..., list[Item]], client_of: Callable[[User], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    make_items(2)
    client = client_of(mary)
    page = client.post(SETTINGS, as_sent(client.get(SETTINGS), annotators_per_item=2), follow=True)
    assert "follow the new number" not in page.content.decode()
    monkeypatch.setattr(queue, "COUNTED_TOGETHER", 1)
    page = client.post(SETTINGS, as_sent(page, annotators_per_item=3), follow=True)
    assert "The items follow the new number of people within minutes" in page.content.decode()
