"""Records made wrong: of every clean record one perturbed one, the kinds as even as the captions allow."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from rewardmodel.perturbations.perturbed import Perturbed
from rewardmodel.perturbations.rules import exchange, perturb
from rewardmodel.perturbations.usage import Usage
from rewardmodel.records import Record
from rewardmodel.taxonomy import KINDS, Kind


def with_perturbed(records: Iterable[Record], *, seed: int = 0, kinds: Sequence[Kind] = KINDS) -> Iterator[Record]:
    """Every clean record, followed by itself with one error where a rule applies. Records with spans are left out."""
    counts: Counter[Kind | None] = Counter()
    for number, record in enumerate(records):
        if record.spans:
            continue
        yield record
        perturbed = _scarcest(record.response, sorted(kinds, key=lambda kind: counts[kind]), seed * 1_000_003 + number)
        if perturbed is not None:
            counts[perturbed.kind] += 1
            yield replace(record, response=perturbed.text, spans=perturbed.spans)


def with_exchanged(records: Iterable[Record], usage: Usage, *, seed: int = 0, kinds: Sequence[Kind] = KINDS) -> Iterator[Record]:
    """Clean records, each followed by itself with words exchanged so that the text doesn't tell. Where no exchange is taken, both
    are left out: what offers many would else be wrong more often. `usage` has learned from their responses.
    """
    counts: Counter[Kind | None] = Counter()
    for number, record in enumerate(records):
        if record.spans:
            continue
        by_scarcity = sorted(kinds, key=lambda kind: counts[kind])
        tried = (exchange(record.response, kind, seed * 1_000_003 + number, usage) for kind in by_scarcity)
        exchanged = next((made for made in tried if made), None)
        if exchanged is not None:
            counts[exchanged.kind] += 1
            yield record
            yield replace(record, response=exchanged.text, spans=exchanged.spans)


def _scarcest(caption: str, kinds: Sequence[Kind], seed: int) -> Perturbed | None:
    """The caption with an error of the first kind that applies to it."""
    return next((perturbed for kind in kinds if (perturbed := perturb(caption, kind, seed))), None)
