"""Who may: the object, or 404 for people who are not members and 403 for members whose role is too low."""

from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, FilteredRelation, OuterRef, Q
from django.db.models.functions import Coalesce, Now
from django.http import Http404, HttpRequest

from annotator.models import Annotation, Checkpoint, Detection, Item, Lease, Membership, Project, Role, Run, User
from annotator.models.prepared import Prepared, named

MEMBERSHIP = Prepared(
    Membership.objects.select_related("project__active_checkpoint").filter(user=named("user"), project__slug=named("slug"))
)
MEMBERS_ITEM = (
    Item.objects.select_related("image", "project")
    .filter(project__slug=named("slug"), pk=named("item"))
    .filter(Exists(Membership.objects.filter(project=OuterRef("project"), user=named("user"))))
)
ITEM = Prepared(MEMBERS_ITEM)
# django-stubs doesn't know that relations may be filtered and then followed
AT_DESK = Prepared(
    MEMBERS_ITEM.annotate(  # type: ignore[misc]
        held=FilteredRelation("leases", condition=Q(leases__annotator=named("user"))),
        judged=FilteredRelation("annotations", condition=Q(annotations__annotator=named("user"))),
    )
    .select_related("image", "project__active_checkpoint", "held__checkpoint", "judged__checkpoint")
    .defer("project__active_checkpoint__metrics", "held__checkpoint__metrics", "judged__checkpoint__metrics")
    .annotate(
        grounded=Detection.objects.filter(
            item=OuterRef("pk"), checkpoint=Coalesce(OuterRef("judged__checkpoint"), OuterRef("held__checkpoint"))
        ).values("grounded"),
        previous=Annotation.objects.filter(
            annotator=named("user"),
            item__project=OuterRef("project"),
            status=Annotation.Status.SUBMITTED,
            submitted_at__lt=Coalesce(OuterRef("judged__submitted_at"), Now()),
        )
        .order_by("-submitted_at")
        .values("item")[:1],
    )
)


def user_of(request: HttpRequest) -> User:
    """The person who is signed in; every view below the projects requires one."""
    if not isinstance(request.user, User):
        raise PermissionDenied("Sign in first")
    return request.user


def membership_for(user: User, slug: str, role: Role = Role.ANNOTATOR) -> Membership:
    """The person's membership of the project, with the project and its active checkpoint, if it includes `role`."""
    membership = MEMBERSHIP.first(user=user.pk, slug=slug)
    if membership is None:
        raise Http404("No such project, or not yours")
    if not Role(membership.role).includes(role):
        raise PermissionDenied(f"Only a {role.label.lower()} may do this")
    return membership


def item_of(user: User, slug: str, item_id: int) -> Item:
    """An item of a project that the person belongs to, in whatever role, with its image and project."""
    item = ITEM.first(user=user.pk, slug=slug, item=item_id)
    if item is None:
        raise Http404("No such item, or not in a project of yours")
    return item


class AtDesk(NamedTuple):
    """An item and what one person has to do with it, each None where there is none.

    `grounded` are the values of the checkpoint whose flags the person is, or was, shown; `previous` is the number of the item
    that they submitted before this one.
    """

    item: Item
    lease: Lease | None
    annotation: Annotation | None
    grounded: list[float] | None
    previous: int | None

    @property
    def is_theirs(self) -> bool:
        """Whether the person may open it on the desk."""
        return self.lease is not None or self.annotation is not None


def desk_for(user: User, slug: str, item_id: int) -> AtDesk:
    """The item as it lies, or lay, on the person's desk; without lease and annotation it is not theirs to open there."""
    found: Any = AT_DESK.first(user=user.pk, slug=slug, item=item_id)
    if found is None:
        raise Http404("No such item, or not in a project of yours")
    lease, annotation = getattr(found, "held", None), getattr(found, "judged", None)
    for own in filter(None, (lease, annotation)):
        own.item = found
    return AtDesk(found, lease, annotation, found.grounded, found.previous)


def run_for(project: Project, run_id: int) -> Run:
    """A run of this project."""
    run = Run.objects.select_related("started_by").filter(project=project, pk=run_id).first()
    if run is None:
        raise Http404("No such run in this project")
    run.project = project
    return run


def checkpoint_for(project: Project, checkpoint_id: int) -> Checkpoint:
    """A checkpoint that this project may use: its own, or one that is there for all."""
    checkpoint = Checkpoint.objects.usable_by(project).filter(pk=checkpoint_id).first()
    if checkpoint is None:
        raise Http404("No such checkpoint in this project")
    return checkpoint


def membership_of(project: Project, membership_id: int) -> Membership:
    """Somebody's membership of this project."""
    membership = Membership.objects.select_related("user").filter(project=project, pk=membership_id).first()
    if membership is None:
        raise Http404("No such member in this project")
    return membership


def may_create_projects(user: User) -> bool:
    """Whoever manages a project may start another; a superuser, or `manage.py create_project`, makes the first."""
    return user.is_superuser or Membership.objects.filter(user=user, role=Role.MANAGER).exists()


def require_project_maker(user: User) -> None:
    """Refuse people who may not start a project."""
    if not may_create_projects(user):
        raise PermissionDenied("Only those who manage a project may start another")
