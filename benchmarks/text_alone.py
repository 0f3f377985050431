"""How much does the text alone give away? `python benchmarks/text_alone.py [--data captions.jsonl [--exchange]] [--n 8000]`.

A caption that was made wrong should not be known by its words: a model that learns from it would learn to read and not to look.
Naive Bayes over words, pairs and triples learns to tell wrong from clean captions, then ranks those of other images (five folds).
AUC: how often it ranks a wrong caption above a clean one; 0.5 is chance. Drawings without `--data`, else the clean captions of a
file of records, each followed by itself made wrong by the rules, or with `--exchange` with words exchanged so that this figure
should be no better than chance.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.throwaway import machine, publish
from rewardmodel.perturbations.batches import with_exchanged, with_perturbed
from rewardmodel.perturbations.usage import Usage
from rewardmodel.records import Record, read_records
from rewardmodel.scenes import PICTURE_BOOK
from rewardmodel.scenes.samples import judged_scenes
from rewardmodel.taxonomy import KINDS

RESULTS = Path(__file__).parent / "results"
FOLDS = 5
WORDS = r"[^\s.,;:!?\"]+|[.,;:!?\"]"  # stops and quotes are words here: they could give something away
Row = tuple[str, str, str]  # the image, the text, and its kind, empty where it is clean


def drawings(count: int) -> list[Row]:
    """Responses to scenes of the training split, half of them wrong; nothing is drawn."""
    judged = judged_scenes(PICTURE_BOOK, "train", count)
    return [(str(scene.seed), response.text, str(response.spans[0].kind) if response.spans else "") for scene, response in judged]


def captions(file: Path, count: int | None, *, exchange: bool = False) -> list[Row]:
    """The clean records of a file, as many as asked for, each followed by itself made wrong."""
    clean: list[Record] = [record for record in read_records(file) if not record.spans][:count]
    made = with_exchanged(clean, Usage(record.response for record in clean)) if exchange else with_perturbed(clean)
    return [(str(record.image), record.response, str(record.spans[0].kind) if record.spans else "") for record in made]


def measure(rows: Sequence[Row]) -> dict[str, Any]:
    """AUC of all wrong captions against the clean ones, and of each kind's."""
    images, texts, kinds = (np.array(column) for column in zip(*rows, strict=True))
    reader = make_pipeline(CountVectorizer(token_pattern=WORDS, ngram_range=(1, 3), binary=True), MultinomialNB())
    folds = GroupKFold(FOLDS)
    wrong_N = cross_val_predict(reader, texts, kinds != "", groups=images, cv=folds, method="predict_log_proba")
    odds_N = wrong_N[:, 1] - wrong_N[:, 0]
    found = {"all": kinds != ""} | {kind.value: kinds == kind.value for kind in KINDS}
    return {
        name: {"n": int(own_N.sum()), "auc": float(roc_auc_score(own_N[chosen_N], odds_N[chosen_N]))}
        for name, own_N in found.items()
        if own_N.any()
        for chosen_N in [own_N | (kinds == "")]
    }


def table(report: dict[str, Any]) -> str:
    """The figures for people."""
    lines = [
        f"{report['n']} responses of {report['data']}, in {FOLDS} folds.",
        "",
        "| kind | wrong responses | AUC |",
        "|---|---|---|",
    ]
    return "\n".join([*lines, *(f"| {name} | {row['n']} | {row['auc']:.3f} |" for name, row in report["kinds"].items())]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="records (.jsonl) whose clean captions are taken; default: drawings")
    parser.add_argument("--n", type=int, help="how many; default: 8,000 drawings, or all captions of a file")
    parser.add_argument("--exchange", action="store_true", help="exchange words so that the text doesn't tell")
    parser.add_argument("--name", help="what to call the file in the table; default: its own name")
    parser.add_argument(
        "--results", type=Path, help=f"folder for text_alone-NAME.json and .md, as {RESULTS.name}; default: nowhere"
    )
    options = parser.parse_args()
    rows = captions(options.data, options.n, exchange=options.exchange) if options.data else drawings(options.n or 8_000)
    name = options.name or (options.data.stem if options.data else "picturebook")
    report = {"machine": machine(), "data": name, "n": len(rows), "kinds": measure(rows)}
    publish(report, table(report), options.results, f"text_alone-{name}")


if __name__ == "__main__":
    main()
