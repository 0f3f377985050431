"""Other letters: what is quoted exchanged, or letters put on a thing that may bear some (text)."""

import re
from collections.abc import Iterator

from rewardmodel.perturbations.choices import Choice
from rewardmodel.perturbations.families.signs import BEARERS, SHIRTS, SIGNS
from rewardmodel.perturbations.perturbed import Edit
from rewardmodel.perturbations.phrases import Caption

QUOTED = re.compile(
    r"[\"\u201c]\s*([^\"\u201c\u201d]*[^\W_][^\"\u201c\u201d]*?)\s*[\"\u201d]|(?<!\w)[\u2018'`]{1,2}\s?([A-Z0-9][^'`\u2019]*?)\s?['\u2019]{1,2}(?!\w)"
)
SAID = re.compile(r"\b(?:reads|says|reading|saying) (?:the words? )?([A-Z][\w]*(?: [A-Z][\w]*)*)")
NUMBERED = re.compile(r"\b(?:number|numbered|no\.) #?(\d{1,4})\b", re.IGNORECASE)
NEAR_A_SIGN = ("near a sign that reads", "next to a sign that reads", "beside a sign that reads")
HOW = ("that reads", "that says", "with the word")


def letters(caption: Caption) -> Iterator[Choice]:
    """Letters or a number exchanged; where there are none, letters on a thing that may bear some, or on a sign close by."""
    found = [*_exchanged(caption)] or [*_on_things(caption)] or [*_close_by(caption)]
    yield from found


def _exchanged(caption: Caption) -> Iterator[Choice]:
    for pattern in (QUOTED, SAID):
        for match in pattern.finditer(caption.text):
            group = match.lastindex or 1
            old = match[group]
            for word in (*SIGNS, *SHIRTS):
                if word.lower() not in old.lower() and old.lower() not in word.lower():
                    yield Choice((Edit(match.start(group), match.end(group), _like(word, old)),))
    for match in NUMBERED.finditer(caption.text):
        for by in (3, 4, 7, 11, 16, 25, 38):
            yield Choice((Edit(match.start(1), match.end(1), str(int(match[1]) + by)),))


def _like(word: str, old: str) -> str:
    if old.isupper() or not old.isascii():
        return word
    return word.lower() if old.islower() else word.title()


def _on_things(caption: Caption) -> Iterator[Choice]:
    for phrase in caption.phrases:
        words = BEARERS.get(phrase.noun.lemma)
        after = caption.lower(phrase.head + 1)
        if (
            words
            and not phrase.noun.is_many
            and phrase.determiner is not None
            and after not in {"that", "which", "of", "reading"}
        ):
            end = caption.tokens[phrase.head].end
            for how in HOW:
                if after != "with" or how != "with the word":
                    yield from (
                        Choice((Edit(end, end, f' {how} "{word}"'),)) for word in words if " " not in word or how != HOW[2]
                    )


def _close_by(caption: Caption) -> Iterator[Choice]:
    end = len(caption.text.rstrip(" .!"))
    if end and (caption.text[end - 1].isalnum() or caption.text[end - 1] == ")"):
        for how in NEAR_A_SIGN:
            yield from (Choice((Edit(end, end, f' {how} "{word}"'),)) for word in SIGNS)
