"""What a manager decides before a study begins."""

from django import forms
from django.utils.translation import gettext_lazy as _

from annotator.models import Arm
from annotator.services.studies import LARGEST_SEED

ARMS = [
    (Arm.HIGHLIGHTS.value, _("Highlights: the doubtful words are marked, with suggestions and evidence")),
    (Arm.VERDICT.value, _("Verdict: only whether the model doubts the response")),
    (Arm.NONE.value, _("No help at all")),
]


class StudyForm(forms.Form):
    """The sorts of help to compare, and the seed of the draw."""

    arms = forms.MultipleChoiceField(
        label=_("Compare"), choices=ARMS, widget=forms.CheckboxSelectMultiple, required=False,
        initial=[Arm.HIGHLIGHTS, Arm.VERDICT],
    )  # fmt: skip
    seed = forms.IntegerField(
        label=_("Seed"), required=False, min_value=0, max_value=LARGEST_SEED,
        help_text=_("A whole number from which all draws follow. Empty: one is drawn. It is kept with the study."),
    )  # fmt: skip

    def clean_arms(self) -> list[str]:
        arms: list[str] = self.cleaned_data["arms"]
        if len(arms) < 2:
            raise forms.ValidationError(_("Choose at least two: a study compares."))
        return arms
