"""Who joins a project, and in which role."""

from django import forms
from django.utils.translation import gettext_lazy as _

from annotator.models import Role


class MemberForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.ANNOTATOR)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.lower()


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)
