"""Imports: rows of a file become items, in batches, each row once however often it comes."""

import hashlib
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple, Self

import orjson
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotator.formats.native import Fields, Row, RowError, lines_of, read_rows
from annotator.models import Image, Item, Project, Run
from annotator.services.images import PictureError, check_picture, keep_images, write_image
from annotator.services.numbers import new_numbers
from annotator.services.pictures import Pictures
from annotator.services.runs import require_mine
from annotator.services.scoring_queue import enqueue_scoring
from annotator.services.withdrawals import bring_back
from rewardmodel.records import words

logger = logging.getLogger(__name__)

BATCH = 1_000
ERRORS_KEPT = 1_000
PREVIEW_ROWS = 20
PICTURES_REMEMBERED = 20_000  # so that memory doesn't grow with the import
IMAGE_NAME = "image"  # in the metadata: pictures are stored under names of ours, and people look for theirs
ANALYZE_FROM = 5_000  # new items after which the planner's picture of the table is out of date

# COPY takes a third of the time of bulk_create, which makes the import as fast as the indexes allow.
COLUMNS = [
    "project_id", "image_id", "external_id", "prompt", "response", "words", "metadata", "fingerprint", "open_slots", "created_at",
    "imported_by_id",
]  # fmt: skip

HELD_FINGERPRINTS = """
SELECT fingerprint, is_withdrawn AND NOT withdrawn_by_hand FROM annotator_item
WHERE project_id = %(project)s AND fingerprint = ANY(%(fingerprints)s)
"""
HELD_IDS = """
SELECT external_id, fingerprint FROM annotator_item
WHERE project_id = %(project)s AND external_id = ANY(%(ids)s) AND NOT is_withdrawn
"""
REHEARSED_FINGERPRINTS = "SELECT fingerprint, false FROM rehearsal WHERE fingerprint = ANY(%(fingerprints)s)"
REHEARSED_IDS = "SELECT external_id, fingerprint FROM rehearsal WHERE external_id = ANY(%(ids)s)"

AS_NAMED = Fields()
OnProgress = Callable[[int, int], None]  # lines done, lines in all
OnPicture = Callable[[int, int], None]  # pictures of a batch that were looked at, and how many it has


@dataclass(slots=True)
class Report:
    """What became of a file. A line counts as refused once; a line with several responses adds several items."""

    lines: int = 0
    added: int = 0
    returned: int = 0  # had been withdrawn, and are back with all that was said of them
    known: int = 0
    refused: int = 0
    errors: list[RowError] = field(default_factory=list)  # the first ERRORS_KEPT
    preview: list[dict[str, Any]] = field(default_factory=list)  # of the first rows that would be added

    def as_json(self) -> dict[str, Any]:
        """The form in which a run keeps it."""
        return asdict(self)


def check_file(
    *, project: Project, path: Path, pictures: Pictures, fields: Fields = AS_NAMED, on_progress: OnProgress | None = None
) -> Report:
    """What an import of the file would do. Reads and decodes everything, stores nothing."""
    with _Rehearsal(project) as shelf:
        return _read(path, fields, _Import(_Album(pictures), shelf), on_progress)


def import_file(
    *,
    project: Project,
    path: Path,
    pictures: Pictures,
    fields: Fields = AS_NAMED,
    on_progress: OnProgress | None = None,
    run: Run | None = None,
) -> Report:
    """Import a file, each batch in a transaction, for a run that its items are known by.

    What is stored already is recognised, so an import that broke off is simply run again. What was withdrawn with an import
    comes back; what was withdrawn by hand does not. Raises RunCancelled when the run was cancelled meanwhile.
    """
    report = _read(path, fields, _Import(_StoringAlbum(pictures), _Shelf(project, run)), on_progress)
    if report.added >= ANALYZE_FROM:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE annotator_item")
    return report


def import_rows(*, project: Project, rows: Iterable[Row | RowError], pictures: Pictures) -> Report:
    """Import rows that are made rather than read."""
    work = _Import(_StoringAlbum(pictures), _Shelf(project))
    for batch in _batches(rows):
        work.take(batch, _tell_nobody)
    return work.report


def fingerprint_of(*, image_sha256: str, prompt: str, response: str, external_id: str | None) -> str:
    """What makes an item the same item."""
    return hashlib.sha256(json.dumps([image_sha256, prompt, response, external_id]).encode()).hexdigest()


def _read(path: Path, fields: Fields, work: "_Import", on_progress: OnProgress | None) -> Report:
    total, done = _count_lines(path), 0
    tell = on_progress or _tell_nobody
    with path.open("rb") as file:
        for batch in _batches(read_rows(lines_of(file), fields)):
            work.take(batch, partial(_tell_within, tell, done, batch[-1].line, total))
            done = batch[-1].line
            tell(done, total)
    work.report.lines = total
    logger.info("%s: %s added, %s known, %s refused", path.name, work.report.added, work.report.known, work.report.refused)
    return work.report


def _tell_nobody(done: int, total: int) -> None:
    pass


def _tell_within(tell: OnProgress, first: int, last: int, total: int, looked_at: int, pictures: int) -> None:
    """A batch of large photographs takes minutes: whoever watches is told after each of them."""
    tell(first + (last - first) * looked_at // pictures, total)


def _count_lines(path: Path) -> int:
    count, last = 0, b"\n"
    with path.open("rb") as file:
        while chunk := file.read(1024**2):
            count += chunk.count(b"\n")
            last = chunk[-1:]
    return count + (last != b"\n")


def _batches(rows: Iterable[Row | RowError]) -> Iterator[list[Row | RowError]]:
    """Lists of about BATCH rows; the rows of one line stay together."""
    batch: list[Row | RowError] = []
    for _number, of_line in groupby(rows, key=attrgetter("line")):
        batch.extend(of_line)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


class _Found(NamedTuple):
    """A picture that can be used. Its id is 0 while it is not stored."""

    sha256: str
    image_id: int


class _New(NamedTuple):
    """A row with its picture and its fingerprint."""

    row: Row
    picture: _Found
    fingerprint: str

    @property
    def id(self) -> str:
        """The external id; empty for none."""
        return self.row.external_id or ""


class _Held(NamedTuple):
    """What of some rows a project has: for each known fingerprint whether an import brings its item back, and the taken ids."""

    fingerprints: dict[str, bool]
    ids: dict[str, str]


class _Album:
    """Looks pictures up by name: one hash for each, one decoding for each that is not stored yet. This one stores nothing."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._seen: OrderedDict[str, _Found | str] = OrderedDict()

    def find(self, names: Collection[str], on_picture: OnPicture) -> dict[str, _Found | str]:
        """The picture of each name, or what is wrong with it."""
        hashes: dict[str, str] = {}
        for name in names:
            if name not in self._seen:
                try:
                    hashes[name] = self._pictures.sha256(name)
                except PictureError as error:
                    self._seen[name] = str(error)
                on_picture(0, len(names))
        stored = dict(Image.objects.filter(sha256__in=set(hashes.values())).values_list("sha256", "id"))
        self._bring([name for name, sha256 in hashes.items() if sha256 not in stored], on_picture)
        self._seen |= {name: _Found(sha256, stored[sha256]) for name, sha256 in hashes.items() if sha256 in stored}
        found = {name: self._seen[name] for name in names}
        while len(self._seen) > PICTURES_REMEMBERED:
            self._seen.popitem(last=False)
        return found

    def _bring(self, names: Collection[str], on_picture: OnPicture) -> None:
        """Look at new pictures, and remember them or what is wrong with them."""
        kept: dict[str, Image] = {}
        for number, name in enumerate(names, start=1):
            try:
                kept[name] = self._look(self._pictures.read(name))
            except PictureError as error:
                self._seen[name] = str(error)
            on_picture(number, len(names))
        ids = self._keep(list({image.sha256: image for image in kept.values()}.values()))
        self._seen |= {name: _Found(image.sha256, ids.get(image.sha256, 0)) for name, image in kept.items()}

    def _look(self, data: bytes) -> Image:
        check_picture(data)
        return Image(sha256=hashlib.sha256(data).hexdigest())

    def _keep(self, images: Sequence[Image]) -> dict[str, int]:
        """The ids of the rows made for pictures, by hash."""
        return {}


class _StoringAlbum(_Album):
    """An album that stores what is new."""

    def _look(self, data: bytes) -> Image:
        return write_image(data=data)

    def _keep(self, images: Sequence[Image]) -> dict[str, int]:
        return {image.sha256: image.pk for image in keep_images(images)} if images else {}


class _Shelf:
    """The project's items: what is there, and where new ones go. To be used inside a transaction."""

    def __init__(self, project: Project, run: Run | None = None) -> None:
        self.project = project
        self.run = run

    def holds(self, news: Sequence[_New]) -> _Held:
        """What of the news is there."""
        # two imports of one project take turns, none misses a change of its wishes, and none goes on that is cancelled
        self.project = Project.objects.select_for_update(no_key=True).get(pk=self.project.pk)
        if self.run:
            require_mine(self.run)
        return self._held(HELD_FINGERPRINTS, HELD_IDS, news)

    def _held(self, by_fingerprint: str, by_id: str, news: Sequence[_New]) -> _Held:
        values: dict[str, Any] = {
            "project": self.project.pk,
            "fingerprints": [new.fingerprint for new in news],
            "ids": [new.id for new in news if new.id],
        }
        with connection.cursor() as cursor:
            cursor.execute(by_fingerprint, values)
            fingerprints = dict(cursor.fetchall())
            cursor.execute(by_id, values)
            return _Held(fingerprints, dict(cursor.fetchall()))

    def add(self, news: Sequence[_New]) -> None:
        """Make the items, and have them scored once they are committed."""
        if not news:
            return
        now, item_ids = timezone.now(), new_numbers(self.project, len(news))
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY annotator_item (id, {', '.join(COLUMNS)}) FROM STDIN") as copy,
        ):
            for item_id, new in zip(item_ids, news, strict=True):
                copy.write_row((item_id, *_columns(self.project, new, now, self.run)))
        transaction.on_commit(partial(enqueue_scoring, project_id=self.project.pk, item_ids=item_ids))

    def bring_back(self, news: Sequence[_New]) -> None:
        """Let the withdrawn items of these rows be items of the project again, as if this import had brought them."""
        if not news:
            return
        withdrawn = Item.objects.filter(project=self.project, fingerprint__in=[new.fingerprint for new in news])
        bring_back(project=self.project, item_ids=list(withdrawn.values_list("id", flat=True)))
        if self.run:
            withdrawn.update(imported_by=self.run)


def _columns(project: Project, new: _New, now: datetime, run: Run | None) -> tuple[Any, ...]:
    """The values of COLUMNS."""
    row = new.row
    response_words = orjson.dumps(words(row.response)).decode()
    ids = (project.pk, new.picture.image_id, row.external_id)
    return (
        *ids,
        row.prompt,
        row.response,
        response_words,
        json.dumps({IMAGE_NAME: row.image} | row.metadata),
        new.fingerprint,
        project.annotators_per_item,
        now,
        run and run.pk,
    )


class _Rehearsal(_Shelf):
    """The project's items, and a table that is thrown away for what would join them."""

    def __enter__(self) -> Self:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE rehearsal (fingerprint text PRIMARY KEY, external_id text UNIQUE)")
        return self

    def __exit__(self, *_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE rehearsal")

    def holds(self, news: Sequence[_New]) -> _Held:
        held, earlier = super().holds(news), self._held(REHEARSED_FINGERPRINTS, REHEARSED_IDS, news)
        return _Held(held.fingerprints | earlier.fingerprints, held.ids | earlier.ids)

    def bring_back(self, news: Sequence[_New]) -> None:
        self.add(news)

    def add(self, news: Sequence[_New]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO rehearsal VALUES (%s, %s)", [(new.fingerprint, new.row.external_id) for new in news])


class _Import:
    """Takes rows batch by batch and keeps count."""

    def __init__(self, album: _Album, shelf: _Shelf) -> None:
        self._album = album
        self._shelf = shelf
        self.report = Report()

    def take(self, batch: Sequence[Row | RowError], on_picture: OnPicture) -> None:
        """Refuse what must be, recognise what is known, add the rest."""
        reasons = {row.line: row.reason for row in batch if isinstance(row, RowError)}
        rows = [row for row in batch if isinstance(row, Row)]
        news = self._with_pictures(rows, reasons, on_picture)
        with transaction.atomic():
            to_add, to_return = self._to_store(news, reasons)
            self._shelf.add(to_add)
            self._shelf.bring_back(to_return)
        self._count(to_add, to_return, reasons, rows)

    def _with_pictures(self, rows: Sequence[Row], reasons: dict[int, str], on_picture: OnPicture) -> list[_New]:
        found = self._album.find({row.image for row in rows}, on_picture)
        news = []
        for row in rows:
            picture = found[row.image]
            if isinstance(picture, str):
                reasons[row.line] = _("The picture %(name)s %(what)s") % {"name": repr(row.image), "what": picture}
                continue
            fingerprint = fingerprint_of(
                image_sha256=picture.sha256, prompt=row.prompt, response=row.response, external_id=row.external_id
            )
            news.append(_New(row, picture, fingerprint))
        return news

    def _to_store(self, news: Sequence[_New], reasons: dict[int, str]) -> tuple[list[_New], list[_New]]:
        """The rows to add and those to bring back, without those of a line in which one id is taken by something else."""
        fingerprints, taken = self._shelf.holds(news)
        unknown: list[_New] = []
        withdrawn: list[_New] = []
        for line, group in groupby(news, key=lambda new: new.row.line):
            of_line = list(group)
            clash = next((new.row.external_id for new in of_line if taken.get(new.id, new.fingerprint) != new.fingerprint), None)
            if clash:
                reasons[line] = _("The id %(id)s is taken by another picture, prompt or response") % {"id": repr(clash)}
                continue
            for new in of_line:
                is_withdrawn = fingerprints.get(new.fingerprint)
                if is_withdrawn is False:
                    continue
                (withdrawn if is_withdrawn else unknown).append(new)
                fingerprints[new.fingerprint] = False
                taken |= {new.id: new.fingerprint} if new.id else {}
        return unknown, withdrawn

    def _count(self, added: Sequence[_New], returned: Sequence[_New], reasons: dict[int, str], rows: Sequence[Row]) -> None:
        report = self.report
        report.added += len(added)
        report.returned += len(returned)
        report.known += sum(row.line not in reasons for row in rows) - len(added) - len(returned)
        report.refused += len(reasons)
        errors = [RowError(line, reasons[line]) for line in sorted(reasons)]
        report.errors += errors[: ERRORS_KEPT - len(report.errors)]
        report.preview += [asdict(new.row) for new in added[: PREVIEW_ROWS - len(report.preview)]]
