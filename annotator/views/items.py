"""Items: the browser, one item with everything said about it, its picture."""

from collections.abc import Sequence
from itertools import chain
from string import ascii_uppercase
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from annotator.forms.items import ItemFilter
from annotator.http import render_page
from annotator.models import Annotation, Check, Detection, Item, ItemState, Lease, Membership, Project, Review, Role, Study, User
from annotator.models.item import ItemQuerySet
from annotator.services.check_results import check_shown
from annotator.services.folding import judgements_from_json
from annotator.services.images import image_file
from annotator.services.imports import IMAGE_NAME
from annotator.services.thumbnails import ON_DESK, THUMBNAIL, smaller
from annotator.services.work import Work
from annotator.views import access
from annotator.views.boxes import Box, boxes_of

LIST, ITEM = "items/list.html", "items/item.html"
PAGE = 30
DIGITS = 18  # of the largest number that an item can have
MOST = 100  # annotations on the page of an item: everybody may have judged a check
FOR_A_YEAR = "private, max-age=31536000, immutable"


@require_GET
@login_required
def list_items(request: HttpRequest, slug: str) -> HttpResponse:
    """The items of a project, filtered, a page at a time; a page starts after or ends before an id."""
    membership = access.membership_for(access.user_of(request), slug)
    project = membership.project
    frame = _frame(membership)
    form = ItemFilter(request.GET, sees_all=frame["sees_all"])
    wanted = form.wanted()
    wanted["flagged"] = wanted["flagged"] and not frame["hides_flags"]
    if frame["sees_own"]:  # a check waits for people at all times
        wanted["state"] = ""
    found = _filtered(Item.objects.browsed_by(membership), project, wanted, knows_ids=not frame["sees_own"])
    items, before, after = _page(found, wanted)
    for item in items:
        item.shown = next(iter(item.detections_shown), None)
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    context = {"items": items, "form": form, "previous_before": before, "next_after": after, "query": query.urlencode()}
    return render_page(request, LIST, context | frame, partial="rows")


def _frame(membership: Membership) -> dict[str, Any]:
    """What both pages need. Whoever judges in a study sees flags at the desk only, and there as the draw has it."""
    sees_all = Role(membership.role).includes(Role.REVIEWER)
    return {
        "project": membership.project,
        "role": membership.role,
        "tab": "items",
        "threshold": membership.project.flag_threshold,
        "sees_all": sees_all,
        "sees_own": not sees_all and membership.project.has_checks,
        "hides_flags": not sees_all and Study.objects.going_on().filter(project=membership.project).exists(),
    }


def _filtered(items: ItemQuerySet, project: Project, wanted: dict[str, Any], *, knows_ids: bool) -> QuerySet[Item]:
    if wanted["state"] != ItemState.WITHDRAWN:
        items = items.filter(is_withdrawn=False)
    if wanted["state"] == "unscored":
        items = items.exclude(detections__checkpoint=project.active_checkpoint_id)
    elif wanted["state"]:
        items = items.in_state(ItemState(wanted["state"]))
    if wanted["flagged"]:
        items = items.flagged(project.flag_threshold)
    if wanted["text"]:
        items = items.filter(_matching(wanted["text"].strip(), knows_ids=knows_ids))
    detections = Detection.objects.filter(checkpoint=project.active_checkpoint_id)
    annotations = Annotation.objects.select_related("annotator")
    return items.prefetch_related(
        Prefetch("detections", queryset=detections, to_attr="detections_shown"),
        Prefetch("annotations", queryset=annotations, to_attr="annotations_shown"),
        Prefetch("leases", queryset=Lease.objects.select_related("annotator"), to_attr="leases_shown"),
    )


def _matching(text: str, *, knows_ids: bool) -> Q:
    """Items that say this, or whose number or id it is. Ids would tell checks, which have none."""
    found = Q(response__icontains=text)
    if knows_ids:
        found |= Q(external_id__icontains=text)
    number = text.removeprefix("#")
    return found | Q(pk=int(number)) if number.isdecimal() and len(number) <= DIGITS else found


def _page(items: QuerySet[Item], wanted: dict[str, Any]) -> tuple[list[Any], int | None, int | None]:
    """One page in the order of the ids, and where the pages before and after it are."""
    if wanted["before"] is not None:
        page = list(items.filter(pk__lt=wanted["before"]).order_by("-pk")[: PAGE + 1])
        has_previous, has_next = len(page) > PAGE, True
        page = page[:PAGE][::-1]
    else:
        page = list(items.filter(pk__gt=wanted["after"] or 0).order_by("pk")[: PAGE + 1])
        has_previous, has_next = bool(wanted["after"]), len(page) > PAGE
        page = page[:PAGE]
    return page, page[0].pk if page and has_previous else None, page[-1].pk if page and has_next else None


@require_GET
@login_required
def show_item(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    """One item with every detection, and the annotations that the person may see."""
    user = access.user_of(request)
    membership = access.membership_for(user, slug)
    work = access.desk_for(user, slug, item_id)
    access.require_own_among_checks(membership, work)
    item = work.item
    frame = _frame(membership)
    is_open = work.is_theirs and not work.is_closed
    context = frame | {
        "item": item,
        "metadata": _metadata(item, sees_all=frame["sees_all"]),
        "detections": item.detections.select_related("checkpoint").order_by("-checkpoint_id"),
        "failures": item.scoring_failures.select_related("checkpoint"),
        "is_mine": work.is_theirs,
        "is_open": is_open,
        "review": Review.objects.filter(item=item).first() if frame["sees_all"] and not is_open else None,
    }
    # nobody judges after a look at what others said
    said = _said(item, by=user if is_open or not frame["sees_all"] else None)
    return render_page(request, ITEM, context | said | _checks(membership, work))


def _said(item: Item, *, by: User | None) -> dict[str, Any]:
    """What people said of an item, or one of them did, and where they say that the picture shows it."""
    annotations = item.annotations.select_related("annotator", "checkpoint").order_by("pk")
    if by:
        annotations = annotations.filter(annotator=by)
    shown = list(annotations[:MOST])
    boxes = _boxes(item, shown)
    letters = [drawn[0].letter if drawn else "" for drawn in boxes]
    return {
        "annotations": list(zip(shown, letters, strict=True)),
        "boxes": list(chain.from_iterable(boxes)),
        "is_cut": annotations.count() > MOST,
    }


def _boxes(item: Item, annotations: Sequence[Annotation]) -> list[list[Box]]:
    """The boxes of each annotation; those that have some get a letter."""
    letters = iter(ascii_uppercase)
    judged = [judgements_from_json(annotation.judgements) for annotation in annotations]
    return [list(boxes_of(item, next(letters, "·"), own)) if any(one.box for one in own) else [] for own in judged]


def _metadata(item: Item, *, sees_all: bool) -> dict[str, Any]:
    """What came with an item. The name of its picture may tell what is wrong with it, or who wrote the response."""
    return {name: value for name, value in item.metadata.items() if sees_all or name != IMAGE_NAME}


def _checks(membership: Membership, work: Work) -> dict[str, Any]:
    """The check that an item is, or those made from it, as far as the person may know; and whether they can make one."""
    item, role = work.item, Role(membership.role)
    copies = list(item.checks.filter(is_retired=False)) if role.includes(Role.REVIEWER) else []
    is_gold = any(copy.origin == Check.Origin.GOLD for copy in copies)
    may_be_gold = role == Role.MANAGER and work.has_submitted and not (item.is_check or item.is_withdrawn or is_gold)
    return {"check": check_shown(item, membership), "copies": copies, "may_be_gold": may_be_gold}


@require_GET
@login_required
def show_image(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    """The picture of an item; with `?size=desk`, no larger than a desk shows it. It never changes, so the browser keeps it."""
    item = access.item_of(access.user_of(request), slug, item_id)
    if request.GET.get("size") == "desk" and max(item.image.width, item.image.height) > ON_DESK:
        return _as_picture(*smaller(item.image, ON_DESK))
    file = image_file(item.image)
    return _as_picture(file.read_bytes(), f"image/{'png' if file.suffix == '.png' else 'jpeg'}")


@require_GET
@login_required
def show_thumbnail(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    """A small version of an item's picture."""
    item = access.item_of(access.user_of(request), slug, item_id)
    return _as_picture(*smaller(item.image, THUMBNAIL))


def _as_picture(data: bytes, media_type: str) -> HttpResponse:
    response = HttpResponse(data, content_type=media_type)
    response["Cache-Control"] = FOR_A_YEAR
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
