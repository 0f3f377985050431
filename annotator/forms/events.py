"""The acts of an annotator as the desk sends them."""

import json
from typing import Any

from django import forms

from annotator.models import Act, Item
from annotator.services.folding import checked_payload

MOST_EVENTS = 500


class EventForm(forms.Form):
    """One act: its key, what it is, and when it was done by the browser's clock."""

    key = forms.UUIDField()
    act = forms.ChoiceField(choices=Act.choices)
    payload = forms.JSONField(required=False)
    at = forms.DateTimeField()

    def __init__(self, data: Any, *, item: Item) -> None:
        super().__init__(data if isinstance(data, dict) else {})
        self.item = item

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        payload = cleaned.get("payload") or {}
        if self.errors:
            return cleaned
        if not isinstance(payload, dict):
            raise forms.ValidationError("The payload must be an object")
        try:
            cleaned["payload"] = checked_payload(cleaned["act"], payload, response=self.item.response, words=self.item.words)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return cleaned


class EventsForm(forms.Form):
    """What waited in the browser, in order, whose it is, and up to which version the page knows the annotation."""

    user = forms.IntegerField()
    known = forms.IntegerField(min_value=0)
    events = forms.JSONField()

    def __init__(self, body: bytes, *, item: Item) -> None:
        super().__init__(_object(body))
        self.item = item

    def clean_events(self) -> list[dict[str, Any]]:
        events = self.cleaned_data["events"]
        if not isinstance(events, list) or not 1 <= len(events) <= MOST_EVENTS:
            raise forms.ValidationError(f"Send between 1 and {MOST_EVENTS} events at a time")
        return [self._cleaned(number, event) for number, event in enumerate(events)]

    def _cleaned(self, number: int, event: Any) -> dict[str, Any]:
        form = EventForm(event, item=self.item)
        if not form.is_valid():
            reasons = "; ".join(f"{name}: {reason}" for name, errors in form.errors.items() for reason in errors)
            raise forms.ValidationError(f"Event {number}: {reasons}")
        return form.cleaned_data

    def reason(self) -> str:
        """All that is wrong, in one line."""
        return "; ".join(str(reason) for errors in self.errors.values() for reason in errors)


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
