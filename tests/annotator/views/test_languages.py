"""Languages: chosen and kept, spoken by every page, and by nothing that scripts read."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client, override_settings
from django.utils import translation

from annotator.management.texts import translations
from annotator.models import Annotation, Item, Project, Run, User
from annotator.services.exports import export_rows
from annotator.services.run_kinds import work
from annotator.services.runs import start_run
from tests.annotator.views.test_access import EXPECTED, address, arguments  # noqa: F401 -- a fixture

STYLES = sorted((settings.BASE_DIR / "static" / "css").glob("*.css"))
SAID_BY_STYLES = "data-waiting", "data-away"
COOKIE = settings.LANGUAGE_COOKIE_NAME
PAGES = sorted(name for name, (method, *_, manager) in EXPECTED.items() if method == "get" and manager == 200)
PICTURES = {"show-image", "show-thumbnail", "health", "take-next"}


class Shown(HTMLParser):
    """What a page shows or reads out: its texts, and its attributes that are texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.is_script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_script = tag in {"script", "code", "pre"}
        shown = {"aria-label", "title", "alt", "placeholder", *SAID_BY_STYLES}
        self.texts += [value for name, value in attrs if name in shown and value]

    def handle_endtag(self, tag: str) -> None:
        self.is_script = False

    def handle_data(self, data: str) -> None:
        if not self.is_script and data.strip():
            self.texts.append(" ".join(data.split()))


def english() -> list[re.Pattern[str]]:
    """The texts that read otherwise in German, as patterns of what a page would show."""
    patterns = []
    for message in translations("de"):
        pairs = [(message.id, message.string)] if isinstance(message.id, str) else zip(message.id, message.string, strict=True)
        for text, german in pairs:
            words = re.sub(r"%\(\w+\)s", "", text)
            if text not in {"", german} and "<" not in text and re.search(r"[A-Za-z]{2}", words):
                shown = re.escape(text.replace("%%", "%"))
                patterns.append(re.compile(re.sub(r"%\\\(\w+\\\)s", r"\\S+(?: \\S+)?", shown)))
    return patterns


ENGLISH = english()


def left_over(page: str) -> list[str]:
    page = re.sub(r'<p class="caption".*?</p>', "", page, flags=re.DOTALL)  # what a model said
    return [text for text in Shown(page).texts if any(pattern.fullmatch(text) for pattern in ENGLISH)]


@pytest.fixture
def german(mary: User, client_of: Callable[[User], Client]) -> Client:
    """The manager, who reads German."""
    mary.language = "de"
    mary.save()
    return client_of(mary)


def test_english_would_be_noticed() -> None:
    assert left_over("<h1>No items yet</h1><p>3 of 4</p><p title='Zoom in'>Einträge</p>") == ["No items yet", "3 of 4", "Zoom in"]


def test_styles_say_nothing_but_what_a_page_gives_them() -> None:
    contents = [content for path in STYLES for content in re.findall(r"content:([^;}]*)", path.read_text())]
    assert [
        content for content in contents if any(re.search("[A-Za-z]{2}", said) for said in re.findall(r'"([^"]*)"', content))
    ] == []
    assert {name for content in contents for name in re.findall(r"attr\(([\w-]+)\)", content)} >= set(SAID_BY_STYLES)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(set(PAGES) - PICTURES))
def test_pages_in_german_show_no_english(name: str, arguments: dict[str, Any], german: Client) -> None:  # noqa: F811
    response = german.get(address(name, arguments))
    page = response.content.decode()
    assert response.status_code == 200
    assert left_over(page) == []
    if "<html" in page:
        assert '<html lang="de" dir="ltr">' in page
        assert response["Content-Language"] == "de"
    assert re.findall(r'\b(?:value|max|min|step|width|height|x1|y1|cx|cy|data-\w+)="-?\d+,\d+"', page) == []


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["login/", "password/reset/", "password/reset/done/"])
def test_pages_of_strangers_follow_cookie_and_browser(page: str) -> None:
    by_browser = Client().get(f"/accounts/{page}", headers={"accept-language": "de-AT,de;q=0.9"})
    client = Client()
    client.cookies[COOKIE] = "de"
    by_cookie = client.get(f"/accounts/{page}")
    for response in (by_browser, by_cookie):
        assert b'lang="de"' in response.content
        assert left_over(response.content.decode()) == []
        assert "Accept-Language" in response["Vary"]
    assert b'lang="en"' in Client().get(f"/accounts/{page}", headers={"accept-language": "fr"}).content


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["logout/", "password/change/", "email/"])
def test_the_accounts_pages_speak_german(page: str, german: Client) -> None:
    response = german.get(f"/accounts/{page}")
    assert b'lang="de"' in response.content
    assert left_over(response.content.decode()) == []


@pytest.mark.django_db
def test_a_choice_goes_with_the_person_and_stays_in_the_browser(
    project: Project, alice: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    response = client.post("/language/", {"language": "de", "next": "/projects/kites/"})
    assert (response.status_code, response["Location"], response.cookies[COOKIE].value) == (302, "/projects/kites/", "de")
    assert 'lang="de"' in client_of(alice).get("/").content.decode()  # another browser
    client.logout()
    assert b'lang="de"' in client.get("/accounts/login/").content  # the same one
    client.post("/language/", {"language": "en"})
    assert b'lang="en"' in client.get("/accounts/login/").content
    assert b'lang="de"' in client_of(alice).get("/").content  # what a stranger chose here says nothing about her


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "after"), [("fr", "/"), ("", "/"), ("de", "https://example.org/"), ("de", "//example.org")])
def test_what_is_no_language_is_not_kept_and_nobody_is_sent_elsewhere(
    language: str, after: str, alice: User, client_of: Callable[[User], Client]
) -> None:
    response = client_of(alice).post("/language/", {"language": language, "next": after})
    assert response["Location"] == "/"
    alice.refresh_from_db()
    assert alice.language == (language if language == "de" else "")


@pytest.mark.django_db
def test_a_language_that_is_no_longer_spoken_is_as_none(alice: User, client_of: Callable[[User], Client]) -> None:
    alice.language = "eo"
    alice.save()
    assert b'lang="en"' in client_of(alice).get("/").content


@pytest.mark.django_db
def test_pages_that_are_kept_by_the_process_do_not_leak_their_language(
    scored: Item, german: Client, rita: User, client_of: Callable[[User], Client]
) -> None:
    for _ in range(2):
        assert "Übliche Tasten" in german.get("/projects/kites/desk/").content.decode()
        scored.leases.all().delete()
        Item.objects.update(open_slots=1)
        english_page = client_of(rita).get("/projects/kites/desk/").content.decode()
        assert "Usual keys" in english_page
        assert "Übliche Tasten" not in english_page
        scored.leases.all().delete()
        Item.objects.update(open_slots=1)


@pytest.mark.django_db
def test_reasons_and_kinds_are_kept_in_english(scored: Item, german: Client) -> None:
    page = german.get("/projects/kites/desk/").content.decode()
    assert 'value="The picture cannot be judged"' in page
    assert "Das Bild lässt sich nicht beurteilen" in page
    assert 'data-kind="counting"' in page
    Annotation.objects.create(
        item=scored, annotator=User.objects.get(), status="skipped", skip_reason="The picture cannot be judged"
    )
    assert "Das Bild lässt sich nicht beurteilen" in german.get(f"/projects/kites/items/{scored.pk}/").content.decode()


@pytest.mark.django_db
def test_answers_to_the_desk_are_in_the_language_of_the_person(scored: Item, german: Client) -> None:
    answer = german.post("/keys/", json.dumps({"keys": {"confirm": "x"}}), content_type="application/json")
    assert answer.json()["reason"] == "„x“ ist die Taste für „richtig: Markierung aufheben“. Wähle eine andere."
    answer = german.post(f"/projects/kites/desk/{scored.pk}/events/", "[]", content_type="application/json")
    assert answer.json()["reason"] == "Die Anfrage ist kein JSON-Objekt"


@pytest.mark.django_db
def test_numbers_are_written_as_the_language_has_them(scored: Item, german: Client) -> None:
    page = german.get("/projects/kites/items/").content.decode()
    assert "Zweifel 0,90" in page


@pytest.mark.django_db
def test_exports_are_the_same_in_every_language(scored: Item, alice: User, project: Project) -> None:
    Annotation.objects.create(item=scored, annotator=alice, status="submitted", threshold=0.5)
    with translation.override("en"):
        rows = json.dumps(list(export_rows(project=project)), default=str)
    with translation.override("de"):
        assert json.dumps(list(export_rows(project=project)), default=str) == rows


@pytest.mark.django_db
def test_a_run_speaks_the_language_of_whoever_started_it(project: Project, mary: User, tmp_path: Any) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text('{"image": "x"}\n')
    with translation.override("de"):
        run = start_run(project=project, kind=Run.Kind.IMPORT, user=mary, parameters={"path": str(path)}, here=True)
    done = work(run_id=run.pk)
    assert done is not None
    assert done.report["errors"] == [{"line": 1, "reason": "Das Feld 'response' fehlt"}]
    assert translation.get_language() == "en"


@pytest.mark.django_db
def test_a_reset_is_mailed_in_the_language_of_the_page(alice: User) -> None:
    Client().post("/accounts/password/reset/", {"email": alice.email}, headers={"accept-language": "de"})
    assert [message.subject for message in mail.outbox if "zurück" in message.subject.lower()] != []


@pytest.mark.django_db
@override_settings(LANGUAGES=[*settings.LANGUAGES, ("ar", "Arabic")])
def test_a_language_written_from_the_right_turns_the_page(alice: User, client_of: Callable[[User], Client]) -> None:
    alice.language = "ar"
    alice.save()
    assert b'<html lang="ar" dir="rtl">' in client_of(alice).get("/").content
