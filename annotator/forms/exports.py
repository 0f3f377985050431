"""What an export shall hold."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        label=_("Format"),
        choices=[
            ("jsonl", _("JSON Lines: one line per annotation, readable anywhere")),
            ("parquet", _("Parquet: the same rows, smaller and typed")),
        ],
        initial="jsonl",
        widget=forms.RadioSelect,
    )
    include = forms.ChoiceField(
        label=_("Include"),
        choices=[
            ("annotated", _("Items that somebody annotated")),
            ("all", _("All items, also those nobody annotated yet")),
        ],
        initial="annotated",
        widget=forms.RadioSelect,
    )
