"""Outcomes: what became of a flagged response, and whether the correction is better, by the checkpoint and by the truth."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from rewardmodel.corrections.cases import Guidance, Scored
from rewardmodel.corrections.edits import Proposal, Refusal
from rewardmodel.records import Record, spans_to_json, words
from rewardmodel.scenes import Scene
from rewardmodel.scenes.reading import error_count


class Verdict(StrEnum):
    """How a correction stands to what it corrects (Table 4)."""

    WIN = "win"
    TIE = "tie"
    LOSS = "loss"


@dataclass(frozen=True, slots=True)
class Sample:
    """A record, the way to its image as files name it, and the scene where the image is a drawing whose truth is known."""

    record: Record
    image: str
    scene: Scene | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one sample. `refusal` is None where there is a proposal or nothing was flagged; `after` is the proposal."""

    sample: Sample
    guidance: Guidance
    before: Scored
    proposal: Proposal | None = None
    refusal: Refusal | None = None
    after: Scored | None = None

    @property
    def is_flagged(self) -> bool:
        """Whether the checkpoint doubts a word of the old response."""
        return any(self.before.marks)

    @property
    def by_model(self) -> Verdict | None:
        """The checkpoint's own verdict on the proposal: it is judge and guide in one."""
        return compared(self.before, self.after) if self.after else None

    @property
    def errors(self) -> tuple[int, int] | None:
        """How many claims are false of the scene, before and after the proposal; None without scene or proposal."""
        if self.sample.scene is None or self.proposal is None:
            return None
        return error_count(self.sample.scene, self.before.response), error_count(self.sample.scene, self.proposal.response)

    @property
    def by_truth(self) -> Verdict | None:
        """The verdict of the scene: fewer false claims win. Words that no caption of a drawing has count as false."""
        if self.errors is None:
            return None
        before, after = self.errors
        return Verdict.WIN if after < before else Verdict.LOSS if after > before else Verdict.TIE

    @property
    def is_accepted(self) -> bool:
        """Whether the proposal takes the old response's place: it wins before the checkpoint."""
        return self.by_model is Verdict.WIN

    @property
    def reason(self) -> str:
        """Why it was accepted, or not."""
        if not self.is_flagged:
            return "not flagged"
        return str(self.refusal) if self.refusal else "better" if self.is_accepted else "not better"

    def row(self) -> dict[str, Any]:
        """For files: a record whose `response` is what is kept, and how it came about."""
        proposal, errors = self.proposal, self.errors
        return {
            "image": self.sample.image,
            "prompt": self.sample.record.prompt,
            "response": proposal.response if proposal and self.is_accepted else self.before.response,
            "original": self.before.response,
            "corrected": proposal.response if proposal else None,
            "edits": [change._asdict() for change in proposal.changes] if proposal else [],
            "before": _scored_row(self.before),
            "after": _scored_row(self.after) if self.after else None,
            "accepted": self.is_accepted,
            "reason": self.reason,
            "model": self.by_model,
            "truth": self.by_truth,
            "errors": {"before": errors[0], "after": errors[1]} if errors else None,
        }


def compared(before: Scored, after: Scored) -> Verdict:
    """The rule by which a correction is better: fewer words are flagged, and none that was not flagged before.

    It is worse where more words are flagged. A word that was put in was not flagged before. So the value of the worst word
    can only fall where a doubt that was there before grows, which is no fault of the correction.
    """
    gained = sum(after.marks) - sum(before.marks)
    if gained > 0:
        return Verdict.LOSS
    return Verdict.WIN if gained < 0 and not _has_new_flag(before, after) else Verdict.TIE


def _has_new_flag(before: Scored, after: Scored) -> bool:
    old, new = ([own.response[start:end] for start, end in words(own.response)] for own in (before, after))
    kept = {
        block.b + step: block.a + step
        for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
        for step in range(block.size)
    }
    flagged = [number for number, is_flagged in enumerate(after.marks) if is_flagged]
    return any(number not in kept or not before.marks[kept[number]] for number in flagged)


def _scored_row(scored: Scored) -> dict[str, Any]:
    return {"lowest": round(scored.lowest, 4), "flags": spans_to_json(scored.flags())}
