"""The upload of an import: a file of lines, perhaps a zip of pictures, and what the fields are called."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

LINES_LIMIT = 2 * 1024**3
PICTURES_LIMIT = 16 * 1024**3
FIELDS = ("image", "prompt", "response", "external_id", "metadata")


def at_most(limit: int) -> Any:
    """A validator that names the size of a file that is too large."""

    def check(upload: "UploadedFile[Any]") -> None:
        if (upload.size or 0) > limit:
            raise forms.ValidationError(
                gettext(
                    "%(name)s has %(size)s; at most %(most)s are taken. Split it, or use manage.py import_items on the server."
                )
                % {"name": upload.name, "size": filesizeformat(upload.size or 0), "most": filesizeformat(limit)}
            )

    return check


class ImportForm(forms.Form):
    """An upload, checked for size and outer shape; its lines are read by a run."""

    lines = forms.FileField(
        label=_("Items (JSON Lines)"),
        validators=[at_most(LINES_LIMIT)],
        widget=forms.FileInput(attrs={"accept": ".jsonl,.ndjson,.json,application/x-ndjson"}),
        help_text=_("One JSON object a line, UTF-8, with at least a picture's name and a response."),
    )
    pictures = forms.FileField(
        label=_("Pictures (zip)"),
        validators=[at_most(PICTURES_LIMIT)],
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
        help_text=_("The files that the lines name, by the same relative paths."),
    )
    image = forms.CharField(initial="image", max_length=100, label=_("Picture"), help_text=_("File name within the zip."))
    response = forms.CharField(
        initial="response", max_length=100, label=_("Response"), help_text=_("A text, or a list of texts: one item each.")
    )
    prompt = forms.CharField(initial="prompt", max_length=100, required=False, label=_("Prompt"))
    external_id = forms.CharField(initial="id", max_length=100, required=False, label=_("Your id"))
    metadata = forms.CharField(
        initial="metadata", max_length=100, required=False, label=_("Metadata"), help_text=_("An object that is kept as it is.")
    )

    def clean_pictures(self) -> "UploadedFile[Any] | None":
        pictures: UploadedFile[Any] | None = self.cleaned_data["pictures"]
        if pictures is not None:
            head = pictures.read(4)
            pictures.seek(0)
            if head not in {b"PK\x03\x04", b"PK\x05\x06"}:
                raise forms.ValidationError(gettext("%(name)s is not a zip file.") % {"name": pictures.name})
        return pictures

    def field_names(self) -> dict[str, str]:
        """What each part of an item is called in the file."""
        return {name: self.cleaned_data[name] for name in FIELDS if self.cleaned_data[name]}
