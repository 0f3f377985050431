"""What a manager may set on a project."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.text import slugify

from annotator.models import Project

if TYPE_CHECKING:  # Django's class is generic for the type checker only
    FormOfProject = forms.ModelForm[Project]
else:
    FormOfProject = forms.ModelForm

RESERVED = {"new"}  # a page of its own below /projects/
SLUG_CHARACTERS = 60


class NewProjectForm(FormOfProject):
    """Name and instructions; the address is made from the name."""

    class Meta:
        model = Project
        fields: ClassVar = ["name", "instructions"]
        help_texts: ClassVar = {
            "instructions": "What counts as wrong, with an example or two. Shown beside the desk; can be changed later."
        }

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not slugify(name):
            raise forms.ValidationError("The name needs at least one Latin letter or digit: the page's address is made from it.")
        return name

    def slug(self) -> str:
        """A free address made from the name."""
        wanted = slugify(self.cleaned_data["name"])[: SLUG_CHARACTERS - 6]
        taken = set(Project.objects.filter(slug__startswith=wanted).values_list("slug", flat=True)) | RESERVED
        numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
        return wanted if wanted not in taken else next(slug for slug in numbered if slug not in taken)


class ProjectForm(FormOfProject):
    """The settings of a project."""

    class Meta:
        model = Project
        fields: ClassVar = ["name", "instructions", "annotators_per_item", "lease_minutes", "threshold"]
        labels: ClassVar = {
            "annotators_per_item": "People per item",
            "lease_minutes": "Minutes an item stays reserved",
            "threshold": "Threshold of doubt",
        }
        help_texts: ClassVar = {
            "instructions": "What counts as wrong, with an example or two. Shown beside the desk.",
            "annotators_per_item": "How many people judge each item, without seeing each other. "
            "What was judged already stays when this changes.",
            "lease_minutes": "After so long without a sign of life, an item that somebody opened goes to others. "
            "What they did is kept.",
            "threshold": "Words with a grounded value below this are flagged. Empty: the active checkpoint's own threshold.",
        }
        widgets: ClassVar = {"threshold": forms.NumberInput(attrs={"step": "0.01", "min": "0", "max": "1"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instructions"].widget.attrs["rows"] = 10
