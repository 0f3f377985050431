"""What is taken of an answer: the words that changed, if they are few and where they may be.

The rule, in the order of the checks:

1. The answer has to be one caption with as many lines as the old one (`writer_answers.rewritten_caption`); an empty, cut or
   chatty answer is none.
2. It is compared with the old caption word by word. Only changed words are taken, with the stops that touch them; white space,
   capitals and stops elsewhere stay those of the old caption. Without a changed word there is no correction.
3. More than `LARGEST_SHARE` of the words changed (and more than `ALWAYS_ALLOWED` of them) is another caption, no correction.
4. Where the corrector was told what is doubted: more than `OUTSIDE_WORDS` changed words outside the sentences with a doubtful
   passage are refused, and the whole answer with them. A few may be needed so that the caption stays coherent. Without guidance
   the corrector can't know these sentences, so nothing is refused for them.
"""

from dataclasses import dataclass
from enum import StrEnum

from rewardmodel.corrections.cases import Case, Guidance
from rewardmodel.perturbations.writer_answers import rewritten_caption
from rewardmodel.perturbations.writer_diff import Change, Difference
from rewardmodel.records import words

LARGEST_SHARE = 0.4
ALWAYS_ALLOWED = 4
OUTSIDE_WORDS = 2


class Refusal(StrEnum):
    """Why nothing was taken of an answer, in the order of the checks."""

    FAILED = "failed"  # there is no answer; asked again by the next run
    NONSENSE = "nonsense"
    UNCHANGED = "unchanged"  # the corrector sees nothing to correct
    TOO_DIFFERENT = "too different"
    OUTSIDE = "outside the doubtful sentences"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A corrected response, and the changes that make it of the old one, in order of the text."""

    response: str
    changes: tuple[Change, ...]


def proposal_of(case: Case, answer: str | None, guidance: Guidance) -> Proposal | Refusal:
    """What is taken of a corrector's answer to a case, or why nothing is."""
    if answer is None:
        return Refusal.FAILED
    response = case.record.response
    rewritten = rewritten_caption(answer, response)
    if rewritten is None or not any(map(str.isalnum, rewritten)):
        return Refusal.NONSENSE
    difference = Difference(response, rewritten)
    if not difference.changed_words:
        return Refusal.UNCHANGED
    if difference.changed_words > ALWAYS_ALLOWED and difference.share > LARGEST_SHARE:
        return Refusal.TOO_DIFFERENT
    changes = tuple(difference.changes())
    if guidance is Guidance.GUIDED and _words_outside(case, changes) > OUTSIDE_WORDS:
        return Refusal.OUTSIDE
    return Proposal(difference.text, changes)


def _words_outside(case: Case, changes: tuple[Change, ...]) -> int:
    """Changed words that no doubtful sentence holds; what is put in between two sentences belongs to both."""
    held = case.flagged_sentences()
    outside = 0
    for change in changes:
        if change.start == change.end:
            is_held = any(own.start <= change.start <= own.end + 1 for own in held)
            outside += 0 if is_held else change.words
        else:
            places = [place for place in words(case.record.response) if change.start <= place[0] < change.end]
            lost = sum(not any(own.touches(*place) for own in held) for place in places)
            outside += lost if lost < len(places) else change.words
    return outside
