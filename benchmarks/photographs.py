"""How far does the recipe get on photographs without pretrained weights? `python benchmarks/photographs.py --data D --work D`.

The start is the shipped checkpoint, which knows drawings. First its vision encoder learns from human captions which words a
photograph gets (`photograph_encoder.py`), on three fifths of Flickr8k's train split. Then the decoder learns to judge
(`photograph_lessons.py`): captions of the train split, some made wrong by the rules, some borrowed from other photographs. It
never sees a photograph that the encoder has learned from: the features of those are better than they will ever be again, and
their lessons come with grey pictures. After this first part, which is shared, the ways part: one judge goes on with the other two
fifths, its twin with the same lessons and grey pictures, and so learns what the text alone gives away. Both are measured on the
test split, on captions made wrong by the rules and on borrowed ones: mAP(neg) of all and of each kind, and the gap, with
intervals over photographs. The first is also measured with grey pictures, the blind baseline of the other evaluations. Nothing
trained here is shipped.

`--data` is the folder of Flickr8k: it has `captions.jsonl` (`image`, `split`, `captions`) and the pictures. Stages that are done
are not done again; an interrupted training of a judge goes on.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.photograph_encoder import LEAST, Course, precisions, targets, teach, vocabulary
from benchmarks.photograph_lessons import Photographs, borrowed_records, corpus, greyed, records_of
from benchmarks.throwaway import machine
from rewardmodel import checkpoints
from rewardmodel.align import BAD
from rewardmodel.backbones import small_backbone, small_processor
from rewardmodel.checkpoints import SHIPPED, Card, Loaded
from rewardmodel.config import Attention, Optimisation, SmallBackbone, Teaching, TrainConfig
from rewardmodel.evaluate import judge
from rewardmodel.intervals import interval, resampled
from rewardmodel.metrics import Judged, Ranking, pooled, response_accuracy
from rewardmodel.model import TokenRewardModel
from rewardmodel.records import Record, opened
from rewardmodel.scoring import Scorer
from rewardmodel.taxonomy import KINDS
from rewardmodel.train import train

RESULTS = Path(__file__).parent / "results"
VOCABULARY = 4_000
Splits = dict[str, list[dict[str, Any]]]
BORROWED = "borrowed"
SHOWN = 0.01  # share of validation photographs below which an average precision means little
ENCODER_FIFTHS = 3  # of the train split's photographs that the encoder learns from; the judge sees the others
SHARED, TWINS = "shared", ("seeing", "blind")
MODELS = {"seeing": "trained on the photographs", "grey": "the same, shown grey pictures", "blind": "trained on grey pictures"}


def drawings_model(rows: Sequence[dict[str, Any]]) -> Loaded:
    """The shipped checkpoint with a tokenizer for these captions: what it learned from drawings is where the training starts.

    Pieces that both tokenizers know keep their embeddings, all others begin at random.
    """
    shipped = checkpoints.load(SHIPPED)
    size = SmallBackbone()
    processor = small_processor(corpus(rows), size, VOCABULARY)
    model = TokenRewardModel(small_backbone(processor, size), Attention.LOOKAHEAD)
    known = shipped.processor.tokenizer.get_vocab()
    pairs = [(place, known[piece]) for piece, place in processor.tokenizer.get_vocab().items() if piece in known]
    ours, theirs = (torch.tensor(places) for places in zip(*pairs, strict=True))
    embeddings = {name for name, weights in model.state_dict().items() if weights.shape[0] == len(processor.tokenizer)}
    model.load_state_dict({n: w for n, w in shipped.model.state_dict().items() if n not in embeddings}, strict=False)
    with torch.no_grad():
        words_VD = model.backbone.get_input_embeddings().get_parameter("weight")
        words_VD[ours] = shipped.model.backbone.get_input_embeddings().get_parameter("weight")[theirs]
    return Loaded(model, processor, Card(Attention.LOOKAHEAD, knows="photographs of Flickr8k"))


def teach_encoder(splits: Splits, options: argparse.Namespace) -> None:
    """Let the vision encoder learn what words photographs get, unless that is done; how well it knows them is kept."""
    done = options.work / "encoder.done"
    if done.is_file():
        return
    began = time.perf_counter()
    torch.manual_seed(options.seed)
    start = drawings_model(splits["train"])
    words = vocabulary(splits["train"], options.least)
    learned, _ = parted(splits["train"])
    taught, unseen = (pixels_of(rows, options.data, start.processor.image_size) for rows in (learned, splits["validation"]))
    course = Course(options.encoder_steps, options.encoder_images, options.encoder_lr)
    teacher = teach(start, taught, targets(learned, words), words, course)
    checkpoints.save(options.work / "encoder", start.model, start.processor, start.card)
    said_BV = targets(splits["validation"], words)
    known = zip(words, precisions(start, teacher, unseen, said_BV).tolist(), said_BV.mean(dim=0).tolist(), strict=True)
    report = {"seconds": round(time.perf_counter() - began), "words": {word: figures for word, *figures in known if figures[1]}}
    done.write_text(json.dumps(report), encoding="utf-8")


def parted(rows: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The photographs for the encoder, and those for the judge."""
    parts: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for number, row in enumerate(rows):
        parts[number % 5 >= ENCODER_FIFTHS].append(row)
    return parts


def pixels_of(rows: Sequence[dict[str, Any]], folder: Path, size: int) -> Tensor:
    """The photographs as bytes, (N, 3, size, size)."""
    pictures = [np.asarray(opened(folder / row["image"]).resize((size, size))) for row in rows]
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)


def train_one(name: str, splits: Splits, options: argparse.Namespace) -> None:
    """Train the judge of that name, or go on with it, unless it is done. Its vision encoder stays as it was taught."""
    done = options.work / f"{name}.done"
    if done.is_file():
        return
    began = time.perf_counter()
    is_shared, is_blind = name == SHARED, name == "blind"
    start = checkpoints.load(options.work / ("encoder" if is_shared else SHARED))
    start.model.backbone.get_submodule("vision_tower").requires_grad_(requires_grad=False)
    steps, lr = (options.shared_steps, options.shared_lr) if is_shared else (options.steps, options.lr)
    lessons = lessons_for(name, splits["train"], options, steps * options.images)
    validation = records_of(splits["validation"], options.data, captions=1)
    config = TrainConfig(
        Optimisation(
            steps=steps, images_per_step=options.images, lr=lr, warmup_steps=steps // 20,
            save_steps=options.save_steps, eval_steps=options.eval_steps, seed=options.seed,
        ),
        Teaching(patch_weight=0, referent_weight=0, cloze_weight=options.cloze_weight),
    )  # fmt: skip
    train(start, lessons, greyed(validation) if is_blind else validation, config=config, folder=options.work / name)
    done.write_text(f"{time.perf_counter() - began:.0f} s\n", encoding="utf-8")


def lessons_for(name: str, rows: Sequence[dict[str, Any]], options: argparse.Namespace, length: int) -> Photographs:
    """What the judge of that name learns from: no photograph of the encoder is ever shown, and the blind twin is shown none."""
    learned, judged = parted(rows)
    known, grey = frozenset(vocabulary(rows, options.least)), judged if name == "blind" else learned
    return Photographs(rows if name == SHARED else judged, options.data, known, length, options.seed, grey=grey)


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
        f"{report['n']} captions of {report['photographs']} test photographs, half of them made wrong by the rules, and "
        f"{report['kinds'][BORROWED]['n']} of other photographs; {report['encoder_steps']} steps of {report['encoder_images']} "
        f"photographs for the encoder, {report['shared_steps']} of {report['images']} shared, then {report['steps']} "
        "for each judge. mAP(neg) with 95 % intervals over photographs; a gap that leaves 0 out is bold.\n"
    )
    lines = [
        head,
        "| kind | n | " + " | ".join(MODELS.values()) + " | gap |",
        "|---|---|" + "---|" * (len(MODELS) + 1),
    ]
    for group, row in report["kinds"].items():
        cells = [f"{row[name]['map_neg']:.3f} [{_bounds(row[name])}]" for name in MODELS]
        gap, (low, high) = f"{row['gap']['map_neg']:+.3f}", row["gap"]["interval"]
        cells.append(f"{gap if low <= 0 <= high else f'**{gap}**'} [{_bounds(row['gap'])}]")
        lines.append(f"| {group} | {row['n']} | {' | '.join(cells)} |")
    accuracies = ", ".join(f"{name} {value:.3f}" for name, value in report["response_accuracy"].items())
    return "\n".join([*lines, f"\nResponse accuracy, each at its own threshold: {accuracies}.\n", _encoder(report["encoder"])])


def _encoder(known: dict[str, Any]) -> str:
    """How well the encoder alone knows what validation photographs are described with, and which words it knows best."""
    figures = {word: (found, share) for word, (found, share) in known["words"].items() if share >= SHOWN}
    best = sorted(figures, key=lambda word: figures[word][0] - figures[word][1], reverse=True)[:15]
    found, share = (sum(one[place] for one in figures.values()) / max(len(figures), 1) for place in (0, 1))
    listed = ", ".join(f"{word} {figures[word][0]:.2f} ({figures[word][1]:.2f})" for word in best)
    return (
        f"The encoder alone, average precision over {len(figures)} words (chance): {found:.3f} ({share:.3f}). Best: {listed}.\n"
    )


def _bounds(row: dict[str, Any]) -> str:
    return ", ".join(f"{bound:.3f}" for bound in row["interval"])


def train_all(splits: Splits, options: argparse.Namespace) -> None:
    """Train what is asked for and not trained yet."""
    options.work.mkdir(parents=True, exist_ok=True)
    teach_encoder(splits, options)
    for name in options.only or (SHARED, *TWINS):
        train_one(name, splits, options)


def splits_of(folder: Path) -> Splits:
    """The photographs with their captions, by split."""
    with (folder / "captions.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {split: [row for row in rows if row["split"] == split] for split in ("train", "validation", "test")}


def report_of(splits: Splits, options: argparse.Namespace) -> dict[str, Any]:
    """Measure what is trained."""
    of_rules = records_of(splits["test"], options.data, captions=5)
    known = frozenset(vocabulary(splits["train"], options.least))
    of_others = borrowed_records(splits["test"], options.data, known)
    judged, scorers = judged_by(options.work, of_rules)
    kinds = measure(judged, of_rules)
    return {
        "machine": machine(), "n": len(of_rules), "photographs": len(splits["test"]),
        **{name: getattr(options, name) for name in ("encoder_steps", "encoder_images", "shared_steps", "steps", "images")},
        "kinds": {"all": kinds.pop("all"), BORROWED: measure(judged_by(options.work, of_others)[0], of_others)["all"], **kinds},
        "response_accuracy": {name: response_accuracy(rows, scorers[name].threshold) for name, rows in judged.items()},
        "encoder": json.loads((options.work / "encoder.done").read_text(encoding="utf-8")),
        "training": {name: (options.work / f"{name}.done").read_text(encoding="utf-8").strip() for name in (SHARED, *TWINS)},
    }  # fmt: skip


def judged_by(work: Path, records: Sequence[Record]) -> tuple[dict[str, list[Judged]], dict[str, Scorer]]:
    """What each of `MODELS` says of the records, and who says it."""
    seeing, blind = (Scorer.load(work / name) for name in TWINS)
    scorers = {"seeing": seeing, "grey": seeing, "blind": blind}
    shown = {name: records if name == "seeing" else greyed(records) for name in scorers}
    return {name: list(judge(scorer, shown[name])) for name, scorer in scorers.items()}, scorers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of Flickr8k")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is trained; the same again goes on")
    parser.add_argument("--only", nargs="+", choices=(SHARED, *TWINS), help="train only this one, and measure nothing")
    parser.add_argument("--least", type=int, default=LEAST, help="photographs a word has to be said of to be taught")
    parser.add_argument("--encoder-steps", type=int, default=3_000)
    parser.add_argument("--encoder-images", type=int, default=32, help="photographs a step of the encoder")
    parser.add_argument("--encoder-lr", type=float, default=3e-4)
    parser.add_argument("--shared-steps", type=int, default=800, help="of the judge before the ways part")
    parser.add_argument("--shared-lr", type=float, default=5e-4)
    parser.add_argument("--steps", type=int, default=700, help="of each judge after that")
    parser.add_argument("--images", type=int, default=16, help="photographs a step of a judge")
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--cloze-weight", type=float, default=1.0)
    parser.add_argument("--save-steps", type=int, default=100)
    parser.add_argument("--eval-steps", type=int, default=0, help="0: measured after the last step only")
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
    print(table(report))
    if options.results:
        (options.results / "photographs.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        (options.results / "photographs.md").write_text(table(report), encoding="utf-8")


if __name__ == "__main__":
    main()
