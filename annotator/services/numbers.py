"""The numbers of items. Some among those of imported ones stay free, for checks: theirs should not tell that they came later."""

import random

from django.db import connection

from annotator.models import FreeNumber, Project

FREE_SHARE = 50  # one in so many numbers stays free, at least one a batch

NEW = "SELECT nextval(pg_get_serial_sequence('annotator_item', 'id')) FROM generate_series(1, %s)"
TAKE = """
DELETE FROM annotator_freenumber WHERE id = (
    SELECT id FROM annotator_freenumber WHERE project_id = %s ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING number
"""


def new_numbers(project: Project, count: int) -> list[int]:
    """So many numbers for new items, ascending; here and there one is left out and kept for a check."""
    free = count // FREE_SHARE + 1
    with connection.cursor() as cursor:
        cursor.execute(NEW, [count + free])
        numbers = {number for (number,) in cursor.fetchall()}
    left_out = random.sample(sorted(numbers), free)  # nothing secret: whoever knows them all knows the items
    FreeNumber.objects.bulk_create(FreeNumber(project=project, number=number) for number in left_out)
    return sorted(numbers - set(left_out))


def take_free_number(project: Project) -> int | None:
    """A number among those of the project's items that none has; None where none is left."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [project.pk])
        row = cursor.fetchone()
    return row[0] if row else None
