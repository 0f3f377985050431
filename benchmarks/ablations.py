"""Which parts of TLDR matter? The paper's Tables 2 and 11 and the choices of this project, on the same drawings and seeds.

Every row starts from the same model, whose decoder has learned to read true captions and has never met a wrong one: it is trained
from random weights (masked words, what a word speaks of) on the shipped vision encoder, projector and embeddings, which were
trained with wrong captions too: what a projector is worth between parts that are new to the task can't be told. From there each
is trained by LoRA on the loss of its tokens alone, with the encoder frozen, as the paper trains a pretrained backbone.
`causal` has a start of its own, made in the same way. Each threshold is chosen on validation scenes; everything is measured on
test scenes, with bootstrap intervals over responses and, for the gap to the first row, over the same draws. What is done is not
done again.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import set_seed

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.throwaway import machine, publish
from rewardmodel import checkpoints
from rewardmodel.align import BAD
from rewardmodel.checkpoints import SHIPPED, Loaded
from rewardmodel.config import Attention, Lora, LoraOn, Optimisation, Teaching, TrainConfig
from rewardmodel.data import CLOZES, PictureBook, records_of
from rewardmodel.evaluate import judge
from rewardmodel.intervals import interval, resampled
from rewardmodel.metrics import (
    Judged,
    Ranking,
    balanced_accuracies,
    best_threshold,
    group_shares,
    groups,
    pooled,
    sentence_accuracy,
    token_accuracy,
    verdicts,
)
from rewardmodel.model import TokenRewardModel
from rewardmodel.records import Record
from rewardmodel.scenes import PICTURE_BOOK
from rewardmodel.scoring import Scorer
from rewardmodel.taxonomy import KINDS
from rewardmodel.train import train

RESULTS = Path(__file__).parent / "results"
DONE = "done"  # a file in the folder of a training that came to its end
MEASURES = ("map_neg", "response_accuracy", *(kind.value for kind in KINDS))


@dataclass(frozen=True, slots=True)
class Variant:
    """How one row is trained: what differs from the first."""

    attention: Attention = Attention.LOOKAHEAD
    lora_on: LoraOn = LoraOn.BOTH
    bad_weight: float = 3.0
    naive: bool = False


VARIANTS = {
    "TLDR": Variant(),
    "naive (verdict at the last token)": Variant(naive=True),
    "causal": Variant(attention=Attention.CAUSAL),
    "decoder only": Variant(lora_on=LoraOn.DECODER),
    "projector only": Variant(lora_on=LoraOn.PROJECTOR),
    "bad tokens weigh 1": Variant(bad_weight=1.0),
    "bad tokens weigh 10": Variant(bad_weight=10.0),
}
FIRST, *_ = VARIANTS
BLIND, RANDOM = "blind (TLDR on grey pictures)", "random values"


def fresh(parent: Path, attention: Attention) -> Loaded:
    """The parent with a decoder of random weights; its vision encoder, projector and embeddings stay."""
    set_seed(0)
    model, processor, card = checkpoints.load(parent)
    ours = model.backbone.get_submodule("language_model")
    random = type(model.backbone)(model.backbone.config).get_submodule("language_model")
    for part in ("layers", "norm"):
        ours.get_submodule(part).load_state_dict(random.get_submodule(part).state_dict())
    made = TokenRewardModel(model.backbone, attention)  # with a new head
    return Loaded(made, processor, replace(card, attention=attention, metrics={}, training={}))


def lessons_of(start: Loaded, optimisation: Optimisation, teaching: Teaching) -> PictureBook:
    """Drawings of the training split: the same ones for the same seed."""
    length = optimisation.steps * optimisation.images_per_step
    clozes = CLOZES if teaching.cloze_weight else 0
    size, seed = start.processor.image_size, optimisation.seed
    return PictureBook(
        PICTURE_BOOK, length, teaching.responses_per_image, size, seed, clozes=clozes, clean=teaching.clean
    )  # fmt: skip


def begun(attention: Attention, options: argparse.Namespace) -> Path:
    """The folder of the common start: its decoder has read true captions only, so that every token it met was good."""
    folder = folder_of(f"start {attention}", options)
    if not (folder / DONE).is_file():  # weights are there before that
        start = fresh(options.parent, attention)
        optimisation = Optimisation(
            steps=options.start_steps, images_per_step=options.images, lr=options.start_lr,
            warmup_steps=options.start_steps // 30, save_steps=options.save_steps, eval_steps=0, seed=options.seed,
        )  # fmt: skip
        teaching = Teaching(responses_per_image=3, clean=1.0, bad_weight=0.0)
        config = TrainConfig(optimisation, teaching)
        train(start, lessons_of(start, optimisation, teaching), [], config=config, folder=folder)
        (folder / DONE).touch()
    return folder


def folder_of(name: str, options: argparse.Namespace) -> Path:
    """Where that row's checkpoint is."""
    work: Path = options.work
    return work / name.partition(" (")[0].replace(" ", "-")


def trained(name: str, options: argparse.Namespace) -> Path:
    """The folder of that row's checkpoint."""
    variant, folder = VARIANTS[name], folder_of(name, options)
    if (folder / DONE).is_file():
        return folder
    began = time.perf_counter()
    start = checkpoints.load(begun(variant.attention, options))
    set_seed(options.seed)
    start = start._replace(
        model=TokenRewardModel(start.model.backbone, variant.attention)
    )  # the head of the start knew only "good"
    optimisation = Optimisation(
        steps=options.steps, images_per_step=options.images, lr=options.lr, warmup_steps=options.steps // 20,
        save_steps=options.save_steps, eval_steps=0, seed=options.seed + 1,
    )  # fmt: skip
    teaching = Teaching(
        responses_per_image=options.responses, bad_weight=variant.bad_weight, naive=variant.naive,
        patch_weight=0.0, cloze_weight=0.0, referent_weight=0.0,
    )  # fmt: skip
    config = TrainConfig(optimisation, teaching, Lora(lora_rank=options.rank, lora_on=variant.lora_on))
    train(start, lessons_of(start, optimisation, teaching), [], config=config, folder=folder)
    (folder / DONE).touch()
    print(f"{name}: {time.perf_counter() - began:.0f} s", flush=True)
    return folder


@dataclass(frozen=True, slots=True)
class Row:
    """What a row says of the test records, and the threshold that validation records chose for it."""

    judged: list[Judged]
    threshold: float


def row_of(validation: Sequence[Judged], test: Sequence[Judged]) -> Row:
    """The row of what was said of both: validation records choose its threshold."""
    return Row(list(test), best_threshold(validation))


def judged_by(scorer: Scorer, validation: Sequence[Record], test: Sequence[Record]) -> tuple[list[Judged], list[Judged]]:
    """What a checkpoint says of both."""
    return list(judge(scorer, validation)), list(judge(scorer, test))


def guessed(validation: Sequence[Judged], test: Sequence[Judged]) -> Row:
    """Uniform random values in place of others, on both; what a coin would reach."""
    rng = np.random.default_rng(0)
    drawn = [
        [replace(one, values=rng.random(len(one.values)).tolist(), word_values=(), word_labels=()) for one in judged]
        for judged in (test, validation)
    ]
    return row_of(drawn[1], drawn[0])


def samples(row: Row) -> tuple[np.ndarray, np.ndarray]:
    """The measures of `MEASURES`, (M,), and those of resampled responses, (R, M)."""
    owners_T = np.repeat(np.arange(len(row.judged)), [len(one.values) for one in row.judged])
    values_T, labels_T = pooled(row.judged)
    ranking = Ranking(labels_T == BAD, 1.0 - values_T, owners_T)
    rights_N, groups_GN = verdicts(row.judged, row.threshold), groups(row.judged)

    def measures(weights_N: np.ndarray) -> np.ndarray:
        balanced = balanced_accuracies(group_shares(rights_N, groups_GN, weights_N))
        return np.array([ranking.average_precision(weights_N), rights_N @ weights_N / weights_N.sum(), *balanced])

    count = len(row.judged)
    return measures(np.ones(count)), resampled(count, measures)


def measure(rows: dict[str, Row]) -> dict[str, Any]:
    """All rows: each measure with its interval and, but for the first, the gap to the first row with its own."""
    measured = {name: samples(row) for name, row in rows.items()}
    plain_of_first, samples_of_first = measured[FIRST]
    report: dict[str, Any] = {}
    for name, (plain, drawn) in measured.items():
        gaps = plain - plain_of_first, drawn - samples_of_first
        report[name] = {
            measure: {
                "value": float(plain[place]), "interval": interval(drawn[:, place]),
                "gap": float(gaps[0][place]), "gap_interval": interval(gaps[1][:, place]),
            }
            for place, measure in enumerate(MEASURES)
        } | {
            "threshold": rows[name].threshold,
            "token_accuracy": token_accuracy(rows[name].judged, rows[name].threshold),
            "sentence_accuracy": sentence_accuracy(rows[name].judged, rows[name].threshold),
        }  # fmt: skip
    return report


def table(report: dict[str, Any]) -> str:
    """The figures for people; a gap to the first row that leaves 0 out is bold."""
    head = (
        f"{report['n']} scenes of `picturebook:test`, half of them clean; {report['steps']} steps of {report['images']} "
        f"drawings, {report['responses']} captions each, after {report['start_steps']} on true captions. A_T, A_S and A_R at "
        f"each row's own threshold, 95 % intervals; bold: differs from {FIRST} by more than chance.\n"
    )
    notes = [text for note in report.get("notes", ()) for text in ("", note)]
    return "\n".join([head, *tables(report["rows"]), *notes]) + "\n"


def tables(rows: dict[str, Any]) -> list[str]:
    """The lines of two tables of what `measure` gives: all responses, and kind by kind."""
    lines = ["| | A_T | A_S | A_R | mAP(neg) |", "|---|---|---|---|---|"]
    for name, row in rows.items():
        cells = [f"{row['token_accuracy']:.3f}", f"{row['sentence_accuracy']:.3f}"]
        cells += [_cell(row[measure]) for measure in ("response_accuracy", "map_neg")]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    kinds = [kind.value for kind in KINDS]
    lines += ["", "Response accuracy by kind (chance is 0.5):", "", f"| | {' | '.join(kinds)} |", "|---|" + "---|" * len(kinds)]
    lines += [f"| {name} | {' | '.join(_cell(row[kind]) for kind in kinds)} |" for name, row in rows.items()]
    return lines


def _cell(figure: dict[str, Any]) -> str:
    low, high = figure["interval"]
    gap_interval = figure["gap_interval"] or (0.0, 0.0)  # None where the gap has none
    differs = gap_interval[0] > 0 or gap_interval[1] < 0
    value = f"{figure['value']:.3f}"
    return f"{f'**{value}**' if differs else value} [{low:.3f}, {high:.3f}]"


def rows_of(options: argparse.Namespace) -> Iterator[tuple[str, Row]]:
    """Every row that is asked for, trained where it isn't yet."""
    validation, test = (list(records_of(f"picturebook:{split}", options.n)) for split in ("validation", "test"))
    for name in (FIRST, *(name for name in options.only or VARIANTS if name != FIRST)):
        scorer = Scorer.load(trained(name, options))
        judged = judged_by(scorer, validation, test)
        yield name, row_of(*judged)
        if name == FIRST:
            scorer.is_blind = True
            yield BLIND, row_of(*judged_by(scorer, validation, test))
            yield RANDOM, guessed(*judged)


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Train and measure all rows."""
    shown = {name: getattr(options, name) for name in ("n", "steps", "start_steps", "images", "responses", "rank", "lr", "seed")}
    return {"machine": machine(), **shown, "rows": measure(dict(rows_of(options)))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for what is trained; the same again goes on")
    parser.add_argument("--parent", type=Path, default=SHIPPED, help="checkpoint that gives vision encoder and embeddings")
    parser.add_argument("--only", nargs="+", choices=tuple(VARIANTS), help=f"rows beside {FIRST}; default: all")
    parser.add_argument("--start-steps", type=int, default=1_800)
    parser.add_argument("--start-lr", type=float, default=1e-3)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--rank", type=int, default=64)
    parser.add_argument("--images", type=int, default=8, help="drawings a step")
    parser.add_argument("--responses", type=int, default=5, help="captions a drawing")
    parser.add_argument("--save-steps", type=int, default=100)
    parser.add_argument("--n", type=int, default=2_000, help="scenes of each split")
    parser.add_argument("--seed", type=int, default=40)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--results", type=Path, help=f"folder for ablations.json and .md, as {RESULTS.name}; default: nowhere")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    report = run(options)
    publish(report, table(report), options.results, "ablations")


if __name__ == "__main__":
    main()
