"""How far does the recipe get on photographs without pretrained weights? `python benchmarks/photographs.py --data D --work D`.

The start is the shipped checkpoint, which knows drawings. First vision encoders learn from human captions which words a
photograph gets (`photograph_encoder.py`), on Flickr8k's train split, of which each leaves out a third (`photograph_folds.py`).
Then the decoder learns to judge (`photograph_lessons.py`): captions of the train split, some made wrong by the rules, some
exchanged so that the text doesn't tell, some borrowed from other photographs, each photograph shown as an encoder sees it that
hasn't learned from it. From this part, which is shared, two ways lead on. A reader is shown grey pictures alone, and learns what
the text gives away; then it stays as it is. A judge learns what to add to the reader's logits, so that its lessons are about what
can't be read; its blind twin has the same lessons with grey pictures. How much of what they add counts, validation photographs
say. Judge and twin are measured on the test split, on captions made wrong by the rules, on ones whose words were exchanged so
that the text doesn't tell, and on borrowed ones: mAP(neg) of all and of each kind, and the gap, with intervals over photographs.
The judge sees a photograph through every encoder, as it is and mirrored, and what it would add is averaged. It is also measured
with grey pictures, the blind baseline of the other evaluations. Nothing trained here is shipped.

`--data` is the folder of Flickr8k: it has `captions.jsonl` (`image`, `split`, `captions`) and the pictures. Stages that are done
are not done again; an interrupted training of a judge goes on.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.photograph_encoder import LEAST, vocabulary
from benchmarks.photograph_folds import (
    ENCODERS,
    TOWER,
    Rows,
    Splits,
    cross_fitted,
    folds_of,
    knowledge,
    teach_encoder,
    towers,
)
from benchmarks.photograph_lessons import Photographs, borrowed_records, exchanged_records, greyed, records_of, views
from benchmarks.throwaway import machine, publish
from rewardmodel import checkpoints
from rewardmodel.align import BAD
from rewardmodel.checkpoints import Loaded
from rewardmodel.config import Optimisation, Teaching, TrainConfig
from rewardmodel.devices import best_device
from rewardmodel.evaluate import judge
from rewardmodel.intervals import interval, resampled
from rewardmodel.learner import Prior
from rewardmodel.metrics import Judged, Ranking, best_threshold, map_neg, pooled, response_accuracy
from rewardmodel.records import Record, read_records
from rewardmodel.scoring import GREY, Scorer
from rewardmodel.taxonomy import KINDS
from rewardmodel.train import train

RESULTS = Path(__file__).parent / "results"
BORROWED, EXCHANGED = "borrowed", "exchanged"
SHOWN = 0.01  # share of validation photographs below which an average precision means little
SHARED, READER, TWINS = "shared", "reader", ("seeing", "blind")
SHOWN_PHOTOGRAPHS = {SHARED, "seeing"}
JUDGES = (SHARED, READER, *TWINS)
STAGES = (*ENCODERS, *JUDGES)  # in the order in which they learn
MODELS = {
    "seeing": "reader and what is seen",
    "grey": "the same, shown grey pictures",
    "blind": "reader and blind twin",
    "reader": "reader alone",
}
COUNTED = (0.1, 0.25, 0.5, 0.75, 1.0)  # shares of what is added that may count
ERRORS = 3  # errors by the rules of each test caption: more of them narrow the intervals
TRIES = 2  # how often an exchange of each test caption is tried
EPSILON = 1e-6  # values are no nearer than this to 0 and 1


def train_one(name: str, splits: Splits, options: argparse.Namespace) -> None:
    """Train the judge of that name, or go on with it, unless it is done. Its vision encoder stays as it was taught."""
    done = options.work / f"{name}.done"
    if done.is_file():
        return
    began = time.perf_counter()
    start = checkpoints.load(options.work / (ENCODERS[0] if name == SHARED else SHARED))
    start.model.backbone.get_submodule(TOWER).requires_grad_(requires_grad=False)
    steps, lr, cloze_weight, prior = options.steps, options.lr, options.cloze_weight, None
    if name == SHARED:
        steps, lr = options.shared_steps, options.shared_lr
    elif name == READER:
        steps = options.reader_steps
    else:
        cloze_weight = options.adding_cloze_weight
        prior = reading(checkpoints.load(options.work / READER))
        for weights in start.model.head.parameters():
            torch.nn.init.zeros_(weights)  # at first nothing is added
        start = start._replace(card=replace(start.card, knows="what to add to the reader's logits, and nothing by itself"))
    config = TrainConfig(
        Optimisation(
            steps=steps, images_per_step=options.images, lr=lr, warmup_steps=steps // 20,
            save_steps=options.save_steps, seed=options.seed,
        ),
        Teaching(patch_weight=0, referent_weight=0, cloze_weight=cloze_weight),
    )  # fmt: skip
    if name in SHOWN_PHOTOGRAPHS:
        start = cross_fitted(start, options.work)
    lessons = lessons_for(name, splits["train"], options, steps * options.images)
    train(start, lessons, [], config=config, folder=options.work / name, prior=prior)
    done.write_text(f"{time.perf_counter() - began:.0f} s\n", encoding="utf-8")


def reading(reader: Loaded) -> Prior:
    """What a reader says of the texts of a batch: its logits with one grey picture for all."""
    model = reader.model.eval().requires_grad_(requires_grad=False)
    size = reader.processor.image_size
    pixels = reader.processor.images([Image.new("RGB", (size, size), GREY)])
    features_1PD = model.image_features(**{name: pixels[name] for name in model.adapter.image_inputs})

    def logits(batch: dict[str, Tensor]) -> Tensor:
        features_BPD = features_1PD.expand(len(batch["ids_BL"]), -1, -1)
        logits_BL: Tensor = model(features_BPD, batch["ids_BL"], batch["segments_BL"], batch["positions_BL"])
        return logits_BL

    return logits


def lessons_for(name: str, rows: Rows, options: argparse.Namespace, length: int) -> Photographs:
    """What the model of that name learns from: reader and blind twin see no photograph."""
    known = frozenset(vocabulary(rows, options.least))
    folds = folds_of(rows) if name in SHOWN_PHOTOGRAPHS else None
    return Photographs(rows, options.data, known, length, options.seed, folds=folds)


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
        f"{report['n']} captions of {report['photographs']} test photographs, each {ERRORS} times as it is and as often with an "
        "error by the rules, "
        f"{report['kinds'][EXCHANGED]['n']}, half of them with words exchanged so that the text doesn't tell, and "
        f"{report['kinds'][BORROWED]['n']} of other photographs; {report['encoder_steps']} steps of {report['encoder_images']} "
        f"photographs for each encoder, {report['shared_steps']} of {report['images']} shared, then {report['reader_steps']} for "
        f"the reader, and {report['steps']} each for judge and twin. Of what they add counts what is best on validation "
        f"photographs: {report['counted']['seeing']} and {report['counted']['blind']}. mAP(neg) with 95 % intervals over "
        "photographs; a gap that leaves 0 out is bold.\n"
    )
    lines = [
        head,
        "| kind | n | " + " | ".join(MODELS.values()) + " | gap |",
        "|---|---|" + "---|" * (len(MODELS) + 1),
    ]
    for group, row in report["kinds"].items():
        cells = [f"{row[name]['map_neg']:.3f} [{_bounds(row[name])}]" for name in MODELS]  # in the order of the head
        gap, (low, high) = f"{row['gap']['map_neg']:+.3f}", row["gap"]["interval"]
        cells.append(f"{gap if low <= 0 <= high else f'**{gap}**'} [{_bounds(row['gap'])}]")
        lines.append(f"| {group} | {row['n']} | {' | '.join(cells)} |")
    if report["people"]:
        row = report["people"]
        told = ", ".join(f"{name} {row[name]['map_neg']:.3f} [{_bounds(row[name])}]" for name in MODELS)
        lines.append(f"\nOn {row['n']} captions that people have judged: {told}.")
    accuracies = ", ".join(f"{name} {value:.3f}" for name, value in report["response_accuracy"].items())
    return "\n".join([*lines, f"\nResponse accuracy, each at its own threshold: {accuracies}.\n", _encoders(report["encoders"])])


def _encoders(known: dict[str, Any]) -> str:
    """How well the encoders alone know what validation photographs are described with, and which words they know best."""
    figures = {word: (found, share) for word, (found, share) in known["words"].items() if share >= SHOWN}
    best = sorted(figures, key=lambda word: figures[word][0] - figures[word][1], reverse=True)[:15]
    found, share = (sum(one[place] for one in figures.values()) / max(len(figures), 1) for place in (0, 1))
    alone = ", ".join(f"{sum(each[word] for word in figures) / max(len(figures), 1):.3f}" for each in known["alone"])
    listed = ", ".join(f"{word} {figures[word][0]:.2f} ({figures[word][1]:.2f})" for word in best)
    return (
        f"Encoders without a judge, average precision over {len(figures)} words (chance): together {found:.3f} ({share:.3f}), "
        f"each alone {alone}. Best together: {listed}.\n"
    )


def _bounds(row: dict[str, Any]) -> str:
    return ", ".join(f"{bound:.3f}" for bound in row["interval"])


def train_all(splits: Splits, options: argparse.Namespace) -> None:
    """Train what is asked for and not trained yet."""
    options.work.mkdir(parents=True, exist_ok=True)
    for name in options.only or STAGES:
        (teach_encoder if name in ENCODERS else train_one)(name, splits, options)


def splits_of(folder: Path) -> Splits:
    """The photographs with their captions, by split."""
    with (folder / "captions.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {split: [row for row in rows if row["split"] == split] for split in ("train", "validation", "test")}


class Judges(NamedTuple):
    """What is trained, in memory: the judge once for each encoder, its blind twin and the reader."""

    seeing: list[Scorer]
    blind: Scorer
    reader: Scorer

    @classmethod
    def load(cls, work: Path) -> "Judges":
        """All of them, from where they were trained."""
        seeing = []
        for tower in towers(work):
            start = checkpoints.load(work / "seeing")
            start.model.backbone.set_submodule(TOWER, tower)
            seeing.append(Scorer(*start, best_device(None)))
        return cls(seeing, Scorer.load(work / "blind"), Scorer.load(work / READER))

    def judged(self, records: Sequence[Record]) -> dict[str, list[Judged]]:
        """What each of `MODELS` says of the records by itself: the reader, and what the others would add to it."""
        places = {record: place for place, record in enumerate(dict.fromkeys(records))}  # clean captions come again and again
        told = self._told(list(places))
        return {name: [rows[places[record]] for record in records] for name, rows in told.items()}

    def _told(self, records: Sequence[Record]) -> dict[str, list[Judged]]:
        grey = greyed(records)
        shown_grey = {
            "grey": list(judge(self.seeing[0], grey)),  # to every encoder it looks alike
            "blind": list(judge(self.blind, grey)),
            "reader": list(judge(self.reader, grey)),
        }
        return shown_grey | {"seeing": averaged([list(judge(one, view)) for one in self.seeing for view in views(records)])}


def report_of(splits: Splits, options: argparse.Namespace) -> dict[str, Any]:
    """Measure what is trained."""
    judges = Judges.load(options.work)
    of_rules = records_of(splits["test"], options.data, captions=5, times=ERRORS)
    of_exchanges = exchanged_records(splits["test"], options.data, seeds=TRIES)
    known = frozenset(vocabulary(splits["train"], options.least))
    of_others = borrowed_records(splits["test"], options.data, known)
    validation = judges.judged(records_of(splits["validation"], options.data, captions=1))
    exchanged = judges.judged(exchanged_records(splits["validation"], options.data, seeds=1))
    counted = {name: best_share([(each["reader"], each[name]) for each in (validation, exchanged)]) for name in TWINS}
    judged = summed(judges.judged(of_rules), counted)
    kinds = measure(judged, of_rules)
    exchanges = measure(summed(judges.judged(of_exchanges), counted), of_exchanges)
    thresholds = {name: best_threshold(rows) for name, rows in summed(validation, counted).items()}
    return {
        "machine": machine(), "n": len(of_rules), "photographs": len(splits["test"]),
        **{
            name: getattr(options, name)
            for name in ("encoder_steps", "encoder_images", "shared_steps", "reader_steps", "steps", "images")
        },
        "counted": counted,
        "kinds": {
            "all": kinds.pop("all"),
            EXCHANGED: exchanges.pop("all"),
            BORROWED: measure(summed(judges.judged(of_others), counted), of_others)["all"],
            **kinds,
            **{f"{EXCHANGED}, {kind}": row for kind, row in exchanges.items()},
        },
        "response_accuracy": {name: response_accuracy(rows, thresholds[name]) for name, rows in judged.items()},
        "people": people(judges, options, counted),
        "encoders": knowledge(splits, options),
        "training": {name: (options.work / f"{name}.done").read_text(encoding="utf-8").strip() for name in STAGES},
    }  # fmt: skip


def people(judges: Judges, options: argparse.Namespace, counted: dict[str, float]) -> dict[str, Any] | None:
    """The same on photographs whose captions people have judged, where a file of them is given."""
    if options.judged is None:
        return None
    records = list(read_records(options.judged))
    measured: dict[str, Any] = measure(summed(judges.judged(records), counted), records)["all"]
    return measured


def averaged(judged: Sequence[Sequence[Judged]]) -> list[Judged]:
    """The same responses judged several times: the mean of the logits."""
    return [_with(same[0], torch.stack([_logits(one) for one in same]).mean(dim=0)) for same in zip(*judged, strict=True)]


def _logits(judged: Judged) -> Tensor:
    return torch.logit(torch.tensor(judged.values), eps=EPSILON)


def _with(judged: Judged, logits_T: Tensor) -> Judged:
    """The same response with other values of its tokens, and none of its words."""
    return Judged(torch.sigmoid(logits_T).tolist(), judged.labels, judged.sentences, judged.kinds)


def summed(judged: dict[str, list[Judged]], counted: dict[str, float]) -> dict[str, list[Judged]]:
    """What each of `MODELS` says, with what the reader says in it."""
    shares = {"seeing": counted["seeing"], "grey": counted["seeing"], "blind": counted["blind"]}
    return {name: sums(judged["reader"], judged[name], share) for name, share in shares.items()} | {"reader": judged["reader"]}


def sums(read: Sequence[Judged], added: Sequence[Judged], share: float) -> list[Judged]:
    """The values of a reader with a share of what another adds to its logits."""
    return [_with(one, _logits(one) + share * _logits(other)) for one, other in zip(read, added, strict=True)]


def best_share(sets: Sequence[tuple[Sequence[Judged], Sequence[Judged]]]) -> float:
    """The share of `COUNTED` whose mAP(neg) is best in the mean over sets of responses, each as read and as added."""
    return max(COUNTED, key=lambda share: sum(map_neg(sums(*judged, share)) for judged in sets))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of Flickr8k")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is trained; the same again goes on")
    parser.add_argument("--judged", type=Path, help="records (.jsonl) that people have judged: measured too")
    parser.add_argument("--only", nargs="+", choices=STAGES, help="train only this one, and measure nothing")
    parser.add_argument("--least", type=int, default=LEAST, help="photographs a word has to be said of to be taught")
    parser.add_argument("--encoder-steps", type=int, default=3_000, help="of each")
    parser.add_argument("--encoder-images", type=int, default=32, help="photographs a step of the encoder")
    parser.add_argument("--encoder-lr", type=float, default=3e-4)
    parser.add_argument("--shared-steps", type=int, default=1_600, help="before the ways part")
    parser.add_argument("--shared-lr", type=float, default=5e-4)
    parser.add_argument("--reader-steps", type=int, default=800, help="of the reader after that")
    parser.add_argument("--steps", type=int, default=1_000, help="of the judge after that, and of its blind twin")
    parser.add_argument("--images", type=int, default=16, help="photographs a step of a judge")
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--cloze-weight", type=float, default=1.0)
    parser.add_argument("--adding-cloze-weight", type=float, default=0.3, help="where a judge learns what to add")
    parser.add_argument("--save-steps", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--results", type=Path, help=f"folder for photographs.json and .md, as {RESULTS.name}; default: nowhere")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    splits = splits_of(options.data)
    train_all(splits, options)
    if options.only:
        return
    report = report_of(splits, options)
    publish(report, table(report), options.results, "photographs")


if __name__ == "__main__":
    main()
