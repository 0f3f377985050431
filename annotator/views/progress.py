"""How far a project is, and who and what is at work on it."""

import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from annotator.models import Annotation, Checkpoint, Item, Membership, Project, Role, User
from annotator.services.checkpoints import lineage_of
from annotator.services.scoring_queue import ScoringProgress, scoring_progress
from annotator.services.workers import Worker, live_workers

REMEMBERED = 5  # seconds; a big project is not counted for every page of everybody
COUNTING_SHARE = 20  # counts are remembered for so many times as long as they took: a twentieth of one connection counts
KEPT = 3600  # seconds for which old counts are better than none, while somebody else counts
MANY = 50_000  # rows; fewer are counted each time that somebody asks for fresh counts
ACTIVE = timedelta(minutes=15)
QUARTER = 900  # seconds; what would tell a check from an item is no newer than the last quarter of an hour


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of a project's items and judgements."""

    items: int
    scoring: ScoringProgress
    annotated: int
    wanted: int
    is_emptied: bool = False  # it had items, and all are withdrawn

    @property
    def is_complete(self) -> bool:
        """Whether every wanted judgement is there."""
        return 0 < self.wanted <= self.annotated


@dataclass(frozen=True, slots=True)
class Workers:
    """The living workers of one installation, by what they do."""

    scorers: list[Worker]
    runners: list[Worker]

    @property
    def device(self) -> str:
        """Where scoring happens, as far as the scorers have told."""
        return ", ".join(sorted({worker.device for worker in self.scorers if worker.device}))


def progress_of(project: Project, *, fresh: bool = False) -> Progress:
    """The counts, a few seconds old at most except in huge projects. Who finds them old counts, the others go on with them.

    With `fresh` they are those of now, but where counting takes long: many may be watching a page that asks again and again.
    """
    key = f"progress:{project.pk}:{project.active_checkpoint_id}"
    known: Progress | None = None if fresh and not cache.get(f"{key}:long") else cache.get(key)
    if known is not None and not cache.add(f"{key}:new", "new", REMEMBERED):
        return known
    began = time.monotonic()
    counted = _counted(project)
    took = time.monotonic() - began
    cache.set(key, counted, KEPT)
    cache.set(f"{key}:new", "new", max(REMEMBERED, COUNTING_SHARE * took))
    if counted.items + counted.annotated > MANY:
        cache.set(f"{key}:long", "long", KEPT)
    return counted


def progress_for(membership: Membership) -> Progress:
    """The counts as they are now. Annotators who should not know checks from items get older ones of the judgements.

    Otherwise the count would tell them after each of theirs whether it had been of an item.
    """
    project = membership.project
    known = progress_of(project, fresh=True)
    if not project.hides_checks or known.is_complete or Role(membership.role).includes(Role.REVIEWER):
        return known
    quarter = int(time.time()) // QUARTER
    annotated = cache.get_or_set(f"annotated:{project.pk}:{quarter}", lambda: _annotated_by(project, quarter), QUARTER)
    return replace(known, annotated=min(annotated or 0, known.wanted))


def _annotated_by(project: Project, quarter: int) -> int:
    then = datetime.fromtimestamp(quarter * QUARTER, UTC)
    return Annotation.objects.counted(project).filter(submitted_at__lte=then).count()


def own_progress(project: Project, user: User) -> list[int]:
    """How many items the person has judged, of how many there are. Checks count like all others, so nobody sees which they were.

    What they did in the last seconds is always counted; what they took back meanwhile may count a while longer.
    """
    key = f"own:{project.pk}:{user.pk}"
    own = Annotation.objects.history_of(user, project).filter(item__is_withdrawn=False).order_by()
    known: tuple[int, datetime] | None = cache.get(key)
    if known is None:
        now = timezone.now()
        known = own.filter(submitted_at__lte=now).count(), now
        cache.set(key, known, max(REMEMBERED, COUNTING_SHARE * (timezone.now() - now).total_seconds()))
    judged, then = known
    judged += own.filter(submitted_at__gt=then).count()
    return [judged, max(judged, progress_of(project).items)]


def judged_by(project: Project, user_ids: Collection[int]) -> dict[int, int]:
    """How many items each of those people submitted in a project, without checks.

    Where counting takes long, it is remembered for an hour; what was submitted since is added, what was taken back stays in it.
    """
    own = Annotation.objects.filter(item__project=project, item__is_check=False, status=Annotation.Status.SUBMITTED).order_by()
    keys = {user_id: f"judged:{project.pk}:{user_id}" for user_id in user_ids}
    known: dict[str, tuple[int, datetime]] = cache.get_many(keys.values())
    if missing := [user_id for user_id in user_ids if keys[user_id] not in known]:
        now, began = timezone.now(), time.monotonic()
        by_person = own.filter(annotator__in=missing, submitted_at__lte=now).values_list("annotator").annotate(Count("pk"))
        counted = dict(by_person)
        fresh = {keys[user_id]: (counted.get(user_id, 0), now) for user_id in missing}
        if sum(counted.values()) > MANY:
            cache.set_many(fresh, max(KEPT, COUNTING_SHARE * (time.monotonic() - began)))
        known |= fresh
    judged = {user_id: known[key] for user_id, key in keys.items()}
    since = min((then for _, then in judged.values()), default=timezone.now())
    later = Counter(
        person
        for person, at in own.filter(annotator__in=user_ids, submitted_at__gt=since).values_list("annotator", "submitted_at")
        if at and at > judged[person][1]
    )
    return {user_id: count + later[user_id] for user_id, (count, _) in judged.items()}


def _counted(project: Project) -> Progress:
    items = Item.objects.data_of(project).count()
    return Progress(
        items=items,
        scoring=scoring_progress(project, items),
        annotated=Annotation.objects.counted(project).count(),
        wanted=items * project.annotators_per_item,
        is_emptied=not items and Item.objects.filter(project=project, is_withdrawn=True).exists(),
    )


def workers_now() -> Workers:
    """Which workers were heard of in the last seconds."""
    alive = live_workers()
    return Workers(
        scorers=[worker for worker in alive if "score" in worker.queues],
        runners=[worker for worker in alive if "runs" in worker.queues],
    )


def active_people(project: Project) -> QuerySet[User]:
    """Who did something at the desk lately, the latest first."""
    since = timezone.now() - ACTIVE
    recent = User.objects.filter(annotations__item__project=project, annotations__updated_at__gte=since)
    return recent.annotate(last_act=Max("annotations__updated_at")).order_by("-last_act")[:12]


def knows_drawings(checkpoint: Checkpoint | None) -> bool:
    """Whether the checkpoint is the shipped one or was trained from it: photographs are noise to it."""
    return checkpoint is not None and any(one.is_shipped for one in lineage_of(checkpoint))
