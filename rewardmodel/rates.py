"""Hallucination rates of captioners (the paper's section 5.2 and Table 3): a checkpoint judges the captions of any model.

Dimension key: N responses, I images, K levels (token, sentence, response).
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from rewardmodel.align import BAD
from rewardmodel.evaluate import judge
from rewardmodel.intervals import Interval, interval, resampled
from rewardmodel.metrics import Judged, decisions
from rewardmodel.plots import Panel
from rewardmodel.records import Picture, Record
from rewardmodel.scoring import Scorer

LEVELS = ("token", "sentence", "response")


@dataclass(frozen=True, slots=True)
class Captions:
    """The judged captions of one model: the image of each by `identity`, how many tokens it has, and its row of `flagged`."""

    images: Sequence[str]
    tokens: Sequence[int]
    flagged_NK: np.ndarray

    def by_image(self) -> dict[str, np.ndarray]:
        """The mean share flagged (K,) of the captions on each image."""
        together: dict[str, list[np.ndarray]] = {}
        for image, flagged_K in zip(self.images, self.flagged_NK, strict=True):
            together.setdefault(image, []).append(flagged_K)
        return {image: np.mean(rows, axis=0) for image, rows in together.items()}


def identity(picture: Picture) -> str:
    """SHA-256 of the picture's file or pixels: models may have captioned copies of the same images in other folders."""
    return sha256(picture.read_bytes() if isinstance(picture, Path) else picture.tobytes()).hexdigest()


def flagged(judged: Sequence[Judged], threshold: float) -> np.ndarray:
    """What each response adds to H_T, H_S and H_R, (N, K) in [0, 1]; labels don't matter.

    The share of its tokens below the threshold, the share of its sentences with such a token, and whether it has one at all.
    Their means over the responses are the rates. (Equation 7 as printed averages the good tokens; the rates are of bad ones.)
    """
    rows = []
    for one in judged:
        bad, sentences = decisions(one, threshold) == BAD, np.asarray(one.sentences)
        rows.append((bad.mean(), len(np.unique(sentences[bad])) / len(np.unique(sentences)), float(bad.any())))
    return np.array(rows)


def rates(scorer: Scorer, captions: Mapping[str, Iterable[Record]]) -> dict[str, Any]:
    """Rates of each model's captions at the checkpoint's threshold, as `summary` gives them, with `notes` on how to read them.

    Spans of the records are ignored. Raises ValueError for a model without a caption.
    """
    judged = {name: _judged(scorer, name, list(records)) for name, records in captions.items()}
    measured = summary(judged)
    notes = [*_judge_notes(scorer), *zero_notes(measured["models"])]
    return {"threshold": scorer.threshold, "knows": scorer.card.knows, **measured, "notes": notes}


def summary(captions: Mapping[str, Captions]) -> dict[str, Any]:
    """`models`: rates by name. `differences`: the first minus the second of every pair of models with images in common."""
    pairs = (difference(*pair) for pair in combinations(captions.items(), 2))
    return {
        "models": {name: model_rates(own) for name, own in captions.items()},
        "differences": [pair for pair in pairs if pair["n_images"]],
    }


def model_rates(captions: Captions) -> dict[str, Any]:
    """Per level `rate` in [0, 1] and its 95 % bootstrap `interval` over responses; and -log H_T, natural, of the share."""
    count = len(captions.flagged_NK)
    samples = resampled(count, lambda weights_N: weights_N @ captions.flagged_NK / count).T
    means_K = captions.flagged_NK.mean(axis=0)
    levels = {
        level: {"rate": float(rate), "interval": interval(own)} for level, rate, own in zip(LEVELS, means_K, samples, strict=True)
    }
    low, high = interval(samples[0]) or (0.0, 0.0)
    return {
        "n": count,
        "n_images": len(captions.by_image()),
        "tokens_per_response": float(np.mean(captions.tokens)),
        **levels,
        "minus_log_token": {"value": minus_log(float(means_K[0])), "interval": (minus_log(high), minus_log(low))},
    }


def minus_log(rate: float) -> float | None:
    """-ln of a rate, the paper's conjectured measure of a captioner (equation 8); None for 0, which has no logarithm."""
    return -math.log(rate) if rate else None


def difference(first: tuple[str, Captions], second: tuple[str, Captions]) -> dict[str, Any]:
    """Per level the `difference` first minus second and its 95 % bootstrap `interval`, paired over the images of both.

    Only images that both models captioned count, each once; with several captions on an image their mean does.
    """
    (first_name, first_captions), (second_name, second_captions) = first, second
    ours, theirs = first_captions.by_image(), second_captions.by_image()
    common = [image for image in ours if image in theirs]
    row: dict[str, Any] = {"models": [first_name, second_name], "n_images": len(common)}
    if common:
        gaps_IK = np.array([ours[image] - theirs[image] for image in common])
        samples = resampled(len(common), lambda weights_I: weights_I @ gaps_IK / len(common)).T
        for level, gap, own in zip(LEVELS, gaps_IK.mean(axis=0), samples, strict=True):
            row[level] = {"difference": float(gap), "interval": interval(own)}
    return row


def zero_notes(models: Mapping[str, dict[str, Any]]) -> list[str]:
    """What a rate of 0 says, for each model that has one: less than the width of its interval makes believe."""
    return [
        f"{name}: no token is flagged in {row['n']} responses, so -log H_T has no value and the intervals no width; a"
        f" response rate of up to {min(3 / row['n'], 1):.2%} would still give none in one case out of twenty."
        for name, row in models.items()
        if not row["token"]["rate"]
    ]


def lines(measured: Mapping[str, Any]) -> Iterator[str]:
    """The rates as a table for people, in percent, then the differences between models, then the notes."""
    names = [*measured["models"], *(" - ".join(row["models"]) for row in measured["differences"])]
    width = max(len(name) for name in (*names, "model"))
    yield f"{'model':{width}}  responses  tokens each  " + "".join(f"{f'{level} %':26}" for level in LEVELS) + "-log H_T"
    for name, row in measured["models"].items():
        cells = "".join(f"{_percent(row[level]['rate'], row[level]['interval']):26}" for level in LEVELS)
        yield f"{name:{width}}  {row['n']:9}  {row['tokens_per_response']:11.1f}  {cells}{_logarithm(row['minus_log_token'])}"
    if measured["differences"]:
        yield f"{'difference':{width}}  images both captioned"
    for row in measured["differences"]:
        cells = "".join(f"{_percent(row[level]['difference'], row[level]['interval']):26}" for level in LEVELS)
        yield f"{' - '.join(row['models']):{width}}  {row['n_images']:9}  {'':11}  {cells}".rstrip()
    yield from measured["notes"]


def panels(models: Mapping[str, dict[str, Any]]) -> list[Panel]:
    """The rates as `plots.intervals_svg` draws them, a panel a level."""
    return [(f"{level}s flagged", [(row[level]["rate"], row[level]["interval"]) for row in models.values()]) for level in LEVELS]


def _judged(scorer: Scorer, name: str, records: Sequence[Record]) -> Captions:
    if not records:
        raise ValueError(f"{name}: there is no caption to judge")
    judged = list(judge(scorer, records))
    return Captions(
        [identity(record.image) for record in records], [len(one.values) for one in judged], flagged(judged, scorer.threshold)
    )


def _judge_notes(scorer: Scorer) -> Iterator[str]:
    yield (
        f"A rate is what this checkpoint flags below {scorer.threshold:.3f}: its misses and false alarms are in it, so"
        " compare models rather than read one rate alone. A shorter caption has fewer chances to be wrong: see the tokens."
    )
    if scorer.card.knows:
        yield f"This checkpoint knows {scorer.card.knows}; on other pictures these rates mean nothing."


def _percent(value: float, bounds: Interval) -> str:
    return f"{100 * value:.3f} [{100 * bounds[0]:.3f}, {100 * bounds[1]:.3f}]"


def _logarithm(row: Mapping[str, Any]) -> str:
    value, low, high = ("none" if number is None else f"{number:.2f}" for number in (row["value"], *row["interval"]))
    return f"{value} [{low}, {high}]"
