"""Studies: how one begins and ends, and the arm of each item that is handed out meanwhile."""

import secrets
from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotator.models import Arm, Assignment, Lease, Project, Study, User
from annotator.services import audit
from annotator.services.assignment import block_size, block_start, next_arm

LARGEST_SEED = 2**31 - 1

# What is known when a person was handed an item: the study, the arm they were given for it before, the place that comes next for
# them, the arms of their last places, those that others were given for the item; and whether it was begun outside of the study.
KNOWN = """
SELECT study.arms, study.seed, (
    SELECT arm FROM annotator_assignment WHERE study_id = study.id AND item_id = %(item)s AND annotator_id = %(user)s
), (
    SELECT coalesce(max(place) + 1, 0) FROM annotator_assignment WHERE study_id = study.id AND annotator_id = %(user)s
), ARRAY(
    SELECT arm FROM annotator_assignment WHERE study_id = study.id AND annotator_id = %(user)s ORDER BY place DESC LIMIT %(most)s
), ARRAY(
    SELECT arm FROM annotator_assignment WHERE study_id = study.id AND item_id = %(item)s AND annotator_id <> %(user)s
), %(leased_at)s < study.started_at OR EXISTS (
    SELECT FROM annotator_annotation WHERE item_id = %(item)s AND annotator_id = %(user)s
)
FROM annotator_study AS study WHERE study.id = %(study)s
"""
ASSIGN = """
INSERT INTO annotator_assignment (study_id, item_id, annotator_id, place, arm, created_at)
VALUES (%(study)s, %(item)s, %(user)s, %(place)s, %(arm)s, now())
"""


@transaction.atomic
def start_study(*, project: Project, arms: Sequence[str], user: User, seed: int | None = None) -> Study:
    """Hand out every item from now on with an arm drawn for it; without a seed one is drawn. Raises ValueError if one goes on."""
    Project.objects.select_for_update().get(pk=project.pk)  # two managers at once start one
    if Study.objects.going_on().filter(project=project).exists():
        raise ValueError(_("A study goes on already: end it first"))
    seed = secrets.randbelow(LARGEST_SEED + 1) if seed is None else seed
    study = Study.objects.create(project=project, arms=list(arms), seed=seed)
    audit.record(actor=user, act="start study", subject=project.name, project=project, details={"arms": study.arms, "seed": seed})
    return study


@transaction.atomic
def end_study(*, project: Project, user: User) -> bool:
    """Hand out items with highlights again. What is on somebody's desk keeps its arm. Whether a study went on."""
    ended = Study.objects.going_on().filter(project=project).update(ended_at=timezone.now())
    if ended:
        audit.record(actor=user, act="end study", subject=project.name, project=project)
    return bool(ended)


def assign(lease: Lease, *, study: int) -> Lease:
    """Give a lease that was just handed out the arm that the study has for it; the same item always gets the same.

    Inside the transaction that takes the item: the person's requests wait for each other there, and others for the item.
    Help that needs a detection, where there is none, is `unavailable`, whatever it was to be.
    """
    keys = {"study": study, "item": lease.item_id, "user": lease.annotator_id}
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, keys | {"leased_at": lease.created_at, "most": block_size(Arm.values)})
        ((arms, seed, arm, place, latest, others, is_outside),) = cursor.fetchall()
        if arm is None and is_outside:
            return lease
        if arm is None:
            used = latest[: place - block_start(place, arms)]
            arm = next_arm(arms, seed=seed, person=lease.annotator_id, place=place, used=used, others=others)
            cursor.execute(ASSIGN, keys | {"place": place, "arm": arm})
    return _with_arm(lease, arm)


def assign_again(lease: Lease, *, study: int) -> Lease:
    """Give a lease in the place of one that ended the arm that the study gave that one. No other is drawn: without one, the
    person was shown the item before the study began.
    """
    given = Assignment.objects.filter(study=study, item=lease.item_id, annotator=lease.annotator_id)
    arm = given.values_list("arm", flat=True).first()
    return lease if arm is None else _with_arm(lease, arm)


def _with_arm(lease: Lease, arm: str) -> Lease:
    arm = arm if arm == Arm.NONE or lease.checkpoint_id is not None else Arm.UNAVAILABLE
    if lease.arm != arm:
        lease.arm = arm
        Lease.objects.filter(pk=lease.pk).update(arm=arm)
    return lease
