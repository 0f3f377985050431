"""When it is a check's turn: about every so many items, for each person by a rule of their own that nobody can guess."""

from django.db import connection
from django.utils.crypto import salted_hmac

# What the person has on their desk and what they submitted last, the latest first: so many items ago was the last check. Enough
# rows to see that one is due, however the gap was drawn.
SINCE = """
(
    SELECT item.id, item.is_check FROM annotator_lease AS lease JOIN annotator_item AS item ON item.id = lease.item_id
    WHERE lease.annotator_id = %(user)s AND item.project_id = %(project)s ORDER BY lease.created_at DESC
) UNION ALL (
    SELECT item.id, item.is_check FROM annotator_annotation AS annotation
    JOIN annotator_item AS item ON item.id = annotation.item_id
    WHERE annotation.annotator_id = %(user)s AND annotation.status = 'submitted' AND item.project_id = %(project)s
    ORDER BY annotation.submitted_at DESC LIMIT %(most)s
)
"""

# A check that the person has not done; none whose answer they gave, or judged as an item. Those on items that they judged come
# last: they would know the picture. None of a withdrawn item. Tutorials keep their
# order, and all of their scenes.
FREE = """
SELECT known.item_id FROM annotator_check AS known JOIN annotator_project AS project ON project.id = known.project_id
WHERE known.project_id = %(project)s AND NOT known.is_retired
AND known.item_id IS DISTINCT FROM %(after)s::bigint AND NOT EXISTS (
    SELECT FROM annotator_annotation AS annotation WHERE annotation.annotator_id = %(user)s AND (
        annotation.item_id = known.item_id AND annotation.status <> 'draft'
        OR annotation.item_id = known.source_id AND known.origin = 'gold'
    )
) AND NOT EXISTS (SELECT FROM annotator_lease WHERE item_id IN (known.item_id, known.source_id) AND annotator_id = %(user)s)
AND (project.is_tutorial OR NOT EXISTS (SELECT FROM annotator_item WHERE id = known.source_id AND is_withdrawn))
ORDER BY EXISTS (SELECT FROM annotator_annotation WHERE item_id = known.source_id AND annotator_id = %(user)s),
    CASE WHEN NOT project.is_tutorial THEN md5(known.item_id || ':' || %(user)s) END, known.item_id LIMIT 1
"""


def check_due(*, project_id: int, user_id: int, every: int, after: int | None = None) -> int | None:
    """The item of the check that the person should get now, or next while they are at work on `after`; None where it is not
    time, or none is left for them.
    """
    values = {"project": project_id, "user": user_id, "most": 2 * every, "after": after}
    with connection.cursor() as cursor:
        cursor.execute(SINCE, values)
        met = cursor.fetchall()
        place = next((place for place, (_, is_check) in enumerate(met) if is_check), None)
        last = 0 if place is None else met[place][0]
        if (len(met) if place is None else place) < gap_after(last, project_id=project_id, user_id=user_id, every=every):
            return None
        cursor.execute(FREE, values)
        row = cursor.fetchone()
    return row[0] if row else None


def gap_after(last: int, *, project_id: int, user_id: int, every: int) -> int:
    """How many other items come between the check `last` (0: the start) and the next: `every` - 1 on average."""
    drawn = salted_hmac("annotator.checks", f"{project_id}:{user_id}:{last}").digest()
    return int.from_bytes(drawn[:8]) % (2 * every - 1)
