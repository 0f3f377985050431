"""Studies on pages: how one begins and ends, what its page says, and what annotators don't see meanwhile."""

import csv
import json
import math
import random
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotator.models import Annotation, Assignment, Checkpoint, Item, Project, Study, User
from annotator.services.studies import start_study
from annotator.views import studies
from tests.annotator.services.test_queue import people

PAGE, SETTINGS = "/projects/kites/study/", "/projects/kites/settings/"
MakeItems = Callable[..., list[Item]]
ClientOf = Callable[[User], Client]


@pytest.fixture
def study(project: Project, mary: User) -> Study:
    return start_study(project=project, arms=["highlights", "verdict"], user=mary, seed=7)


def fill(study: Study, items: list[Item], users: list[User], checkpoint: Checkpoint) -> None:
    """Everybody judges all items, three times as fast with highlights; with those, every second one misses what others found."""
    chance = random.Random(1)
    for user_number, user in enumerate(users):
        for number, item in enumerate(items):
            arm = ("highlights", "verdict")[(number + user_number) % 2]
            seconds = (10 if arm == "highlights" else 30) * math.exp(chance.gauss(0, 0.2))
            misses = arm == "highlights" and number % 4 < 2
            Assignment.objects.create(study=study, item=item, annotator=user, place=number, arm=arm)
            Annotation.objects.create(
                item=item, annotator=user, arm=arm, checkpoint=checkpoint, status="submitted", active_ms=int(1_000 * seconds),
                judgements=[] if misses else [{"first": 1, "end": 3, "verdict": "wrong"}],
            )  # fmt: skip


@pytest.mark.django_db
def test_a_manager_starts_a_study_and_ends_it(project: Project, mary: User, client_of: ClientOf) -> None:
    client = client_of(mary)
    assert "Everybody gets highlights now" in client.get(SETTINGS).content.decode()
    response = client.post(f"{PAGE}start/", {"arms": ["highlights", "none"], "seed": "12"})
    assert (response.status_code, response["Location"]) == (302, PAGE)
    study = Study.objects.get()
    assert (study.arms, study.seed, study.ended_at) == (["highlights", "none"], 12, None)
    assert "It compares highlights and no help" in client.get(SETTINGS).content.decode()
    assert "a study compares" not in client.get(PAGE).content.decode()
    client.post(f"{PAGE}end/")
    assert Study.objects.get().ended_at is not None
    assert "Everybody gets highlights now" in client.get(SETTINGS).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "Choose at least two"),
        ({"arms": ["highlights"]}, "Choose at least two"),
        ({"arms": ["highlights", "unavailable"]}, "unavailable is not one of the available choices"),
        ({"arms": ["highlights", "none"], "seed": "-1"}, "greater than or equal to 0"),
        ({"arms": ["highlights", "none"], "seed": str(2**31)}, "less than or equal to 2147483647"),
    ],
)
def test_what_compares_nothing_is_refused_in_the_settings(
    values: dict[str, object], reason: str, project: Project, mary: User, client_of: ClientOf
) -> None:
    response = client_of(mary).post(f"{PAGE}start/", values)
    assert response.status_code == 422
    assert reason in response.content.decode()
    assert not Study.objects.exists()


@pytest.mark.django_db
def test_a_second_study_at_a_time_is_refused(study: Study, mary: User, client_of: ClientOf) -> None:
    response = client_of(mary).post(f"{PAGE}start/", {"arms": ["highlights", "none"]})
    assert (response.status_code, Study.objects.count()) == (422, 1)


@pytest.mark.django_db
def test_without_a_study_the_page_says_what_one_is_for(project: Project, mary: User, rita: User, client_of: ClientOf) -> None:
    pages = {user.email: client_of(user).get(PAGE).content.decode() for user in (mary, rita)}
    assert all("<h2>No study</h2>" in page for page in pages.values())
    assert ["To the settings" in page for page in pages.values()] == [True, False]


@pytest.mark.django_db
def test_a_study_that_has_just_begun_says_that_it_is_too_early(study: Study, rita: User, client_of: ClientOf) -> None:
    response = client_of(rita).get(PAGE)
    page = response.content.decode()
    assert "Too few captions to say: at least 10 in each arm" in page
    assert "Missed errors are known where several people judge the same items" in page
    assert (response.context["plot"], "<svg" in page, "End the study" in page) == (None, False, False)


@pytest.mark.django_db
def test_the_page_says_how_much_faster_and_what_was_missed(
    study: Study, make_items: MakeItems, checkpoint: Checkpoint, mary: User, client_of: ClientOf
) -> None:
    users = people(4, study.project)
    fill(study, make_items(24), users, checkpoint)
    response = client_of(mary).get(PAGE)
    page = response.content.decode()
    [found] = response.context["report"].speedups
    assert found.ratio == pytest.approx(3, rel=0.1)
    assert found.other_people is not None
    assert found.other_people[0] < 3 < found.other_people[1]
    assert (
        f'<strong class="number">{found.ratio:.2f} \N{MULTIPLICATION SIGN}</strong> as fast with highlights as with a verdict'
        in page
    )
    assert "percentage points more of the errors than with a verdict" in page
    assert "96 judgements by 4 people" in page
    plot = response.context["plot"]
    assert [tick.text for tick in plot.across] == ["verdict", "highlights"]
    assert [len(trace.dots) for trace in plot.people] == [2] * 4
    assert all(trace.dots[0][1] < trace.dots[1][1] for trace in plot.people)  # lower is faster
    assert plot.together is not None


@pytest.mark.django_db
def test_an_earlier_study_is_kept_and_shown(
    study: Study, make_items: MakeItems, checkpoint: Checkpoint, mary: User, client_of: ClientOf
) -> None:
    fill(study, make_items(4), people(2, study.project), checkpoint)
    client = client_of(mary)
    client.post(f"{PAGE}end/")
    later = start_study(project=study.project, arms=["none", "verdict"], user=mary)
    assert (client.get(PAGE).context["study"], client.get(PAGE).context["report"].captions) == (later, 0)
    assert client.get(f"{PAGE}?study={study.pk}").context["report"].captions == 8
    assert [client.get(f"{PAGE}?study={number}").status_code for number in ("0", "x", "9" * 40)] == [404] * 3
    other = Study.objects.create(project=Project.objects.create(name="Other", slug="other"), arms=["none", "verdict"], seed=1)
    assert client.get(f"{PAGE}?study={other.pk}").status_code == 404


@pytest.mark.django_db
def test_the_page_costs_the_same_queries_however_much_was_judged(
    study: Study, make_items: MakeItems, checkpoint: Checkpoint, rita: User, client_of: ClientOf
) -> None:
    client = client_of(rita)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE)
        return len(captured)

    client.get(PAGE)
    fill(study, make_items(4), people(1, study.project), checkpoint)
    few = queries()
    Assignment.objects.all().delete()
    Annotation.objects.all().delete()
    fill(study, make_items(40), list(User.objects.filter(email__startswith="person")), checkpoint)
    assert queries() == few


@pytest.mark.django_db
def test_figures_that_took_long_are_worked_out_once_in_a_while(
    study: Study, make_items: MakeItems, checkpoint: Checkpoint, rita: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studies, "LONG", 0.0)
    monkeypatch.setattr(studies, "COUNTING_SHARE", 10_000)
    client = client_of(rita)
    assert client.get(PAGE).context["report"].captions == 0
    fill(study, make_items(4), people(1, study.project), checkpoint)
    assert client.get(PAGE).context["report"].captions == 0
    cache.delete(f"study:{study.pk}")
    assert client.get(PAGE).context["report"].captions == 4
    cache.delete(f"study:{study.pk}")


@pytest.mark.django_db
def test_the_analysis_set_comes_as_csv_and_as_json(
    study: Study, make_items: MakeItems, checkpoint: Checkpoint, mary: User, client_of: ClientOf
) -> None:
    items, users = make_items(8), people(2, study.project)
    fill(study, items, users, checkpoint)
    Annotation.objects.filter(item=items[0], annotator=users[0]).update(active_ms=12_340)
    table, document = (client_of(mary).get(f"{PAGE}download/?format={form}") for form in ("csv", "json"))
    assert table["Content-Disposition"] == f'attachment; filename="kites-study-{study.pk}.csv"'
    rows = list(csv.DictReader(table.getvalue().decode().splitlines()))
    assert len(rows) == 16
    assert rows[0] == {
        "item": str(items[0].pk), "annotator": str(users[0].pk), "arm": "highlights", "block": "0", "place": "0",
        "active_seconds": "12.34", "words_wrong": "0", "errors_of_others": "1", "errors_missed": "1",
    }  # fmt: skip
    assert rows[-1]["block"] == "1"  # blocks of four
    loaded = json.loads(document.getvalue())
    assert [{name: str(value) for name, value in row.items()} for row in loaded] == rows


@pytest.mark.django_db
def test_annotators_see_flags_at_the_desk_only_while_a_study_goes_on(
    scored: Item, study: Study, alice: User, rita: User, client_of: ClientOf
) -> None:
    addresses = [f"/projects/kites/items/{query}" for query in ("", "?flagged=on&text=kite", f"{scored.pk}/")]

    def see(user: User) -> list[bool]:
        pages = [client_of(user).get(address).content.decode() for address in addresses]
        return [any(sign in page for sign in ('class="doubt', "doubt 0.", "Only flagged")) for page in pages]

    assert (see(alice), see(rita)) == ([False] * 3, [True] * 3)
    Study.objects.update(ended_at=study.started_at)
    assert see(alice) == [True] * 3
