"""How many errors to plant, and what a tutorial is called."""

from typing import ClassVar

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from annotator.forms.projects import NewProjectForm
from annotator.services.checks import MOST_PLANTED


class PlantForm(forms.Form):
    count = forms.IntegerField(
        label=_("Errors to plant"), min_value=1, max_value=MOST_PLANTED, initial=10,
        help_text=format_lazy(_("1 to {most} at once."), most=MOST_PLANTED),
    )  # fmt: skip


class TutorialForm(NewProjectForm):
    """A name; the rest is drawn."""

    class Meta(NewProjectForm.Meta):
        fields: ClassVar = ["name"]
