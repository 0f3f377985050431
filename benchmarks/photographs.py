"""How far does the recipe get on photographs, from random weights? `python benchmarks/photographs.py --data DIR --work DIR`.

A small model is trained on the photographs of Flickr8k's train split and their human captions, half of them made wrong by the
rules; its twin gets the same lessons with grey pictures and so learns what the text alone gives away, which is a lot. Both are
measured on the test split: mAP(neg) of all captions and of each kind, and the difference, with intervals over photographs. The
first is also measured with grey pictures, the blind baseline of the other evaluations. Nothing trained here is shipped.

`--data` is the folder of Flickr8k: it has `captions.jsonl` (`image`, `split`, `captions`) and the pictures. Stages that are done
are not done again; an interrupted training goes on.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch.utils.data import Dataset

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.throwaway import machine
from rewardmodel.align import BAD
from rewardmodel.backbones import small_backbone, small_processor
from rewardmodel.checkpoints import Card, Loaded
from rewardmodel.config import Attention, Optimisation, SmallBackbone, Teaching, TrainConfig
from rewardmodel.data import Judgement, Lesson
from rewardmodel.evaluate import judge
from rewardmodel.intervals import interval, resampled
from rewardmodel.metrics import Judged, Ranking, pooled, response_accuracy
from rewardmodel.model import TokenRewardModel
from rewardmodel.perturbations.batches import with_perturbed
from rewardmodel.perturbations.rules import perturb
from rewardmodel.records import Record, opened
from rewardmodel.scoring import GREY, Scorer
from rewardmodel.taxonomy import KINDS
from rewardmodel.train import train

RESULTS = Path(__file__).parent / "results"
VOCABULARY = 4_000
CLEAN, WRONG, CLOZES = 2, 3, 2  # captions of a photograph in a lesson
LEAST_CROP = 0.8  # share of each side that a lesson's crop keeps
SIDES = {"left", "right"}  # words that a mirrored photograph would make false
MODELS = {"seeing": "trained on the photographs", "grey": "the same, shown grey pictures", "blind": "trained on grey pictures"}


class Photographs(Dataset[Lesson]):
    """Lessons on photographs: true captions, others with an error of a kind drawn at random, and some to be guessed."""

    def __init__(self, rows: Sequence[dict[str, Any]], folder: Path, length: int, seed: int, *, is_blind: bool) -> None:
        self.rows, self.folder, self.length, self.seed, self.is_blind = rows, folder, length, seed, is_blind

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> Lesson:
        epoch, place = divmod(index, len(self.rows))
        row = self.rows[Random(self.seed * 10**9 + epoch).sample(range(len(self.rows)), len(self.rows))[place]]
        rng = Random(f"{self.seed} {index}")
        captions = rng.sample(row["captions"], len(row["captions"]))
        judged: list[Judgement] = [(caption, ()) for caption in captions[:CLEAN]]
        for _ in range(WRONG):
            wrong = next(
                (made for kind in rng.sample(KINDS, len(KINDS)) if (made := perturb(rng.choice(captions), kind, index))), None
            )
            judged.extend([(wrong.text, wrong.spans)] if wrong else [])
        return Lesson(self._picture(row, rng), "", judged, clozes=tuple(captions[-CLOZES:]), seed=index)

    def _picture(self, row: dict[str, Any], rng: Random) -> Image.Image:
        picture = opened(self.folder / row["image"])
        if self.is_blind:
            return Image.new("RGB", picture.size, GREY)
        shares = [rng.uniform(LEAST_CROP, 1.0) for _ in range(2)]
        width, height = (round(side * share) for side, share in zip(picture.size, shares, strict=True))
        left, top = rng.randint(0, picture.width - width), rng.randint(0, picture.height - height)
        picture = picture.resize(picture.size, box=(left, top, left + width, top + height))
        sided = any(SIDES & set(caption.lower().split()) for caption in row["captions"])
        return picture if sided or rng.random() < 1 / 2 else picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def records_of(rows: Sequence[dict[str, Any]], folder: Path, *, captions: int, seed: int = 0) -> list[Record]:
    """Captions of each photograph, each followed by itself with an error; the kinds as even as they can be."""
    clean = (Record(folder / row["image"], "", caption) for row in rows for caption in row["captions"][:captions])
    return list(with_perturbed(clean, seed=seed))


def corpus(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """True and wrong captions, for the tokenizer."""
    for number, row in enumerate(rows):
        yield from row["captions"]
        for kind in KINDS:
            wrong = perturb(row["captions"][number % len(row["captions"])], kind, number)
            if wrong:
                yield wrong.text


def train_one(name: str, splits: dict[str, list[dict[str, Any]]], options: argparse.Namespace) -> None:
    """Train the model of that name, or go on with it, unless it is done."""
    done = options.work / f"{name}.done"
    if done.is_file():
        return
    began = time.perf_counter()
    torch.manual_seed(options.seed)
    size = SmallBackbone()
    processor = small_processor(corpus(splits["train"]), size, VOCABULARY)
    model = TokenRewardModel(small_backbone(processor, size), Attention.LOOKAHEAD)
    start = Loaded(model, processor, Card(Attention.LOOKAHEAD, knows="photographs of Flickr8k"))
    is_blind = name == "blind"
    lessons = Photographs(splits["train"], options.data, options.steps * options.images, options.seed, is_blind=is_blind)
    validation = records_of(splits["validation"], options.data, captions=1)
    config = TrainConfig(
        Optimisation(
            steps=options.steps, images_per_step=options.images, lr=options.lr, warmup_steps=options.steps // 20,
            save_steps=options.save_steps, eval_steps=options.eval_steps, seed=options.seed,
        ),
        Teaching(patch_weight=0, referent_weight=0, cloze_weight=options.cloze_weight),
    )  # fmt: skip
    train(start, lessons, greyed(validation) if is_blind else validation, config=config, folder=options.work / name)
    done.write_text(f"{time.perf_counter() - began:.0f} s\n", encoding="utf-8")


def greyed(records: Sequence[Record]) -> list[Record]:
    """The records with one grey picture for all of them."""
    grey = Image.new("RGB", (128, 128), GREY)
    return [replace(record, image=grey) for record in records]


def measure(judged: dict[str, list[Judged]], records: Sequence[Record]) -> dict[str, Any]:
    """mAP(neg) of each model, of all responses and of each kind's, with intervals over photographs, and the gap to blind."""
    pictures = {picture: number for number, picture in enumerate(dict.fromkeys(str(record.image) for record in records))}
    photographs_N = np.array([pictures[str(record.image)] for record in records])
    groups = {"all": np.ones(len(records), bool)}
    groups |= {kind.value: np.array([any(span.kind is kind for span in record.spans) for record in records]) for kind in KINDS}
    measured: dict[str, Any] = {}
    for group, chosen_N in groups.items():
        if not chosen_N.any():
            continue
        rankings = [_ranking(rows, chosen_N, photographs_N) for rows in judged.values()]

        def measures(weights: np.ndarray, rankings: Sequence[Ranking] = rankings) -> np.ndarray:
            return np.array([ranking.average_precision(weights) for ranking in rankings])

        plain = dict(zip(judged, measures(np.ones(len(pictures))), strict=True))
        samples = dict(zip(judged, resampled(len(pictures), measures).T, strict=True))
        measured[group] = {
            "n": int(chosen_N.sum()),
            **{name: {"map_neg": float(plain[name]), "interval": interval(samples[name])} for name in judged},
            "gap": {
                "map_neg": float(plain["seeing"] - plain["blind"]),
                "interval": interval(samples["seeing"] - samples["blind"]),
            },
        }
    return measured


def _ranking(judged: Sequence[Judged], chosen_N: np.ndarray, photographs_N: np.ndarray) -> Ranking:
    rows = [one for one, is_chosen in zip(judged, chosen_N, strict=True) if is_chosen]
    values_T, labels_T = pooled(rows)
    owners_T = np.repeat(photographs_N[chosen_N], [len(one.values) for one in rows])
    return Ranking(labels_T == BAD, 1.0 - values_T, owners_T)


def table(report: dict[str, Any]) -> str:
    """The figures for people."""
    head = (
        f"{report['n']} captions of {report['photographs']} test photographs, half of them wrong; {report['steps']} steps of "
        f"{report['images']} photographs each. mAP(neg) with 95 % intervals over photographs.\n"
    )
    lines = [
        head,
        "| kind | n | " + " | ".join(MODELS.values()) + " | gap |",
        "|---|---|" + "---|" * (len(MODELS) + 1),
    ]
    for group, row in report["kinds"].items():
        cells = [f"{row[name]['map_neg']:.3f} [{_bounds(row[name])}]" for name in MODELS]
        cells.append(f"{row['gap']['map_neg']:+.3f} [{_bounds(row['gap'])}]")
        lines.append(f"| {group} | {row['n']} | {' | '.join(cells)} |")
    accuracies = ", ".join(f"{name} {value:.3f}" for name, value in report["response_accuracy"].items())
    return "\n".join([*lines, f"\nResponse accuracy, each at its own threshold: {accuracies}.\n"])


def _bounds(row: dict[str, Any]) -> str:
    return ", ".join(f"{bound:.3f}" for bound in row["interval"])


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Train both models where that is not done, and measure them."""
    with (options.data / "captions.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    splits = {split: [row for row in rows if row["split"] == split] for split in ("train", "validation", "test")}
    options.work.mkdir(parents=True, exist_ok=True)
    for name in options.only or ("seeing", "blind"):
        train_one(name, splits, options)
    records = records_of(splits["test"], options.data, captions=5)
    seeing, blind = (Scorer.load(options.work / name) for name in ("seeing", "blind"))
    judged = {"seeing": list(judge(seeing, records))}
    judged |= {"grey": list(judge(seeing, greyed(records))), "blind": list(judge(blind, greyed(records)))}
    thresholds = {"seeing": seeing.threshold, "grey": seeing.threshold, "blind": blind.threshold}
    return {
        "machine": machine(), "n": len(records), "photographs": len(splits["test"]),
        "steps": options.steps, "images": options.images,
        "kinds": measure(judged, records),
        "response_accuracy": {name: response_accuracy(rows, thresholds[name]) for name, rows in judged.items()},
        "training": {name: (options.work / f"{name}.done").read_text(encoding="utf-8").strip() for name in ("seeing", "blind")},
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of Flickr8k")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is trained; the same again goes on")
    parser.add_argument("--only", nargs="+", choices=("seeing", "blind"), help="train only this one, as on another machine")
    parser.add_argument("--steps", type=int, default=3_000)
    parser.add_argument("--images", type=int, default=16, help="photographs a step")
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--cloze-weight", type=float, default=1.0)
    parser.add_argument("--save-steps", type=int, default=100)
    parser.add_argument("--eval-steps", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--results", type=Path, help=f"folder for photographs.json and .md, as {RESULTS.name}; default: nowhere")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    report = run(options)
    print(table(report))
    if options.results:
        (options.results / "photographs.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        (options.results / "photographs.md").write_text(table(report), encoding="utf-8")


if __name__ == "__main__":
    main()
