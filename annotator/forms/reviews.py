"""What a reviewer looks for, and what they decided. Ranges are word numbers, as in the acts of the desk."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from annotator.models import Act, Item, Review
from annotator.services.differences import RIGHT
from annotator.services.folding import Judgement
from annotator.services.payloads import COMMENT_CHARACTERS, checked_payload
from annotator.services.reviews import Settlement

ACTS = {("right", False): Act.CLEAR, ("wrong", False): Act.FLAG, ("wrong", True): Act.REPLACE}
DECISION = _("A decision must be an object with first, end, a verdict (wrong or right), and where it is wrong a kind and a text")
MOST = _("The decisions must be a list with at most one for each word and each place between words")


class ReviewFilter(forms.Form):
    """Which reviews to list, and after which item the page starts."""

    state = forms.ChoiceField(required=False, choices=Review.State.choices)
    after = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def wanted(self) -> dict[str, Any]:
        """The state to list, to settle unless another one is named, and the item before the page."""
        self.is_valid()
        return {"state": self.cleaned_data.get("state") or Review.State.OPEN, "after": self.cleaned_data.get("after")}


class ShallowJSONField(forms.JSONField):
    """JSON that is not nested deeper than Python reads."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise forms.ValidationError("The JSON is nested too deeply") from error


class SettleForm(forms.Form):
    """The decisions on all differences of an item, and the versions of the annotations that they were made from."""

    decisions = ShallowJSONField(widget=forms.HiddenInput)
    made_from = ShallowJSONField(widget=forms.HiddenInput)
    comment = forms.CharField(
        required=False, max_length=COMMENT_CHARACTERS, widget=forms.Textarea(attrs={"rows": 2}), label=_("Comment")
    )

    def __init__(self, *args: Any, item: Item, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item = item
        self.fields["decisions"].required = False  # an empty list is an answer where nobody differs

    def clean_decisions(self) -> list[Judgement]:
        """Judgements, each checked like the act that would make it."""
        decisions = self.cleaned_data["decisions"] or []
        if not isinstance(decisions, list) or len(decisions) > 2 * len(self.item.words) + 1:
            raise forms.ValidationError(MOST)
        try:
            return [self._judgement(decision) for decision in decisions]
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def _judgement(self, decision: Any) -> Judgement:
        fields = decision if isinstance(decision, dict) else {}
        act = ACTS.get((str(fields.get("verdict")), fields.get("text") is not None))
        if act is None:
            raise ValueError(str(DECISION))
        if fields.get("first") == fields.get("end"):
            return self._of_a_place(fields)
        payload = checked_payload(act, fields, response=self.item.response, words=self.item.words)
        return Judgement(payload["first"], payload["end"], fields["verdict"], payload.get("kind"), payload.get("text"))

    def _of_a_place(self, fields: dict[str, Any]) -> Judgement:
        """What is missing between two words, or where the verdict is right that nothing is."""
        put_in = {**fields, "at": fields.get("first"), "text": fields.get("text") or ""}
        payload = checked_payload(Act.INSERT, put_in, response=self.item.response, words=self.item.words)
        if (fields["verdict"] == RIGHT) == bool(payload["text"]):
            raise ValueError(str(DECISION))
        return Judgement(payload["at"], payload["at"], fields["verdict"], payload["kind"], payload["text"] or None)

    def settlement(self) -> Settlement:
        """The cleaned fields, as the service takes them."""
        return Settlement(**self.cleaned_data)
