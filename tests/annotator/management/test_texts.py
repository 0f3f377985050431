"""The translations: every text of the sources has one, with the same placeholders, and what Django reads is what was written."""

import re

import pytest
from babel.messages import Catalog
from django.conf import settings

from annotator.labels import KINDS as KIND_LABELS
from annotator.management.texts import compiled, is_translated, po_file, sources, texts_of_sources, translations
from rewardmodel.taxonomy import KINDS

TRANSLATED = [language for language, _ in settings.LANGUAGES if language != settings.LANGUAGE_CODE]
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|\{\w+\}|</?\w+(?: [^>]*)?>")


@pytest.fixture(scope="module")
def found() -> Catalog:
    return texts_of_sources()


def keys(catalog: Catalog) -> set[tuple[object, str | None]]:
    return {(message.id, message.context) for message in catalog if message.id}


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def test_texts_are_found_in_templates_and_in_python(found: Catalog) -> None:
    texts = keys(found)
    assert ("Skip to the content", None) in texts  # a template
    assert (
        ("%(items)s item is still waiting for highlights.", "%(items)s items are still waiting for highlights."),
        None,
    ) in texts
    assert ("None", "items") in texts
    assert ("The line holds a NUL character", None) in texts  # Python
    assert ("None", "help") in texts


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_of_the_sources_is_translated_and_nothing_else(language: str, found: Catalog) -> None:
    kept = translations(language)
    assert keys(kept) == keys(found), "run `make texts`, and translate what it lists"
    assert [message.id for message in kept if message.id and not is_translated(message.string)] == []
    assert [message.id for message in kept if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_have_the_placeholders_and_the_markup_of_their_texts(language: str) -> None:
    differing = []
    for message in translations(language):
        if isinstance(message.id, str):
            pairs = [(message.id, message.string)] if message.id else []
        else:  # the singular may say the number in a word
            pairs = [(message.id[1], message.string[-1])]
        differing += [pair for pair in pairs if placeholders(pair[0]) != placeholders(pair[1])]
    assert differing == []


def test_a_translation_without_its_placeholder_would_be_noticed() -> None:
    assert placeholders("%(done)s of %(total)s") != placeholders("%(done)s von %(totl)s")
    assert not is_translated(("ein Eintrag", ""))


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_django_reads_is_made_from_what_is_edited(language: str) -> None:
    assert po_file(language).with_suffix(".mo").read_bytes() == compiled(translations(language)), "run `make texts`"


def test_the_kinds_of_errors_have_labels() -> None:
    assert tuple(map(str, KINDS)) == KIND_LABELS


def test_templates_show_no_text_that_is_not_marked() -> None:
    """Letters between tags, where they are no key, command or name."""
    bare = re.compile(r">\s*([A-Za-z][A-Za-z ,.:;?!-]{2,})\s*<")
    allowed = {"TLDR Annotator", "Enter", "CSV", "JSON", "Del", "UTC"}
    shown = {}
    for path in sources():
        if path.suffix == ".html":
            html = re.sub(r"<pre>.*?</pre>|\{% comment %\}.*?\{% endcomment %\}", "", path.read_text(), flags=re.DOTALL)
            html = re.sub(r"\{% blocktranslate.*?endblocktranslate %\}|\{%.*?%\}|\{\{.*?\}\}", "", html, flags=re.DOTALL)
            if texts := {text.strip() for text in bare.findall(html)} - allowed:
                shown[path.name] = texts
    assert shown == {}
