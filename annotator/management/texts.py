"""The texts that people read, found in the sources and kept with their translations below `locale/`. Needs Babel, as tests do."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

DOMAIN = "LC_MESSAGES/django"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}


def sources() -> Iterator[Path]:
    """Every file that may hold a text for people, in the order in which the catalogue has them."""
    yield from sorted((settings.BASE_DIR / "templates").rglob("*.html"))
    yield from sorted((settings.BASE_DIR / "annotator").rglob("*.py"))


def texts_of_sources() -> Catalog:
    """The texts that the sources mark, each with the files that have it."""
    found = Catalog(fuzzy=False)
    for path in sources():
        text, name = path.read_text(encoding="utf-8"), str(path.relative_to(settings.BASE_DIR))
        python = _as_python(text, name) if path.suffix == ".html" else text
        for _line, message, _comments, context in extract("python", BytesIO(python.encode()), KEYWORDS):
            found.add(message, locations=[(name, 0)], context=context)  # numbers of lines would change with every edit
    return found


def _as_python(template: str, name: str) -> str:
    """The texts of a template as calls, as Django makes them; without its indentation, which means nothing in Python."""
    return "\n".join(line.strip() for line in templatize(template, origin=name).splitlines())


def po_file(language: str) -> Path:
    """Where a language's translations are edited."""
    return settings.BASE_DIR / "locale" / language / f"{DOMAIN}.po"


def translations(language: str) -> Catalog:
    """A language's texts and translations, as they are kept."""
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as Django reads it."""
    file = BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def renew(language: str) -> list[str]:
    """Bring a language's files up to date with the sources. Texts that are gone go; nothing is guessed.

    Returns the texts that still have to be translated.
    """
    kept = translations(language)
    kept.update(texts_of_sources(), no_fuzzy_matching=True, update_creation_date=False)
    kept.obsolete.clear()
    po = po_file(language)
    with po.open("wb") as file:
        write_po(file, kept, width=120, include_lineno=False, sort_by_file=False, ignore_obsolete=True)
    po.with_suffix(".mo").write_bytes(compiled(kept))
    return [str(message.id) for message in kept if message.id and not is_translated(message.string)]


def is_translated(text: str | tuple[str, ...] | list[str] | None) -> bool:
    """Whether nothing of a translation, in any number, is empty."""
    return all(text) if isinstance(text, tuple | list) else bool(text)
