"""Who joins a project, and in which role."""

from django import forms

from annotator.models import Role


class MemberForm(forms.Form):
    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(choices=Role.choices, initial=Role.ANNOTATOR)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.lower()


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)
