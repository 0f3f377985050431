"""What an export shall hold."""

from django import forms


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        choices=[
            ("jsonl", "JSON Lines: one line per annotation, readable anywhere"),
            ("parquet", "Parquet: the same rows, smaller and typed"),
        ],
        initial="jsonl",
        widget=forms.RadioSelect,
    )
    include = forms.ChoiceField(
        choices=[("annotated", "Items that somebody annotated"), ("all", "All items, also those nobody annotated yet")],
        initial="annotated",
        widget=forms.RadioSelect,
    )
