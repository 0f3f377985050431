"""Counts as in the paper's Table 4, with the verdicts of the checkpoint and of the truth side by side.

Dimension key: F flagged samples.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from rewardmodel.corrections.cases import Guidance
from rewardmodel.corrections.edits import Refusal
from rewardmodel.corrections.outcomes import Outcome, Verdict
from rewardmodel.intervals import interval, resampled

JUDGES = ("model", "truth")
GAIN = {Verdict.WIN: 1, Verdict.TIE: 0, Verdict.LOSS: -1}


class Table:
    """Counts outcomes as they come. Outcomes of several guidances are of the same samples in the same order."""

    def __init__(self, guidances: Sequence[Guidance]) -> None:
        self.rows: dict[str, dict[str, Any]] = {guidance: _empty() for guidance in guidances}
        self._gains: dict[str, dict[str, list[int]]] = {guidance: {judge: [] for judge in JUDGES} for guidance in guidances}

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        row = self.rows[outcome.guidance]
        row["samples"] += 1
        if not outcome.is_flagged:
            return
        row["flagged"] += 1
        if outcome.refusal:
            row["refused"][outcome.refusal] += 1
        row["self_corrected"] += outcome.proposal is not None
        row["accepted"]["n"] += outcome.is_accepted
        for judge, verdict in zip(JUDGES, (outcome.by_model, outcome.by_truth), strict=True):
            if verdict:
                row[judge][verdict] += 1
            if outcome.sample.scene or judge == "model":
                self._gains[outcome.guidance][judge].append(GAIN[verdict] if verdict else 0)
        if outcome.is_accepted and outcome.by_truth:
            row["accepted"][outcome.by_truth] += 1

    def counted(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """The outcomes, counted on their way."""
        for outcome in outcomes:
            self.add(outcome)
            yield outcome

    def summary(self) -> dict[str, Any]:
        """`guidance`: by name the counts, and `net`, wins less losses by flagged samples, with its 95 % bootstrap interval.

        `difference`: net of the first guidance less that of the second, paired over the flagged samples; None for one guidance,
        and for a judge without a flagged sample.
        """
        net = {name: {judge: _share(gains[judge]) for judge in JUDGES} for name, gains in self._gains.items()}
        difference = None
        if len(self.rows) == 2:
            first, second = self._gains.values()
            gaps = {judge: np.subtract(first[judge], second[judge]).tolist() for judge in JUDGES}
            difference = {"guidances": list(self.rows), **{judge: _share(own) for judge, own in gaps.items()}}
        return {"guidance": {name: row | {"net": net[name]} for name, row in self.rows.items()}, "difference": difference}


def _empty() -> dict[str, Any]:
    counts = {judge: dict.fromkeys(map(str, Verdict), 0) for judge in JUDGES}
    accepted = {"n": 0} | dict.fromkeys(map(str, Verdict), 0)
    refused = dict.fromkeys(map(str, Refusal), 0)
    return {"samples": 0, "flagged": 0, "self_corrected": 0, **counts, "accepted": accepted, "refused": refused}


def _share(gains: Sequence[int]) -> dict[str, Any] | None:
    """The mean gain of (F,) flagged samples and its interval."""
    if not gains:
        return None
    gains_F = np.array(gains, dtype=float)
    samples = resampled(len(gains), lambda weights_F: weights_F @ gains_F[:, None] / len(gains))
    return {"value": float(gains_F.mean()), "interval": interval(samples[:, 0])}


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """The table for people."""
    yield (
        f"{'guidance':10}{'samples':>8}{'flagged':>8}{'corrected':>10}"
        + "".join(f"{f'{judge}: win/tie/loss':>22}" for judge in JUDGES)
        + f"{'accepted':>9}{'truth of these':>16}"
    )
    for name, row in summary["guidance"].items():
        yield (
            f"{name:10}{row['samples']:8}{row['flagged']:8}{row['self_corrected']:10}"
            + "".join(f"{_counts(row[judge]):>22}" for judge in JUDGES)
            + f"{row['accepted']['n']:9}{_counts(row['accepted']):>16}"
        )
    for name, row in summary["guidance"].items():
        refused = ", ".join(f"{count} {reason}" for reason, count in row["refused"].items() if count)
        yield f"{name}: nothing taken of {refused}" if refused else f"{name}: something was taken of every answer"
        yield from (f"{name}: {line}" for line in _net_lines(row["net"], "wins less losses by flagged samples"))
    if summary["difference"]:
        yield from _net_lines(summary["difference"], " less ".join(summary["difference"]["guidances"]))
    yield "The model's verdict is that of the checkpoint which flagged the words, so it isn't independent; the truth's is."


def _net_lines(net: Mapping[str, Any], what: str) -> Iterator[str]:
    for judge in JUDGES:
        if net[judge]:
            low, high = net[judge]["interval"]
            yield f"{what}, by the {judge}: {net[judge]['value']:+.3f} [{low:+.3f}, {high:+.3f}]"


def _counts(row: Mapping[str, int]) -> str:
    return " / ".join(str(row[verdict]) for verdict in Verdict)
