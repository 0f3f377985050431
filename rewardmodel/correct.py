"""Self-correction (the paper's section 5.3): what a checkpoint doubts is corrected by somebody, and kept only if it is better."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from rewardmodel.corrections.cases import Case, Guidance, Scored
from rewardmodel.corrections.correctors import Corrector
from rewardmodel.corrections.edits import Proposal, Refusal, proposal_of
from rewardmodel.corrections.outcomes import Outcome, Sample
from rewardmodel.records import Record
from rewardmodel.scoring import Request, Scorer

CHUNK = 64  # records scored, corrected and scored again together; bounds the memory


def correct(scorer: Scorer, corrector: Corrector, samples: Iterable[Sample], guidances: Sequence[Guidance]) -> Iterator[Outcome]:
    """What becomes of each sample under each guidance, sample by sample.

    Only flagged responses are corrected. Raises EndpointError as the corrector does, and OSError for a picture that can't be
    read.
    """
    samples = iter(samples)
    while chunk := list(islice(samples, CHUNK)):
        before = _scored(scorer, [(sample.record, sample.record.response) for sample in chunk])
        by_guidance = [_corrected(scorer, corrector, list(zip(chunk, before, strict=True)), guidance) for guidance in guidances]
        for outcomes in zip(*by_guidance, strict=True):
            yield from outcomes


def _corrected(
    scorer: Scorer, corrector: Corrector, scored: Sequence[tuple[Sample, Scored]], guidance: Guidance
) -> list[Outcome]:
    cases = {number: Case(sample.record, own) for number, (sample, own) in enumerate(scored) if any(own.marks)}
    answers = zip(cases.items(), corrector.answers(cases.values(), guidance), strict=True)
    taken = {number: proposal_of(case, answer, guidance) for (number, case), answer in answers}
    proposals = {number: own for number, own in taken.items() if isinstance(own, Proposal)}
    after = _scored(scorer, [(scored[number][0].record, own.response) for number, own in proposals.items()])
    scored_after = dict(zip(proposals, after, strict=True))
    outcomes = []
    for number, (sample, before) in enumerate(scored):
        own = taken.get(number)
        refusal = own if isinstance(own, Refusal) else None
        outcomes.append(Outcome(sample, guidance, before, proposals.get(number), refusal, scored_after.get(number)))
    return outcomes


def _scored(scorer: Scorer, responses: Sequence[tuple[Record, str]]) -> list[Scored]:
    values = scorer.score([Request(record.image, record.prompt, response) for record, response in responses])
    return [Scored(response, own, scorer.threshold) for (_, response), own in zip(responses, values, strict=True)]
