"""What a person's events add up to: judgements of words, wrong spans and the corrected text. No database here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from operator import itemgetter
from typing import Any, Protocol

from django.utils.translation import gettext as _

from annotator.models.annotation import Act
from annotator.services.spacing import Piece, joined, stops_at, with_one_space

Words = Sequence[Sequence[int]]  # [[start, end), …] in code points of the response
Runs = Sequence[tuple[int, int]]  # [[first, end), …] in word numbers
Box = tuple[float, float, float, float]  # left, top, right, bottom in shares of the picture's width and height


class ActError(ValueError):
    """An act that can't be taken; the message says why."""


class ClosedError(ActError):
    """An act on an annotation that is submitted or skipped; only undo may follow those."""


class Acted(Protocol):
    """One event, as stored or as it came in."""

    @property
    def act(self) -> str: ...

    @property
    def payload(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Step:
    """An event that is not stored yet."""

    act: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person thinks of the words [first, end). `text` is the replacement: None for none, "" deletes.

    An empty range is an insertion: `text` is missing before the word `first`. `box` says where in the picture the words are
    refuted (or the missing thing is), `absent` that what they speak of is not in it.
    """

    first: int
    end: int
    verdict: str  # "wrong" or "right"
    kind: str | None = None
    text: str | None = None
    source: str = "flag"  # "flag": the model had doubted one of the words; "hand": found by the person
    box: Box | None = None
    absent: bool = False

    @property
    def is_insertion(self) -> bool:
        return self.first == self.end

    def overlaps(self, first: int, end: int) -> bool:
        """Whether it shares at least one word with [first, end); an insertion has none."""
        return self.first < end and first < self.end and not self.is_insertion


@dataclass(frozen=True, slots=True)
class Folded:
    """What all events of an annotation add up to. Judgements share no word and are in order."""

    judgements: tuple[Judgement, ...] = ()
    comment: str = ""
    status: str = "draft"
    rest_checked: bool = False
    skip_reason: str = ""


def fold(words: Words, events: Iterable[Acted], flags: Runs = ()) -> Folded:
    """The state after all events, in order.

    `flags` are the runs that were shown as doubtful; they decide whether a judgement's source is the flag or the hand.
    Undo takes back the last act that is not taken back yet, redo brings it back until something new is done.
    Raises ClosedError for an act after submit or skip.
    """
    past: list[Folded] = []
    present = Folded()
    future: list[Folded] = []
    for event in events:
        if event.act == Act.UNDO:
            if past:
                future.append(present)
                present = past.pop()
        elif event.act == Act.REDO:
            if future:
                past.append(present)
                present = future.pop()
        else:
            past.append(present)
            present = _after(present, event, words, flags)
            future.clear()
    return present


def undos_left(events: Iterable[Acted]) -> int:
    """How many undos take back everything that the events did."""
    past = future = 0
    for event in events:
        if event.act == Act.UNDO:
            past, future = (past - 1, future + 1) if past else (past, future)
        elif event.act == Act.REDO:
            past, future = (past + 1, future - 1) if future else (past, future)
        else:
            past, future = past + 1, 0
    return past


def _after(state: Folded, event: Acted, words: Words, flags: Runs) -> Folded:
    if state.status == "skipped":
        raise ClosedError(_("The annotation is skipped: take that back before anything else"))
    if state.status != "draft":
        raise ClosedError(_("The annotation is submitted: take that back before anything else"))
    payload = event.payload
    match event.act:
        case Act.SUBMIT:
            return replace(state, status="submitted", rest_checked=bool(payload.get("rest_checked", False)))
        case Act.SKIP:
            return replace(state, status="skipped", skip_reason=payload.get("reason", ""))
        case Act.COMMENT:
            return replace(state, comment=payload["text"])
        case _:
            return replace(state, judgements=_judged(state.judgements, event, words, flags))


def _judged(judgements: tuple[Judgement, ...], event: Acted, words: Words, flags: Runs) -> tuple[Judgement, ...]:
    """The judgements after one more; it takes its words from those it overlaps."""
    if event.act == Act.INSERT:
        return _inserted(judgements, event.payload)
    if event.act == Act.EVIDENCE and event.payload["first"] == event.payload["end"]:
        return tuple(
            _seen(old, event.payload) if old.is_insertion and old.first == event.payload["first"] else old for old in judgements
        )
    first, end = word_range(event.payload, words)
    newest = _newest(judgements, event, flags)
    rest = [piece for older in judgements for piece in _without(older, first, end) if not _is_replaced(piece, newest)]
    return _in_order([*rest, newest])


def _in_order(judgements: Iterable[Judgement]) -> tuple[Judgement, ...]:
    return tuple(sorted(judgements, key=lambda judgement: (judgement.first, judgement.end)))


def _inserted(judgements: tuple[Judgement, ...], payload: Mapping[str, Any]) -> tuple[Judgement, ...]:
    """The judgements with a text before word `at`, instead of the one that may have stood there; "" takes it away.

    A run that was replaced as a whole, with the place inside it, loses its replacement.
    """
    at, text = payload["at"], payload["text"]
    same = next((old for old in judgements if old.is_insertion and old.first == at), None)
    rest = [replace(old, text=None) if old.first < at < old.end else old for old in judgements if old is not same]
    before = same or Judgement(at, at, "wrong", source="hand")
    return _in_order([*rest, replace(before, text=text, kind=payload.get("kind"))] if text else rest)


def _seen(judgement: Judgement, payload: Mapping[str, Any]) -> Judgement:
    """The judgement with the evidence of a payload."""
    box = payload.get("box")
    return replace(judgement, box=tuple(box) if box else None, absent=payload.get("absent", False))


def _is_replaced(insertion: Judgement, newest: Judgement) -> bool:
    """Whether a new text stands where the insertion was: inside the run that it replaces."""
    return insertion.is_insertion and newest.text is not None and newest.first < insertion.first < newest.end


def _newest(judgements: tuple[Judgement, ...], event: Acted, flags: Runs) -> Judgement:
    """The judgement of an act. A wrong one keeps the evidence of the first run that it takes words from and that has some."""
    first, end = event.payload["first"], event.payload["end"]
    source = _source(judgements, event, flags)
    if event.act == Act.CLEAR:
        return Judgement(first, end, "right", source=source)
    same = next((old for old in judgements if (old.first, old.end, old.verdict) == (first, end, "wrong")), None)
    kind, text = (same.kind, same.text) if same else (None, None)
    if event.act == Act.KIND or event.payload.get("kind"):
        kind = event.payload.get("kind")
    if event.act == Act.REPLACE:
        text = event.payload["text"]
    newest = Judgement(first, end, "wrong", kind=kind, text=text, source=source)
    if event.act == Act.EVIDENCE:
        return _seen(newest, event.payload)
    seen = next((old for old in judgements if old.overlaps(first, end) and (old.box or old.absent)), newest)
    return replace(newest, box=seen.box, absent=seen.absent)


def _source(judgements: tuple[Judgement, ...], event: Acted, flags: Runs) -> str:
    first, end = event.payload["first"], event.payload["end"]
    if any(start < end and first < stop for start, stop in flags):
        return "flag"
    before = next((old.source for old in judgements if old.overlaps(first, end)), None)
    if before is not None:
        return before
    return "flag" if event.act in {Act.CONFIRM, Act.CLEAR} else "hand"


def _without(older: Judgement, first: int, end: int) -> list[Judgement]:
    """What is left of a judgement when the words [first, end) are taken from it. A cut run loses its replacement."""
    if not older.overlaps(first, end):
        return [older]
    pieces = [(older.first, first), (end, older.end)]
    return [replace(older, first=start, end=stop, text=None) for start, stop in pieces if start < stop]


def spans_of(response: str, words: Words, judgements: Iterable[Judgement]) -> list[dict[str, Any]]:
    """The wrong passages in code points, each with its quote: `response[start:end] == quote`. Insertions are none."""
    spans = []
    for judgement in judgements:
        if judgement.verdict == "wrong" and not judgement.is_insertion:
            start, end = _place(judgement, words)
            quote = response[start:end]
            spans.append({"start": start, "end": end, "kind": judgement.kind, "quote": quote, "replacement": judgement.text})
    return spans


def insertions_of(words: Words, judgements: Iterable[Judgement]) -> list[dict[str, Any]]:
    """What is missing in the response: a text that should stand right before the code point `at`."""
    missing = [judgement for judgement in judgements if judgement.is_insertion]
    return [{"at": _place(one, words)[0], "text": one.text, "kind": one.kind} for one in missing]


def evidence_of(words: Words, judgements: Iterable[Judgement]) -> list[dict[str, Any]]:
    """Where the picture shows it, in code points of the response (an empty range: of an insertion) and shares of the picture."""
    seen = [judgement for judgement in judgements if judgement.box or judgement.absent]
    places = [_place(judgement, words) for judgement in seen]
    return [
        {"start": start, "end": end, "box": judgement.box and list(judgement.box), "absent": judgement.absent}
        for (start, end), judgement in zip(places, seen, strict=True)
    ]


def marked_spans(words: Words, judgements: Sequence[Judgement]) -> list[dict[str, Any]]:
    """All words to be learned as bad `{"start", "end", "kind"}`, disjoint and in order: the wrong passages, and the seams.

    Where something is missing, the words on both sides of the seam are bad, as far as nothing else has marked them.
    """
    marked = {number for one in judgements if one.verdict == "wrong" for number in range(one.first, one.end)}
    runs = [(one.first, one.end, one.kind) for one in judgements if one.verdict == "wrong" and not one.is_insertion]
    for one in judgements:
        seam = [number for number in _seam(one, len(words)) if number not in marked]
        if seam:
            runs.append((seam[0], seam[-1] + 1, one.kind))
            marked |= set(seam)
    return [
        {"start": words[first][0], "end": words[end - 1][1], "kind": kind} for first, end, kind in sorted(runs, key=itemgetter(0))
    ]


def _seam(judgement: Judgement, number_of_words: int) -> list[int]:
    """The words beside what is missing; none for other judgements."""
    beside = (judgement.first - 1, judgement.first) if judgement.is_insertion else ()
    return [number for number in beside if 0 <= number < number_of_words]


def _place(judgement: Judgement, words: Words) -> tuple[int, int]:
    """Where it stands, in code points. What is missing after the last word is missing right behind it."""
    if not judgement.is_insertion:
        return words[judgement.first][0], words[judgement.end - 1][1]
    at = words[judgement.first][0] if judgement.first < len(words) else words[-1][1]
    return at, at


def corrected_text(response: str, spans: Iterable[Mapping[str, Any]], insertions: Iterable[Mapping[str, Any]] = ()) -> str:
    """The response with every replacement made and what was missing put in, a space on either side of it where there is none.

    Deleting a passage also deletes one of the spaces around it.
    """
    replaced = [(span["start"], span["end"], span["replacement"]) for span in spans if span["replacement"] is not None]
    missing = [(one["at"], one["at"], one["text"]) for one in insertions]
    pieces: list[Piece] = []
    at = 0
    for start, end, text in sorted([*missing, *replaced], key=itemgetter(0, 1)):
        first, last = (start, end) if text else with_one_space(response, start, end, least=at)
        pieces += [Piece(response[at:first], stops=stops_at(response, at)), Piece(text, start == end, stops_at(text, 0))]
        at = last
    return joined([*pieces, Piece(response[at:], stops=stops_at(response, at))])


def word_states(number_of_words: int, judgements: Sequence[Judgement], *, rest_checked: bool) -> list[str]:
    """One state a word: confirmed (wrong), corrected (wrong, with a replacement), seam (something is missing beside it),
    cleared (right), else checked or untouched.
    """
    states = ["checked" if rest_checked else "untouched"] * number_of_words
    for judgement in judgements:
        state = "cleared" if judgement.verdict == "right" else "confirmed" if judgement.text is None else "corrected"
        states[judgement.first : judgement.end] = [state] * (judgement.end - judgement.first)
    for number in (number for judgement in judgements for number in _seam(judgement, number_of_words)):
        states[number] = states[number] if states[number] in {"confirmed", "corrected"} else "seam"
    return states


def judgements_to_json(judgements: Iterable[Judgement]) -> list[dict[str, Any]]:
    """The form in which an annotation keeps them."""
    return [asdict(judgement) for judgement in judgements]


def judgements_from_json(rows: Iterable[Mapping[str, Any]]) -> tuple[Judgement, ...]:
    """Judgements of the form in which an annotation keeps them."""
    return tuple(Judgement(**{**row, "box": tuple(row["box"]) if row.get("box") else None}) for row in rows)


def word_range(payload: Mapping[str, Any], words: Words) -> tuple[int, int]:
    """`first` and `end` of a payload, word numbers, half-open. Raises ActError where they are no range of the words."""
    first, end = payload.get("first"), payload.get("end")
    if type(first) is not int or type(end) is not int or not 0 <= first < end <= len(words):
        raise ActError(
            _("Words must satisfy 0 <= first < end <= %(most)s, got [%(first)s, %(end)s)")
            % {"most": len(words), "first": repr(first), "end": repr(end)}
        )
    return first, end
