"""The filter of the items browser."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from annotator.models import ItemState

FOR_REVIEWERS = {ItemState.COMMENTED, ItemState.WITHDRAWN}


class ItemFilter(forms.Form):
    """What to look for, and where in the list the page starts."""

    state = forms.ChoiceField(required=False)
    text = forms.CharField(required=False, max_length=200, label=_("Text"), widget=forms.TextInput(attrs={"type": "search"}))
    flagged = forms.BooleanField(required=False, label=_("Only flagged"))
    after = forms.IntegerField(required=False, widget=forms.HiddenInput)
    before = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, sees_all: bool, **kwargs: Any) -> None:
        """`sees_all`: whether the person may read what others wrote."""
        super().__init__(*args, **kwargs)
        states = [choice for choice in ItemState.choices if sees_all or choice[0] not in FOR_REVIEWERS]
        self.fields["state"].choices = [("", _("Any state")), *states, ("unscored", _("Not scored yet"))]  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """The cleaned filter; what makes no sense is left out rather than complained about."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}
