"""The acts of an annotator as the desk sends them. Plain code: a Django form for each act took longer than storing it."""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from annotator.models import Item
from annotator.services.folding import checked_payload

MOST_EVENTS = 500


@dataclass(frozen=True, slots=True)
class Acts:
    """What waited in the browser, in order, whose it is, and up to which version the page knows the annotation."""

    user: int
    known: int
    events: list[dict[str, Any]]


def acts_from(body: bytes, *, item: Item) -> Acts:
    """The acts in the body of a request, `{"user", "known", "events": [{"key", "act", "payload", "at"}, …]}`.

    Raises ValueError naming the field, or the event by its number, and what is wrong with it.
    """
    try:
        data = json.loads(body)
    except ValueError as error:
        raise ValueError("The request is not JSON") from error
    if not isinstance(data, dict):
        raise ValueError("The request is not a JSON object")
    events = data.get("events")
    if not isinstance(events, list) or not 1 <= len(events) <= MOST_EVENTS:
        raise ValueError(f"events: send a list of 1 to {MOST_EVENTS}")
    return Acts(_count(data, "user"), _count(data, "known"), [_event(number, event, item) for number, event in enumerate(events)])


def _count(data: dict[str, Any], name: str) -> int:
    value = data.get(name)
    if type(value) is not int or value < 0:
        raise ValueError(f"{name}: must be a whole number of at least 0, got {value!r}")
    return value


def _event(number: int, event: Any, item: Item) -> dict[str, Any]:
    try:
        return _checked(event, item)
    except ValueError as error:
        raise ValueError(f"Event {number}: {error}") from error


def _checked(event: Any, item: Item) -> dict[str, Any]:
    fields = event if isinstance(event, dict) else {}
    act, payload = fields.get("act"), fields.get("payload") or {}
    if not isinstance(act, str) or not isinstance(payload, dict):
        raise ValueError(f"must be an object with an act and a payload, got {str(event)[:100]!r}")
    payload = checked_payload(act, payload, response=item.response, words=item.words)
    return {"key": _key(fields.get("key")), "act": act, "payload": payload, "at": _time(fields.get("at"))}


def _key(value: Any) -> uuid.UUID:
    try:
        return uuid.UUID(value)
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"key: must be a UUID, got {value!r}") from error


def _time(value: Any) -> datetime:
    """When the browser's clock said it was; a time without a zone would be guesswork."""
    moment = parse_datetime(value) if isinstance(value, str) else None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"at: must be a time with its zone, got {value!r}")
    return moment
