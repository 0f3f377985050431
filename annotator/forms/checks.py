"""How many errors to plant, and what a tutorial is called."""

from typing import ClassVar

from django import forms

from annotator.forms.projects import NewProjectForm
from annotator.services.checks import MOST_PLANTED


class PlantForm(forms.Form):
    count = forms.IntegerField(
        label="Errors to plant", min_value=1, max_value=MOST_PLANTED, initial=10, help_text=f"1 to {MOST_PLANTED} at once."
    )


class TutorialForm(NewProjectForm):
    """A name; the rest is drawn."""

    class Meta(NewProjectForm.Meta):
        fields: ClassVar = ["name"]
