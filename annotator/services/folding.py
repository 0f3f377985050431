"""What a person's events add up to: judgements of words, wrong spans and the corrected text. No database here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from annotator.models.annotation import Act
from rewardmodel.taxonomy import KINDS

REPLACEMENT_CHARACTERS = 1_000
COMMENT_CHARACTERS = 4_000
REASON_CHARACTERS = 200
ON_WORDS = {Act.CONFIRM, Act.CLEAR, Act.FLAG, Act.KIND, Act.REPLACE}

Words = Sequence[Sequence[int]]  # [[start, end), …] in code points of the response
Runs = Sequence[tuple[int, int]]  # [[first, end), …] in word numbers


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
    """What a person thinks of the words [first, end). `text` is the replacement: None for none, "" deletes."""

    first: int
    end: int
    verdict: str  # "wrong" or "right"
    kind: str | None = None
    text: str | None = None
    source: str = "flag"  # "flag": the model had doubted one of the words; "hand": found by the person

    def overlaps(self, first: int, end: int) -> bool:
        """Whether it shares at least one word with [first, end)."""
        return self.first < end and first < self.end


@dataclass(frozen=True, slots=True)
class Folded:
    """What all events of an annotation add up to. Judgements are disjoint and in order."""

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


def _after(state: Folded, event: Acted, words: Words, flags: Runs) -> Folded:
    if state.status != "draft":
        raise ClosedError(f"The annotation is {state.status}: take that back before anything else")
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
    first, end = word_range(event.payload, words)
    newest = _newest(judgements, event, flags)
    rest = [piece for older in judgements for piece in _without(older, first, end)]
    return tuple(sorted([*rest, newest], key=lambda judgement: judgement.first))


def _newest(judgements: tuple[Judgement, ...], event: Acted, flags: Runs) -> Judgement:
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
    return Judgement(first, end, "wrong", kind=kind, text=text, source=source)


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
    """The wrong passages in code points, each with its quote: `response[start:end] == quote`."""
    spans = []
    for judgement in judgements:
        if judgement.verdict == "wrong":
            start, end = words[judgement.first][0], words[judgement.end - 1][1]
            quote = response[start:end]
            spans.append({"start": start, "end": end, "kind": judgement.kind, "quote": quote, "replacement": judgement.text})
    return spans


def corrected_text(response: str, spans: Iterable[Mapping[str, Any]]) -> str:
    """The response with every replacement made. Deleting a passage also deletes one of the spaces around it."""
    pieces: list[str] = []
    at = 0
    for span in spans:
        replacement = span["replacement"]
        if replacement is None:
            continue
        start, end = span["start"], span["end"]
        if replacement == "":
            start, end = _with_one_space(response, start, end, at)
        pieces += [response[at:start], replacement]
        at = end
    return "".join([*pieces, response[at:]])


def _with_one_space(response: str, start: int, end: int, at: int) -> tuple[int, int]:
    if start > at and _is_space(response[start - 1]):
        return start - 1, end
    if end < len(response) and _is_space(response[end]):
        return start, end + 1
    return start, end


def _is_space(character: str) -> bool:
    return character.isspace() and character not in "\r\n"


def word_states(number_of_words: int, judgements: Iterable[Judgement], *, rest_checked: bool) -> list[str]:
    """One state a word: confirmed (wrong), corrected (wrong, with a replacement), cleared (right), else checked or untouched."""
    states = ["checked" if rest_checked else "untouched"] * number_of_words
    for judgement in judgements:
        state = "cleared" if judgement.verdict == "right" else "confirmed" if judgement.text is None else "corrected"
        states[judgement.first : judgement.end] = [state] * (judgement.end - judgement.first)
    return states


def judgements_to_json(judgements: Iterable[Judgement]) -> list[dict[str, Any]]:
    """The form in which an annotation keeps them."""
    return [asdict(judgement) for judgement in judgements]


def judgements_from_json(rows: Iterable[Mapping[str, Any]]) -> tuple[Judgement, ...]:
    """Judgements of the form in which an annotation keeps them."""
    return tuple(Judgement(**row) for row in rows)


def checked_payload(act: str, payload: Mapping[str, Any], *, response: str, words: Words) -> dict[str, Any]:
    """The payload of an act with nothing unknown in it.

    Ranges are word numbers. A `quote`, where the page sends one, must be what stands there.
    Raises ActError naming what is wrong.
    """
    words_of_act = _range(payload, response, words) if act in ON_WORDS else {}
    kind = {"kind": _kind(payload)} if act in ON_WORDS - {Act.CLEAR} else {}
    return words_of_act | kind | _own_fields(act, payload)


def _own_fields(act: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    match act:
        case Act.SUBMIT:
            return {"rest_checked": payload.get("rest_checked") is True}
        case Act.SKIP:
            return {"reason": _text(payload, "reason", REASON_CHARACTERS)}
        case Act.COMMENT:
            return {"text": _text(payload, "text", COMMENT_CHARACTERS)}
        case Act.REPLACE:
            return {"text": _text(payload, "text", REPLACEMENT_CHARACTERS)}
        case _ if act in Act.values:
            return {}
        case _:
            raise ActError(f"There is no act {act!r}")


def _range(payload: Mapping[str, Any], response: str, words: Words) -> dict[str, Any]:
    first, end = word_range(payload, words)
    stands = response[words[first][0] : words[end - 1][1]]
    if payload.get("quote", stands) != stands:
        raise ActError(f"Words [{first}, {end}) read {stands!r}, not {payload['quote']!r}")
    return {"first": first, "end": end}


def word_range(payload: Mapping[str, Any], words: Words) -> tuple[int, int]:
    """`first` and `end` of a payload, word numbers, half-open. Raises ActError where they are no range of the words."""
    first, end = payload.get("first"), payload.get("end")
    if type(first) is not int or type(end) is not int or not 0 <= first < end <= len(words):
        raise ActError(f"Words must satisfy 0 <= first < end <= {len(words)}, got [{first!r}, {end!r})")
    return first, end


def _kind(payload: Mapping[str, Any]) -> str | None:
    kind = payload.get("kind")
    if kind and kind not in KINDS:
        raise ActError(f"There is no kind {kind!r}")
    return kind or None


def _text(payload: Mapping[str, Any], name: str, most: int) -> str:
    text = payload.get(name, "")
    if not isinstance(text, str):
        raise ActError(f"{name} must be text, got {text!r}")
    if len(text) > most:
        raise ActError(f"{name} has {len(text):,} characters; at most {most:,} are taken")
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ActError(f"{name} holds a character that is no text (NUL or half of a surrogate pair)")
    return text
