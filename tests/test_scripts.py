"""The project's own JavaScript: how much there is of it, and that a page brings every text that it says."""

import gzip
import json
import re
from pathlib import Path

import pytest
from django.utils.translation import override

from annotator.script_texts import COUNTS, SCRIPTS, texts_block
from rewardmodel.taxonomy import KINDS

STATIC = Path(__file__).parents[1] / "static" / "js"
DESK = sorted((STATIC / "desk").glob("*.js"))
SHARED = STATIC / "page.js"
LATER = {"history.js", "ownkeys.js", "signin.js"}  # what few need comes when it is first needed
MOST_BYTES = 30_000  # of a page's as one stream, with what comes later: what a person's browser gets of the project there
NAMED = r'(?:textOf|say)\(\s*(?:[^"()]*\? )?"([\w-]+)"(?: : "([\w-]+)")?'


@pytest.mark.parametrize("own", [DESK, [STATIC / "review.js"]], ids=["desk", "review"])
def test_all_scripts_of_a_page_together_are_small(own: list[Path]) -> None:
    everything = b"".join(path.read_bytes() for path in [*own, SHARED, STATIC / "theme.js"])
    assert 1_000 < len(gzip.compress(everything, 9)) < MOST_BYTES


def test_the_desk_gets_what_few_need_only_when_it_is_needed() -> None:
    at_first, found = set(), {"main.js"}
    while found - at_first:
        at_first |= found
        texts = [(STATIC / "desk" / name).read_text() for name in at_first]
        found = {name for text in texts for name in re.findall(r'^import .*"\./([\w.]+)"', text, re.MULTILINE)}
    assert {path.name for path in DESK} - at_first == LATER


@pytest.mark.parametrize(("script", "paths"), [("desk", DESK), ("review", [STATIC / "review.js"])])
def test_every_text_that_a_script_says_comes_with_its_page(script: str, paths: list[Path]) -> None:
    said = {name for path in paths for names in re.findall(NAMED, path.read_text()) for name in names if name}
    assert len(said) > 5
    assert said - set(SCRIPTS[script]) == set()


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_text_has_the_name_of_a_kind_unless_it_is_the_kind(script: str) -> None:
    texts = {name: text for name, text in SCRIPTS[script].items() if name in set(map(str, KINDS))}
    assert {name: str(text) for name, text in texts.items()} == {str(kind): str(kind) for kind in KINDS}


def block(script: str) -> dict[str, str | dict[str, str]]:
    found: dict[str, str | dict[str, str]] = json.loads(re.sub("<[^>]*>", "", texts_block(script)))
    return found


def test_a_text_with_a_count_has_the_forms_of_the_language() -> None:
    assert block("desk")["actsWait"] == {"one": "{count} act waiting", "other": "{count} acts waiting"}
    assert block("review")["undecided"] == "undecided"


def test_a_language_without_a_catalogue_is_english() -> None:
    with override("fr"):
        assert block("desk")["saved"] == "saved"


def test_a_block_of_texts_is_made_once_a_language() -> None:
    assert texts_block("desk") is texts_block("desk")
    with override("de"):
        german = texts_block("desk")
    assert german is not texts_block("desk")


def test_every_way_of_counting_has_a_number() -> None:
    assert list(COUNTS) == [
        "zero",
        "one",
        "two",
        "few",
        "many",
        "other",
    ]  # the categories of Unicode CLDR, and of Intl.PluralRules
