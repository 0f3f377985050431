"""How people work, in figures: pace, agreement, checks, and signs of confirming without reading. For them as for managers.

Each figure is about a person's latest RECENT submitted judgements in the project, so that a page costs the same after years.
Checks count towards pace, as they look like every other item, and not towards what a person has judged.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from annotator.models import CheckResult, Project

RECENT = 200
LONGEST = 600  # seconds: whoever takes longer for one item was away
PAUSE = 120  # seconds between two acts: the same
QUICK = 1.0  # seconds after the act before in which nobody reads a flag and looks at the picture
QUICK_SUBMIT, MANY_WORDS = 2.0, 12  # seconds for so many words
LEAST = 20  # acts or submits below which a share says nothing

# How long somebody was at work on an item; where the page did not measure it, since it was handed out, or since they submitted
# the one before, whichever is later (the next item is handed out ahead). Everything about pace asks this.
SECONDS = f"""least({LONGEST}, coalesce(annotation.active_ms / 1000.0, extract(epoch FROM annotation.submitted_at - greatest(
    annotation.started_at,
    lag(annotation.submitted_at) OVER (PARTITION BY annotation.annotator_id ORDER BY annotation.submitted_at)
))))::float8"""

# whether somebody found something wrong, or missing
FINDS = """jsonb_path_exists({}.judgements, '$[*] ? (@.verdict == "wrong")')"""

LATEST = f"""
SELECT mine.*, jsonb_array_length(item.words) AS words, item.is_check
FROM annotator_annotation AS mine JOIN annotator_item AS item ON item.id = mine.item_id
WHERE mine.annotator_id = person.id AND mine.status = 'submitted' AND item.project_id = %(project)s
    AND mine.submitted_at < %(until)s::timestamptz
ORDER BY mine.submitted_at DESC LIMIT {RECENT}
"""  # noqa: S608 -- made of constants

RECENT_ONES = f"""
SELECT annotation.id, annotation.annotator_id, annotation.item_id, {FINDS.format("annotation")} AS finds,
    annotation.words, annotation.is_check, {SECONDS} AS seconds
FROM unnest(%(people)s::bigint[]) AS person (id) CROSS JOIN LATERAL ({LATEST}) AS annotation
"""  # noqa: S608 -- made of constants

# two people agree on an item where both say that something is wrong in it, or both that nothing is
PACE = f"""
WITH recent AS MATERIALIZED ({RECENT_ONES})
SELECT recent.annotator_id, count(*) FILTER (WHERE NOT is_check), percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds),
    count(*) FILTER (WHERE words >= {MANY_WORDS}),
    count(*) FILTER (WHERE words >= {MANY_WORDS} AND seconds < {QUICK_SUBMIT}),
    coalesce(sum(shared.others), 0)::int, coalesce(sum(shared.alike), 0)::int
FROM recent LEFT JOIN LATERAL (
    SELECT count(*) AS others, count(*) FILTER (WHERE {FINDS.format("other")} = recent.finds) AS alike
    FROM annotator_annotation AS other WHERE other.item_id = recent.item_id AND other.annotator_id <> recent.annotator_id
        AND other.status = 'submitted' AND NOT recent.is_check
) AS shared ON true
GROUP BY recent.annotator_id
"""  # noqa: S608 -- made of constants

# By the browser's clock, between two acts on one item; the first has none before it. Each item's acts are asked for by
# themselves: else the planner may read those of everybody.
ACTS = f"""
SELECT acts.annotator_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY acts.seconds),
    count(*) FILTER (WHERE acts.act = 'confirm'), count(*) FILTER (WHERE acts.act = 'confirm' AND acts.seconds < {QUICK})
FROM (
    SELECT annotation.annotator_id, event.act, event.seconds
    FROM unnest(%(people)s::bigint[]) AS person (id) CROSS JOIN LATERAL ({LATEST}) AS annotation CROSS JOIN LATERAL (
        SELECT act, extract(epoch FROM at - lag(at) OVER (ORDER BY version))::float8 AS seconds
        FROM annotator_event WHERE annotation_id = annotation.id
    ) AS event
) AS acts
WHERE acts.act IN ('confirm', 'clear', 'flag', 'kind', 'replace') AND acts.seconds BETWEEN 0 AND {PAUSE}
GROUP BY acts.annotator_id
"""  # noqa: S608 -- made of constants


@dataclass(frozen=True, slots=True)
class Figures:
    """One person in one project. Times are seconds; None where there is too little to say."""

    recent: int = 0
    seconds: float | None = None
    long_submits: int = 0
    quick_submits: int = 0
    shared: int = 0
    alike: int = 0
    decision_seconds: float | None = None
    confirms: int = 0
    quick_confirms: int = 0
    checks: int = 0
    checks_passed: int = 0
    missed_flagged: int = 0
    missed_unflagged: int = 0
    false_alarms: int = 0

    @property
    def agreement(self) -> float | None:
        """Share in [0, 1] of shared items on which this person and another one said the same: something is wrong, or nothing."""
        return self.alike / self.shared if self.shared else None

    @property
    def hasty_confirms(self) -> float | None:
        """Share in [0, 1] of confirmed flags that were confirmed in less than QUICK seconds."""
        return self.quick_confirms / self.confirms if self.confirms >= LEAST else None

    @property
    def hasty_submits(self) -> float | None:
        """Share in [0, 1] of responses of MANY_WORDS words or more that were submitted in less than QUICK_SUBMIT seconds."""
        return self.quick_submits / self.long_submits if self.long_submits >= LEAST else None

    @property
    def is_hasty(self) -> bool:
        """Whether more than half of either was done faster than one can read: a reason to look, not a verdict."""
        return max(self.hasty_confirms or 0.0, self.hasty_submits or 0.0) > 0.5


def figures_of(project: Project, user_ids: Collection[int], until: datetime | None = None) -> dict[int, Figures]:
    """The figures of people in a project, of what they submitted before a time. Three queries, however many people."""
    values: dict[str, Any] = {"project": project.pk, "people": list(user_ids), "until": until or "infinity"}
    told: dict[int, dict[str, Any]] = {user_id: {} for user_id in user_ids}
    pace = ("recent", "seconds", "long_submits", "quick_submits", "shared", "alike")
    acts = ("decision_seconds", "confirms", "quick_confirms")
    with connection.cursor() as cursor:
        for statement, names in ((PACE, pace), (ACTS, acts)):
            cursor.execute(statement, values)
            for user_id, *columns in cursor.fetchall():
                told[user_id] |= dict(zip(names, columns, strict=True))
    for user_id, row in CheckResult.objects.by_person(project, user_ids, until).items():
        told[user_id] |= row
    return {user_id: Figures(**row) for user_id, row in told.items()}
