"""How many tokens of a response should be read together? `python benchmarks/long_responses.py [--scenes 40]`.

The shipped checkpoint learned from captions of up to 47 tokens. Here responses are made longer: true captions of one drawing,
one after the other, of which one in five is made wrong. They are read in windows of different sizes that do not see each other
(the card's `window`), and measured by the truth.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.throwaway import machine, publish
from rewardmodel.checkpoints import SHIPPED, weights_sha256
from rewardmodel.evaluate import judge
from rewardmodel.metrics import map_neg, token_accuracy
from rewardmodel.records import Record, Span
from rewardmodel.scenes import PICTURE_BOOK, describe, draw
from rewardmodel.scenes.samples import perturbed, scene_of
from rewardmodel.scoring import Scorer
from rewardmodel.taxonomy import KINDS

RESULTS = Path(__file__).parent / "results"
WRONG = 5  # one caption in so many


def long_records(scenes: int, captions: int, size: int) -> Iterator[Record]:
    """A record a validation scene: so many captions of it in one response."""
    for number in range(scenes):
        scene, text, spans = scene_of("validation", number, PICTURE_BOOK), "", list[Span]()
        for turn in range(captions):
            seed = 1_000 * number + turn
            wrong = perturbed(scene, [KINDS[(number + turn) % len(KINDS)]], seed) if (number + turn) % WRONG == 0 else None
            text += " " * bool(text)
            spans += [Span(len(text) + one.start, len(text) + one.end, one.kind) for one in (wrong.spans if wrong else ())]
            text += wrong.text if wrong else describe(scene, seed).text
        yield Record(draw(scene, size), "", text, tuple(spans))


def measure(scorer: Scorer, records: Sequence[Record], windows: Sequence[int]) -> dict[str, dict[str, float]]:
    """mAP(neg) and A_T at the checkpoint's threshold, by window."""
    card, figures = scorer.card, {}
    for window in windows:
        scorer.card = replace(card, window=window)
        judged = list(judge(scorer, records))
        figures[str(window)] = {"map_neg": map_neg(judged), "token_accuracy": token_accuracy(judged, scorer.threshold)}
    scorer.card = card
    return figures


def table(report: dict[str, Any]) -> str:
    """The figures for people."""
    heads = [f"{name}, {row['tokens']:.0f} tokens" for name, row in report["responses"].items()]
    lines = [
        f"{report['scenes']} drawings of `picturebook:validation`; mAP(neg) and token accuracy by the tokens read together.",
        "",
        "| window | " + " | ".join(f"{head}: mAP(neg) | A_T" for head in heads) + " |",
        "|---|" + "---|---|" * len(heads),
    ]
    for window in report["windows"]:
        rows = [row["by_window"][str(window)] for row in report["responses"].values()]
        lines.append(f"| {window} | " + " | ".join(f"{row['map_neg']:.3f} | {row['token_accuracy']:.4f}" for row in rows) + " |")
    return "\n".join(lines) + "\n"


def run(options: argparse.Namespace) -> dict[str, Any]:
    """All lengths and windows."""
    scorer = Scorer.load(SHIPPED)
    responses = {}
    for captions in options.captions:
        records = list(long_records(options.scenes, captions, scorer.processor.image_size))
        tokens = sum(len(scorer.processor.response(record.response).ids) for record in records) / len(records)
        responses[f"{captions} captions"] = {"tokens": tokens, "by_window": measure(scorer, records, options.windows)}
    shown = {"checkpoint": weights_sha256(SHIPPED), "scenes": options.scenes, "windows": options.windows}
    return {"machine": machine(), **shown, "responses": responses}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=40)
    parser.add_argument("--captions", type=int, nargs="+", default=[3, 10, 30], help="in a response")
    parser.add_argument("--windows", type=int, nargs="+", default=[32, 48, 64, 96, 128, 192, 384, 1024])
    parser.add_argument(
        "--results", type=Path, help=f"folder for long_responses.json and .md, as {RESULTS.name}; default: nowhere"
    )
    options = parser.parse_args()
    report = run(options)
    publish(report, table(report), options.results, "long_responses")


if __name__ == "__main__":
    main()
