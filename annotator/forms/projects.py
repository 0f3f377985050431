"""What a manager may set on a project."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Q
from django.utils.text import Truncator, slugify
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from annotator.models import Project, User

if TYPE_CHECKING:  # Django's class is generic for the type checker only
    FormOfProject = forms.ModelForm[Project]
else:
    FormOfProject = forms.ModelForm

RESERVED = {"new"}  # a page of its own below /projects/
SLUG_CHARACTERS = 60
INSTRUCTIONS_CHARACTERS = 20_000  # the worst that so many can be takes half a second to become a page
SHOWN_CHARACTERS = 300
MOVED = gettext_noop(
    "Somebody has changed this since you opened the page. Now it is “%(now)s”. Save again to put yours in its place."
)
CHECKING = ("check_every", "gives_feedback", "tutorial", "pass_mark")


def too_long(instructions: str) -> str | None:
    """Why instructions are too long, if they are. A line's end counts as one character, whatever the browser sends."""
    length = len(instructions.replace("\r\n", "\n"))
    if length <= INSTRUCTIONS_CHARACTERS:
        return None
    return gettext("The instructions have %(length)s characters; at most %(most)s are taken.") % {
        "length": intcomma(length), "most": intcomma(INSTRUCTIONS_CHARACTERS),
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """A setting as it is compared: browsers send other ends of lines than are stored, and without those at either end."""
    return value.strip().splitlines() if isinstance(value, str) else value


class _WithInstructions(FormOfProject):
    """Instructions within their limit; what was stored before there was one may stay."""

    def clean_instructions(self) -> str:
        instructions: str = self.cleaned_data["instructions"]
        is_new = instructions.splitlines() != (self.initial.get("instructions") or "").strip().splitlines()
        if is_new and (reason := too_long(instructions)):
            raise forms.ValidationError(reason)
        return instructions


class NewProjectForm(_WithInstructions):
    """Name and instructions; the address is made from the name."""

    class Meta:
        model = Project
        fields: ClassVar = ["name", "instructions"]
        labels: ClassVar = {"name": _("Name"), "instructions": _("Instructions")}
        help_texts: ClassVar = {
            "instructions": _("What counts as wrong, with an example or two. Shown beside the desk; can be changed later.")
        }

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not slugify(name):
            raise forms.ValidationError(
                _("The name needs at least one Latin letter or digit: the page's address is made from it.")
            )
        return name

    def slug(self) -> str:
        """A free address made from the name."""
        wanted = slugify(self.cleaned_data["name"])[: SLUG_CHARACTERS - 6]
        taken = set(Project.objects.filter(slug__startswith=wanted).values_list("slug", flat=True)) | RESERVED
        numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
        return wanted if wanted not in taken else next(slug for slug in numbered if slug not in taken)


class ProjectForm(_WithInstructions):
    """The settings of a project.

    The page carries what it was rendered with, so that only what the person changed is stored (`wishes`), and nothing over what
    somebody else changed meanwhile.
    """

    class Meta:
        model = Project
        fields: ClassVar = ["name", "instructions", "annotators_per_item", "lease_minutes", "threshold", *CHECKING]
        labels: ClassVar = NewProjectForm.Meta.labels | {
            "annotators_per_item": _("People per item"),
            "lease_minutes": _("Minutes an item stays reserved"),
            "threshold": _("Threshold of doubt"),
            "check_every": _("Attention checks: one in so many items"),
            "gives_feedback": _("Tell people at once how they did on a check"),
            "tutorial": _("Tutorial to pass first"),
            "pass_mark": _("Mark that passes"),
        }
        help_texts: ClassVar = {
            "instructions": _(
                "What counts as wrong, in Markdown. Shown beside the desk, above an example of each kind of error."
            ),
            "annotators_per_item": _(
                "How many people judge each item, without seeing each other. What was judged already stays when this changes."
            ),
            "lease_minutes": _(
                "After so long without a sign of life, an item that somebody opened goes to others. What they did is kept."
            ),
            "threshold": _("Words with a grounded value below this are flagged. Empty: the active checkpoint's own threshold."),
            "check_every": _("0: none. Checks are items whose answer is known; they look like the others. See the page People."),
            "gives_feedback": _("They see what they missed, and what they called wrong without reason."),
            "tutorial": _("The desk opens to annotators once they have passed it. Choose among tutorials of yours."),
            "pass_mark": _(
                "F1 on the words of the tutorial, from 0 to 1: 1 is every wrong word found and no other called wrong."
            ),
        }
        widgets: ClassVar = {
            name: forms.NumberInput(attrs={"step": "0.01", "min": "0", "max": "1"}) for name in ("threshold", "pass_mark")
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True
        self.fields["instructions"].widget.attrs["rows"] = 10
        for name in CHECKING if self.instance.is_tutorial else ():
            del self.fields[name]  # a tutorial is all checks
        if "tutorial" in self.fields:
            theirs = Project.objects.filter(Q(memberships__user=user) | Q(guarded=self.instance))
            self.fields["tutorial"].queryset = theirs.filter(is_tutorial=True).distinct()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse, once, what would undo somebody else's change; the page that says so is rendered with what is there now."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.changed_data:
            now = getattr(self.instance, name)
            if name in cleaned and self._has_moved(name) and _plain(cleaned[name]) != _plain(now):
                told = Truncator(gettext("nothing") if now in {None, ""} else now).chars(SHOWN_CHARACTERS)
                self.add_error(name, gettext(MOVED) % {"now": told})
                sent: Any = self.data
                self.data = sent.copy()
                self.data[self[name].html_initial_name] = self.fields[name].prepare_value(self.initial[name])  # type: ignore[index]
        return cleaned

    def _has_moved(self, name: str) -> bool:
        """Whether a setting is no longer what the page was rendered with."""
        rendered = self.data.get(self[name].html_initial_name)
        if rendered is None:
            return False
        try:
            seen = self.fields[name].to_python(rendered)
        except forms.ValidationError:  # a tutorial that the person may not choose any more
            return True
        return bool(_plain(seen) != _plain(getattr(self.instance, name)))

    def wishes(self) -> dict[str, Any]:
        """The settings that the person has changed; all of them where it isn't known what they saw."""
        seen = {name for name in self.fields if self[name].html_initial_name in self.data}
        return {name: value for name, value in self.cleaned_data.items() if name in self.changed_data or name not in seen}

    def clean_check_every(self) -> int:
        return self.cleaned_data["check_every"] or 0

    def clean_pass_mark(self) -> float:
        mark = self.cleaned_data["pass_mark"]
        return self.instance.pass_mark if mark is None else mark
