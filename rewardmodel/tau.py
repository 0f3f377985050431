"""Better captioners from the reward model's adapters (the paper's section 5.4, Tables 5 and 6): how often they err over tau.

Dimension key: N captions, M measures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from rewardmodel import rates
from rewardmodel.backbones import merged_at
from rewardmodel.captioner import MOST_TOKENS, Captioner, captions, load
from rewardmodel.checkpoints import read_card
from rewardmodel.config import Attention
from rewardmodel.devices import best_device
from rewardmodel.intervals import interval, resampled
from rewardmodel.plots import Panel
from rewardmodel.records import Record
from rewardmodel.scenes import Scene
from rewardmodel.scenes.reading import read
from rewardmodel.scoring import Scorer

MEASURES = ("claim", "sentence", "response", "first_sentence")
NOTHING = "."  # stands for an empty caption, which is no response that could be judged


@dataclass(frozen=True, slots=True)
class Checked:
    """What a scene says of one caption: how many of its claims and sentences are wrong.

    A sentence that can't be read is one claim, and wrong.
    `is_first_wrong` looks at the first sentence alone, of which every caption has one, however long it is.
    """

    claims: int
    wrong_claims: int
    sentences: int
    wrong_sentences: int
    unread: int
    is_first_wrong: bool

    def shares(self) -> tuple[float, ...]:
        """In the order of MEASURES, each in [0, 1]."""
        is_wrong = self.wrong_claims > 0
        return self.wrong_claims / self.claims, self.wrong_sentences / self.sentences, float(is_wrong), float(self.is_first_wrong)


def checked(scene: Scene, caption: str) -> Checked:
    """The caption's claims, as `scenes.reading` finds them, against the scene. An empty one is a sentence that can't be read."""
    statements = read(caption)
    if not statements:
        return Checked(1, 1, 1, 1, 1, is_first_wrong=True)
    errors = [statement.error_count(scene) for statement in statements]
    claims = [1 if statement.claims is None else len(statement.claims) for statement in statements]
    unread = sum(statement.claims is None for statement in statements)
    return Checked(sum(claims), sum(errors), len(errors), sum(map(bool, errors)), unread, is_first_wrong=errors[0] > 0)


def captioner_at(captioner: str, reward: Path, tau: float) -> Captioner:
    """The captioner of a folder or hub name with the adapters of a checkpoint's folder at tau (paper, section 5.4), on the best
    device there is.

    Raises ValueError as `backbones.merged_at` does, where the checkpoint reads what a captioner has not written yet, and where
    the captioner can't be had.
    """
    made = load(captioner)
    attention = read_card(reward).attention
    if attention is not Attention.CAUSAL:
        raise ValueError(f"{reward} reads with --attention {attention}, but a captioner writes {Attention.CAUSAL}: train it so")
    made.model.model = merged_at(made.model.model, reward, tau)
    made.model.to(best_device())
    return made


def captioned(captioner: Captioner, records: Sequence[Record], *, most_tokens: int = MOST_TOKENS) -> list[Record]:
    """The records with what the captioner writes to their prompts as the response, NOTHING where it writes nothing."""
    texts: list[str] = []
    for prompt, alike in groupby(records, key=lambda record: record.prompt):
        texts += captions(captioner, [record.image for record in alike], prompt, most_tokens=most_tokens)
    return [Record(record.image, record.prompt, text or NOTHING) for record, text in zip(records, texts, strict=True)]


def name_of(tau: float) -> str:
    """As rows, files and folders name it."""
    return f"tau-{tau:g}"


def over_tau(judge: Scorer, written: Mapping[float, Sequence[Record]], scenes: Sequence[Scene] | None) -> dict[str, Any]:
    """Rates of what was written at each tau: by the judge as `rates.rates` gives them, by the truth where scenes are known.

    `judge` compares every tau with the first. `truth` has for each of MEASURES the rate in [0, 1] and its 95 % bootstrap interval
    over captions, the difference to the first tau, and how much a caption says.
    """
    judged = rates.rates(judge, {name_of(tau): records for tau, records in written.items()})
    first = name_of(next(iter(written)))
    judged["differences"] = [row for row in judged["differences"] if row["models"][0] == first]
    if scenes is None:
        return {"judge": judged, "truth": None}
    found = {name_of(tau): all_checked(scenes, records) for tau, records in written.items()}
    base_NM = _shares(found[first])
    return {"judge": judged, "truth": {name: _truth_row(own, base_NM) for name, own in found.items()}}


def all_checked(scenes: Sequence[Scene], records: Sequence[Record]) -> list[Checked]:
    """What each scene says of the caption that `captioned` gave its drawing."""
    texts = ("" if record.response == NOTHING else record.response for record in records)
    return [checked(scene, text) for scene, text in zip(scenes, texts, strict=True)]


def _shares(found: Sequence[Checked]) -> np.ndarray:
    """(N, M)."""
    return np.array([one.shares() for one in found])


def _truth_row(found: Sequence[Checked], base_NM: np.ndarray) -> dict[str, Any]:
    own_NM, count = _shares(found), len(found)
    row: dict[str, Any] = {
        "n": count,
        "claims_per_caption": sum(one.claims for one in found) / count,
        "sentences_per_caption": sum(one.sentences for one in found) / count,
        "unread_sentences": sum(one.unread for one in found) / sum(one.sentences for one in found),
    }
    for kind, values_NM in (("rate", own_NM), ("difference", own_NM - base_NM)):
        samples_RM = resampled(count, lambda weights_N, values_NM=values_NM: weights_N @ values_NM / count)  # type: ignore[misc]
        for number, measure in enumerate(MEASURES):
            own = {kind: float(values_NM[:, number].mean()), f"{kind}_interval": interval(samples_RM[:, number])}
            row[measure] = row.get(measure, {}) | own
    return row


def lines(measured: Mapping[str, Any]) -> Iterator[str]:
    """Both tables for people, in percent."""
    yield "By the judge (Table 6)"
    yield from rates.lines(measured["judge"])
    if measured["truth"] is None:
        return
    yield ""
    yield "By the truth of the drawings: share of claims, sentences, captions and first sentences (of equal length) that is false"
    yield f"{'model':10}{'claims':>8}{'sentences':>10}{'unread %':>10}  " + "".join(f"{f'{name} %':26}" for name in MEASURES)
    for name, row in measured["truth"].items():
        said = f"{row['claims_per_caption']:8.2f}{row['sentences_per_caption']:10.2f}{100 * row['unread_sentences']:10.2f}"
        yield f"{name:10}{said}  {_cells(row, 'rate')}".rstrip()
    first = next(iter(measured["truth"]))
    for name, row in measured["truth"].items():
        if name != first:
            yield f"{name} less {first}: {_cells(row, 'difference')}".rstrip()


def _cells(row: Mapping[str, Any], kind: str) -> str:
    return "".join(
        f"{f'{100 * own[kind]:.2f} [{100 * low:.2f}, {100 * high:.2f}]':26}"
        for own in (row[measure] for measure in MEASURES)
        for low, high in [own[f"{kind}_interval"]]
    )


def panels(measured: Mapping[str, Any]) -> list[Panel]:
    """All levels by the judge, claims and first sentences by the truth, as `plots.intervals_svg` draws them."""
    drawn = rates.panels(measured["judge"]["models"])
    if measured["truth"]:
        rows = measured["truth"].values()
        for measure, heading in (("claim", "claims false"), ("first_sentence", "first sentences false")):
            drawn.append((heading, [(row[measure]["rate"], row[measure]["rate_interval"]) for row in rows]))
    return drawn
