"""Who may: the object, or 404 for people who are not members and 403 for members whose role is too low."""

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest

from annotator.models import Check, Checkpoint, Item, Membership, Project, Review, Role, Run, Study, User
from annotator.models.prepared import Prepared, named
from annotator.services.qualification import Standing, missing_standing
from annotator.services.work import Work, with_work, work_of

MEMBERSHIP = Prepared(
    Membership.objects.select_related("project__active_checkpoint").filter(user=named("user"), project__slug=named("slug"))
)
MEMBERS_ITEM = (
    Item.objects.select_related("project")
    .filter(project__slug=named("slug"), pk=named("item"))
    .filter(Exists(Membership.objects.filter(project=OuterRef("project"), user=named("user"))))
)
ITEM = Prepared(MEMBERS_ITEM.select_related("image"))
AT_WORK = Prepared(with_work(MEMBERS_ITEM, named("user")))
AT_DESK = Prepared(
    with_work(MEMBERS_ITEM, named("user"))
    .select_related("image", "project__active_checkpoint", "held__checkpoint", "judged__checkpoint")  # type: ignore[misc]
    .defer("project__active_checkpoint__metrics", "held__checkpoint__metrics", "judged__checkpoint__metrics")
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
    return _found(ITEM, user, slug, item_id)


def work_for(user: User, slug: str, item_id: int) -> Work:
    """An item of a project that the person belongs to, with what they have to do with it, as saving their acts needs it."""
    return work_of(_found(AT_WORK, user, slug, item_id))


def desk_for(user: User, slug: str, item_id: int) -> Work:
    """The item as it lies, or lay, on the person's desk, with all that is shown of it."""
    return work_of(_found(AT_DESK, user, slug, item_id))


def _found(items: Prepared[Item], user: User, slug: str, item_id: int) -> Item:
    item = items.first(user=user.pk, slug=slug, item=item_id)
    if item is None:
        raise Http404("No such item, or not in a project of yours")
    return item


def run_for(project: Project, run_id: int) -> Run:
    """A run of this project."""
    run = Run.objects.select_related("started_by").filter(project=project, pk=run_id).first()
    if run is None:
        raise Http404("No such run in this project")
    run.project = project
    return run


def study_for(project: Project, number: str) -> Study | None:
    """The study of this project with that number, as an address has it; without one the latest, None if there is none yet."""
    studies = Study.objects.filter(project=project)
    if not number:
        return studies.first()
    study = studies.filter(pk=int(number[:18])).first() if number.isdecimal() else None
    if study is None:
        raise Http404("No such study in this project")
    return study


def review_for(project: Project, item_id: int) -> Review:
    """The review of an item of this project, with the item and its image."""
    review = Review.objects.select_related("item__image", "reviewer").filter(project=project, item=item_id).first()
    if review is None:
        raise Http404("No item of this project with two judgements")
    review.project = review.item.project = project
    return review


def checkpoint_for(project: Project, checkpoint_id: int) -> Checkpoint:
    """A checkpoint that this project may use: its own, or one that is there for all."""
    checkpoint = Checkpoint.objects.usable_by(project).filter(pk=checkpoint_id).first()
    if checkpoint is None:
        raise Http404("No such checkpoint in this project")
    return checkpoint


def check_for(project: Project, item_id: int) -> Check:
    """The check that an item of this project is."""
    check = Check.objects.select_related("project").filter(project=project, item=item_id).first()
    if check is None:
        raise Http404("No such check in this project")
    return check


def missing_tutorial(user: User, project: Project) -> Standing | None:
    """How far a member is in the tutorial that they have to pass before they get work; None where nothing is in the way."""
    return missing_standing(membership_for(user, project.slug)) if project.tutorial_id is not None else None


def require_open_desk(user: User, project: Project) -> None:
    """Refuse work to members who have to pass the project's tutorial first."""
    if missing_tutorial(user, project):
        raise PermissionDenied("The tutorial comes first")


def require_own_among_checks(membership: Membership, work: Work) -> None:
    """Refuse annotators the pages of items that are not theirs, where some items are checks that nobody should find out."""
    is_annotator = not Role(membership.role).includes(Role.REVIEWER)
    if is_annotator and membership.project.has_checks and not work.is_theirs:
        raise PermissionDenied("Only what is on one's own desk, while checks are handed out")


def membership_of(project: Project, membership_id: int) -> Membership:
    """Somebody's membership of this project."""
    membership = Membership.objects.select_related("user").filter(project=project, pk=membership_id).first()
    if membership is None:
        raise Http404("No such member in this project")
    return membership


def may_let_in(user: User, person: User) -> bool:
    """Whether somebody may hand a person the link to their first password: whoever has it can be that person.

    So only while nothing depends on the account but projects that they manage themselves.
    """
    if person.has_usable_password():
        return False
    if user.is_superuser or person.is_staff:
        return user.is_superuser
    managed = Membership.objects.filter(user=user, role=Role.MANAGER).values("project")
    return not Membership.objects.filter(user=person).exclude(project__in=managed).exists()


def may_create_projects(user: User) -> bool:
    """Whoever manages a project may start another; a superuser, or `manage.py create_project`, makes the first."""
    return user.is_superuser or Membership.objects.filter(user=user, role=Role.MANAGER).exists()


def require_project_maker(user: User) -> None:
    """Refuse people who may not start a project."""
    if not may_create_projects(user):
        raise PermissionDenied("Only those who manage a project may start another")
