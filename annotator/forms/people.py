"""Where a page of people starts."""

from django import forms


class PeopleFilter(forms.Form):
    """The address after which the page begins; what is none begins at the head."""

    after = forms.CharField(required=False, max_length=254)

    def after_whom(self) -> str:
        """That address, or nothing."""
        self.is_valid()
        return str(self.cleaned_data.get("after", ""))
