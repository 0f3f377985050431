"""Does the shipped checkpoint reach its goals? `python benchmarks/shipped.py`: size, load, speed, accuracy, calibration.

Accuracy is measured on unseen drawings (`picturebook:test`), with pictures and with grey ones, which is what the text alone gives
away. Loading is timed in a process of its own once the libraries are imported, and captions a second with the drawings in memory.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.throwaway import machine, publish
from rewardmodel.checkpoints import SHIPPED, weights_sha256
from rewardmodel.data import records_of
from rewardmodel.evaluate import evaluate
from rewardmodel.scenes import PICTURE_BOOK, describe, draw
from rewardmodel.scenes.samples import PROMPT, scene_of
from rewardmodel.scoring import Request, Scorer

RESULTS = Path(__file__).parent / "results"
IMAGES, CAPTIONS = 50, 4  # drawings, and captions of each, that are scored for the speed
LOADING = """
import sys, time
from pathlib import Path
import rewardmodel.backbones, rewardmodel.model
from rewardmodel.scoring import Scorer
began = time.perf_counter()
Scorer.load(Path(sys.argv[1]), "cpu")
print(time.perf_counter() - began)
"""


class Goal(NamedTuple):
    """A figure, and what it should be."""

    name: str
    found: float
    bound: float
    is_most: bool = False  # whether the bound is an upper one

    @property
    def is_met(self) -> bool:
        """Whether it is what it should be."""
        return self.found <= self.bound if self.is_most else self.found >= self.bound


def seconds_to_load(folder: Path) -> float:
    """Of a scorer on the CPU, in a new process, after the imports."""
    done = subprocess.run([sys.executable, "-c", LOADING, str(folder)], check=True, capture_output=True, text=True)
    return float(done.stdout)


def captions_a_second(scorer: Scorer, images: int, captions: int) -> float:
    """The best of three runs on drawings in memory, after one that warms up."""
    requests: list[Request] = []
    for number in range(images):
        scene = scene_of("test", number, PICTURE_BOOK)
        picture = draw(scene, scorer.processor.image_size)
        requests += [Request(picture, PROMPT, describe(scene, 100 * number + turn).text) for turn in range(captions)]
    times = []
    for _ in range(4):
        began = time.perf_counter()
        scorer.score(requests)
        times.append(time.perf_counter() - began)
    return len(requests) / min(times[1:])


def measure(folder: Path, n: int, images: int = IMAGES) -> dict[str, Any]:
    """All figures of a checkpoint."""
    scorer = Scorer.load(folder, "cpu")
    report: dict[str, Any] = {
        "machine": machine(), "weights_sha256": weights_sha256(folder),
        "megabytes": sum(file.stat().st_size for file in folder.iterdir()) / 1e6,
        "seconds_to_load": seconds_to_load(folder),
        "captions_a_second": {count: captions_a_second(scorer, images, count) for count in (1, CAPTIONS)},
        "seeing": evaluate(scorer, records_of("picturebook:test", n)),
    }  # fmt: skip
    scorer.is_blind = True
    return report | {"blind": evaluate(scorer, records_of("picturebook:test", n))}


def goals(report: dict[str, Any]) -> list[Goal]:
    """What the checkpoint should be, beside what it is."""
    seeing, blind = report["seeing"], report["blind"]
    kind, least = min(((name, row["response_accuracy"]) for name, row in seeing["by_kind"].items()), key=lambda pair: pair[1])
    return [
        Goal("mAP(neg)", seeing["map_neg"], 0.97),
        Goal("response accuracy", seeing["response_accuracy"], 0.95),
        Goal(f"response accuracy of the weakest kind ({kind})", least, 0.90),
        Goal("calibration error", seeing["calibration_error"], 0.02, is_most=True),
        Goal("calibration error of doubtful tokens", seeing["doubtful_calibration_error"], 0.05, is_most=True),
        Goal("blind mAP(neg) by its own", blind["map_neg"] / seeing["map_neg"], 0.5, is_most=True),
        Goal("MB on disk", report["megabytes"], 25, is_most=True),
        Goal(f"captions a second, {CAPTIONS} an image", report["captions_a_second"][CAPTIONS], 100),
        Goal("seconds to load", report["seconds_to_load"], 3, is_most=True),
    ]


def table(report: dict[str, Any]) -> str:
    """The figures for people."""
    head = (
        f"The shipped checkpoint on {report['seeing']['n']} scenes of `picturebook:test`, half of them clean; "
        f"one caption an image: {report['captions_a_second'][1]:.0f} captions a second.\n"
    )
    rows: Sequence[str] = [
        f"| {goal.name} | {goal.found:.3g} | {'at most' if goal.is_most else 'at least'} {goal.bound:g} | "
        f"{'yes' if goal.is_met else '**no**'} |"
        for goal in goals(report)
    ]
    return "\n".join([head, "| figure | found | goal | met |", "|---|---|---|---|", *rows]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, default=SHIPPED)
    parser.add_argument("--n", type=int, default=2_000, help="scenes")
    parser.add_argument("--results", type=Path, help=f"folder for shipped.json and .md, as {RESULTS.name}; default: nowhere")
    options = parser.parse_args()
    report = measure(options.checkpoint, options.n)
    publish(report, table(report), options.results, "shipped")
    if not all(goal.is_met for goal in goals(report)):
        raise SystemExit("A goal is missed.")


if __name__ == "__main__":
    main()
