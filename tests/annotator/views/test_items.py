"""The items browser and what an item's page shows to whom."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from PIL import Image as Picture

from annotator.models import Annotation, Image, Item, ItemState, Project, User
from annotator.services.annotations import save_events
from annotator.services.images import store_image
from annotator.services.queue import take_next
from annotator.views import items
from annotator.views.boxes import Box
from annotator.views.items import PAGE
from tests.annotator.services.test_annotations import event

LIST = "/projects/kites/items/"


def listed(client: Client, query: str = "") -> list[int]:
    return [item.pk for item in client.get(LIST + query).context["items"]]


@pytest.mark.django_db
def test_pages_follow_each_other_in_both_directions(
    make_items: Callable[..., list[Item]], alice: User, client_of: Callable[[User], Client]
) -> None:
    ids = [item.pk for item in make_items(2 * PAGE + 3)]
    client = client_of(alice)
    first, second, third = ids[:PAGE], ids[PAGE : 2 * PAGE], ids[2 * PAGE :]
    assert listed(client) == first
    assert listed(client, f"?after={first[-1]}") == second
    assert listed(client, f"?after={second[-1]}") == third
    assert listed(client, f"?before={third[0]}") == second
    context = client.get(f"{LIST}?before={second[0]}").context
    assert (context["previous_before"], context["next_after"]) == (None, first[-1])
    last = client.get(f"{LIST}?after={second[-1]}").context
    assert (last["previous_before"], last["next_after"]) == (third[0], None)


@pytest.mark.django_db
def test_filters_by_state_text_and_flag(
    scored: Item, make_items: Callable[..., list[Item]], alice: User, mary: User, client_of: Callable[[User], Client]
) -> None:
    held, plain = make_items(2, response="Two dogs play.")
    Item.objects.filter(pk=held.pk).update(doubt=0.95)
    lease = take_next(project=scored.project, user=mary)
    assert lease is not None
    assert lease.item_id == held.pk
    Annotation.objects.create(item=plain, annotator=mary, status=Annotation.Status.SKIPPED)
    client = client_of(alice)
    found = {state: listed(client, f"?state={state}") for state in [*ItemState.values, "unscored"]}
    assert found == {
        "waiting": [scored.pk, plain.pk],
        "in-work": [held.pk],
        "annotated": [],
        "skipped": [plain.pk],
        "commented": [scored.pk, held.pk, plain.pk],  # no such filter for annotators
        "withdrawn": [scored.pk, held.pk, plain.pk],  # nor this one
        "unscored": [held.pk, plain.pk],
    }
    assert listed(client, "?text=DOGS") == [held.pk, plain.pk]
    assert listed(client, "?flagged=on&text=kite") == [scored.pk]
    assert listed(client, "?state=nonsense&after=nonsense") == [scored.pk, held.pk, plain.pk]


@pytest.mark.django_db
def test_items_are_found_by_id_and_number(
    make_items: Callable[..., list[Item]], alice: User, client_of: Callable[[User], Client]
) -> None:
    one, other, third = make_items(3)
    Item.objects.filter(pk=one.pk).update(external_id="Photo-17#2")
    client = client_of(alice)
    assert listed(client, "?text=photo-17") == [one.pk]
    assert listed(client, f"?text=%23{other.pk}") == [other.pk]
    assert third.pk in listed(client, f"?text={third.pk}")
    assert listed(client, f"?text={'9' * 30}") == []


@pytest.mark.django_db
def test_reviewers_find_what_has_a_comment(
    make_items: Callable[..., list[Item]], alice: User, mary: User, client_of: Callable[[User], Client]
) -> None:
    one, _other = make_items(2)
    Annotation.objects.create(item=one, annotator=alice, comment="What is this?", status=Annotation.Status.SUBMITTED)
    assert listed(client_of(mary), "?state=commented") == [one.pk]
    assert "commented" not in client_of(alice).get(LIST).content.decode()


@pytest.mark.django_db
def test_flags_are_marked_and_text_is_escaped(
    scored: Item, make_items: Callable[..., list[Item]], alice: User, client_of: Callable[[User], Client]
) -> None:
    make_items(1, response="</script><b>kite</b>")
    page = client_of(alice).get(LIST).content.decode()
    assert 'A <span class="doubt doubt-3">red</span> <span class="doubt doubt-2">kite</span> number 0' in page
    assert "&lt;/script&gt;&lt;b&gt;kite&lt;/b&gt;" in page
    assert "<b>kite" not in page


@pytest.mark.django_db
def test_annotators_do_not_see_what_others_said(
    scored: Item, alice: User, rita: User, mary: User, client_of: Callable[[User], Client]
) -> None:
    values = {"status": Annotation.Status.SUBMITTED, "comment": "Surely a bird."}
    Annotation.objects.create(item=scored, annotator=mary, **values)
    seen = {
        user.email: [
            text in client_of(user).get(page).content.decode()
            for page, text in [(LIST, "by Mary"), (f"{LIST}{scored.pk}/", "Surely a bird.")]
        ]
        for user in (alice, rita)
    }
    assert seen == {"alice@example.org": [False, False], "rita@example.org": [True, True]}


@pytest.mark.django_db
def test_item_shows_what_is_missing(project: Project, rita: User, item: Item, client_of: Callable[[User], Client]) -> None:
    acts = [event("insert", at=2, text="<big>", kind="attribute"), event("submit", rest_checked=True)]
    save_events(item=item, user=rita, events=acts)
    page = client_of(rita).get(f"/projects/kites/items/{item.pk}/").content.decode()
    assert 'A red <ins class="missing" title="attribute">&lt;big&gt;</ins>kite number' in page
    assert "“&lt;big&gt;”" in page
    assert "Nothing wrong." not in page


@pytest.mark.django_db
@pytest.mark.parametrize("which", ["image", "thumbnail"])
def test_pictures_are_kept_by_the_browser_and_can_do_nothing(
    which: str, scored: Item, alice: User, client_of: Callable[[User], Client]
) -> None:
    response: Any = client_of(alice).get(f"{LIST}{scored.pk}/{which}/")
    assert response.status_code == 200
    assert response["Content-Type"] in {"image/png", "image/jpeg"}
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
@pytest.mark.parametrize(("side", "on_desk"), [(1400, 1280), (1200, 1200)])
def test_the_desk_gets_large_pictures_scaled_and_in_full_where_it_asks_for_them(
    side: int, on_desk: int, project: Project, alice: User, client_of: Callable[[User], Client]
) -> None:
    stream = io.BytesIO()
    Picture.new("RGB", (side, 40), "navy").save(stream, "JPEG")
    image = store_image(data=stream.getvalue())
    item = Item.objects.create(project=project, image=image, response="A line.", words=[[0, 1], [2, 6]], fingerprint="0" * 64)
    client, address = client_of(alice), f"{LIST}{item.pk}/image/"
    widths = [Picture.open(io.BytesIO(client.get(address + query).content)).width for query in ("?size=desk", "", "?size=huge")]
    assert widths == [on_desk, side, side]


@pytest.mark.django_db
def test_an_item_that_very_many_judged_shows_the_first(
    item: Item, rita: User, client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(items, "MOST", 2)
    people = [User.objects.create_user(f"p{number}@example.org") for number in range(3)]
    for count, user in enumerate(people, start=1):
        Annotation.objects.create(item=item, annotator=user, status=Annotation.Status.SUBMITTED)
        page = client_of(rita).get(f"{LIST}{item.pk}/").content.decode()
        assert ("these are the first 2" in page) is (count > 2)


@pytest.mark.django_db
def test_a_withdrawn_item_is_listed_where_it_is_looked_for_and_comes_back_by_its_page(
    make_items: Callable[..., list[Item]], alice: User, mary: User, client_of: Callable[[User], Client]
) -> None:
    first, second = make_items(2)
    client, page = client_of(mary), f"{LIST}{first.pk}/"
    assert "Withdraw it" in client.get(page).content.decode()
    assert "Withdraw it" not in client_of(alice).get(page).content.decode()
    assert "out of the project" in client.post(f"{page}withdraw/", follow=True).content.decode()
    assert "withdrawn already" in client.post(f"{page}withdraw/", follow=True).content.decode()
    assert listed(client) == listed(client_of(alice)) == listed(client_of(alice), "?state=withdrawn") == [second.pk]
    assert listed(client, "?state=withdrawn") == [first.pk]
    assert "Withdrawn: it is handed to nobody" in client_of(alice).get(page).content.decode()
    assert "of the project again" in client.post(f"{page}bring-back/", follow=True).content.decode()
    assert listed(client) == [first.pk, second.pk]


@pytest.mark.django_db
def test_boxes_are_drawn_with_a_letter_for_those_who_may_see_whose_they_are(
    project: Project, make_items: Callable[..., list[Item]], alice: User, rita: User, client_of: Callable[[User], Client]
) -> None:
    project.annotators_per_item = 2
    project.save()
    (item,) = make_items(1, project=project)  # A red kite number 0 flies above the white house.
    Image.objects.update(width=400, height=200)
    for person, acts in (
        (rita, []),
        (alice, [event("flag", first=1, end=3), event("evidence", first=1, end=3, box=[0.25, 0.5, 0.75, 1.0])]),
    ):
        save_events(item=item, user=person, events=[*acts, event("submit", rest_checked=True)])
    page = client_of(rita).get(f"{LIST}{item.pk}/")
    assert page.context["boxes"] == [Box("A", "red kite", 100, 100, 200, 100)]
    assert [letter for _, letter in page.context["annotations"]] == ["", "A"]
    assert "A in the picture" in page.content.decode()
    (item,) = make_items(1, project=project)
    assert client_of(alice).get(f"{LIST}{item.pk}/").context["boxes"] == []
