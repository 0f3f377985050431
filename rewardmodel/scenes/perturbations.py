"""Perturbations: a true caption made wrong in one way, with the exact place of what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from random import Random

from rewardmodel.records import Span
from rewardmodel.scenes.captions import Caption, Word
from rewardmodel.scenes.claims import Claim
from rewardmodel.scenes.layout import Scene
from rewardmodel.scenes.rewordings import REWORDINGS, Source
from rewardmodel.taxonomy import KINDS, Kind


@dataclass(frozen=True, slots=True)
class Perturbed:
    """A caption that is wrong in its spans and nowhere else."""

    caption: Caption
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """The caption's text."""
        return self.caption.text


def perturb(scene: Scene, caption: Caption, kind: Kind, seed: int) -> Perturbed | None:
    """The caption with one error of a kind, or None where it offers no such error.

    Every altered claim is false on the scene and every other one still true.
    """
    rng = Random((scene.seed * 1_000_003 + seed) * len(KINDS) + KINDS.index(kind))
    choices = [
        claims for claims in REWORDINGS[kind](Source(scene, caption.claims, rng)) if _is_wrong(scene, caption.claims, claims)
    ]
    if not choices:
        return None
    wrong = caption.with_claims(rng.choice(choices))
    return Perturbed(wrong, tuple(_spans(caption, wrong, kind)))


def _is_wrong(scene: Scene, before: Sequence[Claim], after: Sequence[Claim]) -> bool:
    """Whether exactly the claims that were altered are false now."""
    return all((old == new) is new.is_true(scene) for old, new in zip(before, after, strict=True))


def _spans(before: Caption, after: Caption, kind: Kind) -> list[Span]:
    """The words that express an altered field, without what they have in common with the old ones."""
    spans: list[Span] = []
    claims = list(zip(before.claims, after.claims, strict=True))
    for old, new in zip(before.words, after.words, strict=True):
        was, now = before.text[old.start : old.end], after.text[new.start : new.end]
        changed = _changed_fields(*claims[new.claim])
        if "is_there" in changed and new.field == "noun":
            # "no" says nothing without its noun: the determiner and the noun are one span
            spans[-1] = Span(spans[-1].start, new.end, kind)
        elif was != now and (new.field in changed or (new.field == "noun" and "count" in changed)):
            spans.append(_trimmed(was, now, new, kind))
    return spans


def _changed_fields(old: Claim, new: Claim) -> set[str]:
    return {field.name for field in fields(new) if getattr(old, field.name) != getattr(new, field.name)}


def _trimmed(was: str, now: str, word: Word, kind: Kind) -> Span:
    """The span of a word; where both wordings are phrases of the same frame ("to the left of"), only the part that differs."""
    start, end = word.start, word.end
    if word.field not in {"relation", "place", "count"}:
        return Span(start, end, kind)
    old, new = was.split(), now.split()
    if old[0] == new[0]:
        while old and new and old[0] == new[0]:
            start += len(new[0]) + 1
            old, new = old[1:], new[1:]
        while old and new and old[-1] == new[-1]:
            end -= len(new[-1]) + 1
            old, new = old[:-1], new[:-1]
    return Span(start, end, kind)
