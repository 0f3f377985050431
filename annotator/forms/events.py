"""The acts of an annotator as the desk sends them. Plain code: a Django form for each act took longer than storing it."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from annotator.forms.bodies import object_in
from annotator.models import Item
from annotator.services.payloads import checked_payload

MOST_EVENTS = 500
MOST_ACTIVE = 24 * 3600 * 1000  # milliseconds
FIRST_YEAR, LAST_YEAR = 1900, 9000  # a clock may be wrong, but what the database can't give back would lock the item for good


@dataclass(frozen=True, slots=True)
class Acts:
    """What waited in the browser, in order, whose it is, and up to which version the page knows the annotation."""

    user: int
    known: int
    events: list[dict[str, Any]]


def acts_from(body: bytes, *, item: Item) -> Acts:
    """The acts in the body of a request, `{"user", "known", "events": [{"key", "act", "payload", "at", "active"}, …]}`.

    Raises ValueError naming the field, or the event by its number, and what is wrong with it.
    """
    data = object_in(body)
    events = data.get("events")
    if not isinstance(events, list) or not 1 <= len(events) <= MOST_EVENTS:
        raise ValueError(_("events: send a list of 1 to %(most)s") % {"most": MOST_EVENTS})
    return Acts(_count(data, "user"), _count(data, "known"), [_event(number, event, item) for number, event in enumerate(events)])


def _count(data: dict[str, Any], name: str) -> int:
    value = data.get(name)
    if type(value) is not int or value < 0:
        raise ValueError(
            _("%(name)s: must be a whole number of at least 0, got %(value)s") % {"name": name, "value": _shown(value)}
        )
    return value


def _event(number: int, event: Any, item: Item) -> dict[str, Any]:
    try:
        return _checked(event, item)
    except ValueError as error:
        raise ValueError(_("Event %(number)s: %(reason)s") % {"number": number, "reason": error}) from error


def _checked(event: Any, item: Item) -> dict[str, Any]:
    fields = event if isinstance(event, dict) else {}
    act, payload = fields.get("act"), fields.get("payload") or {}
    if not isinstance(act, str) or not isinstance(payload, dict):
        raise ValueError(_("must be an object with an act and a payload, got %(value)s") % {"value": _shown(event)})
    payload = checked_payload(act, payload, response=item.response, words=item.words)
    key, at = _key(fields.get("key")), _time(fields.get("at"))
    return {"key": key, "act": act, "payload": payload, "at": at, "active": _active(fields.get("active"))}


def _active(value: Any) -> int | None:
    """For how many milliseconds the person was at work since the act before; None where the page doesn't say so sensibly.

    An act is not refused for a stopwatch that went wrong.
    """
    return value if type(value) is int and 0 <= value <= MOST_ACTIVE else None


def _key(value: Any) -> uuid.UUID:
    try:
        return uuid.UUID(value)
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(_("key: must be a UUID, got %(value)s") % {"value": _shown(value)}) from error


def _time(value: Any) -> datetime:
    """When the browser's clock said it was; a time without a zone would be guesswork."""
    moment = parse_datetime(value) if isinstance(value, str) else None
    if moment is None or moment.tzinfo is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        years = {"first": FIRST_YEAR, "last": LAST_YEAR, "value": _shown(value)}
        raise ValueError(_("at: must be a time of the years %(first)s to %(last)s with its zone, got %(value)s") % years)
    return moment


def _shown(value: Any) -> str:
    """The beginning of what came in."""
    return repr(value)[:100]
