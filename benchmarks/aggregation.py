"""From tokens to one verdict on a response: does the veto cost anything? `python benchmarks/aggregation.py [--n 2000]`.

The paper's response is good if every token is (equation 4), and it blames that veto for the two kinds on which its model loses to
a naive one: a single doubtful token is enough. Here the same token values of the shipped checkpoint are put together in other
ways; each way's threshold is chosen on validation scenes and measured on test scenes, kind by kind, with bootstrap intervals over
responses. Beside them the veto on grey pictures, which is what the text alone gives away.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.throwaway import machine, publish
from rewardmodel.checkpoints import SHIPPED, weights_sha256
from rewardmodel.data import records_of
from rewardmodel.evaluate import judge
from rewardmodel.intervals import interval, resampled
from rewardmodel.metrics import Judged, balanced_accuracies, best_cut, group_shares, groups
from rewardmodel.scoring import Scorer
from rewardmodel.taxonomy import KINDS

RESULTS = Path(__file__).parent / "results"
LEAST = 1e-6  # a value below this counts as this, so that its logarithm exists
Way = Callable[[np.ndarray], float]
WAYS: dict[str, Way] = {
    "veto (lowest token)": lambda values_T: float(values_T.min()),
    "product": lambda values_T: float(np.log(values_T).sum()),
    "two lowest tokens": lambda values_T: float(np.log(np.sort(values_T)[:2]).mean()),
    "geometric mean": lambda values_T: float(np.log(values_T).mean()),
    "mean": lambda values_T: float(values_T.mean()),
}
BLIND = "veto, grey pictures"


def scores(judged: Sequence[Judged], way: Way) -> np.ndarray:
    """One number a response, higher is better, (N,)."""
    return np.array([way(np.maximum(one.values, LEAST)) for one in judged])


def measure(chosen_on: Sequence[Judged], judged: Sequence[Judged], way: Way) -> dict[str, Any]:
    """Response accuracy of all responses and, against the clean ones, of each kind (chance is 0.5), with 95 % intervals."""
    known_N = scores(chosen_on, way)
    bounds = (known_N.min() - 1.0, known_N.max() + 1.0)  # ways have ranges of their own
    cut = best_cut(known_N, np.array([one.is_clean for one in chosen_on]), bounds)
    rights_N = (scores(judged, way) >= cut) == np.array([one.is_clean for one in judged])
    groups_GN = groups(judged)

    def measures(weights_N: np.ndarray) -> np.ndarray:
        balanced = balanced_accuracies(group_shares(rights_N, groups_GN, weights_N))
        return np.array([rights_N @ weights_N / weights_N.sum(), *balanced])

    plain, samples = measures(np.ones(len(judged))), resampled(len(judged), measures).T
    names = ["all", *(kind.value for kind in KINDS)]
    figures = {name: {"value": float(plain[place]), "interval": interval(samples[place])} for place, name in enumerate(names)}
    return {"threshold": cut, **figures}


def table(report: dict[str, Any]) -> str:
    """The figures for people."""
    names = ["all", *(kind.value for kind in KINDS)]
    lines = ["| way | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for way, row in report["ways"].items():
        cells = [f"{row[name]['value']:.3f} [{row[name]['interval'][0]:.3f}, {row[name]['interval'][1]:.3f}]" for name in names]
        lines.append(f"| {way} | {' | '.join(cells)} |")
    head = f"Response accuracy of the shipped checkpoint on {report['n']} scenes of `picturebook:test`, half of them clean.\n\n"
    return head + "\n".join(lines) + "\n"


def run(folder: Path, n: int) -> dict[str, Any]:
    """All ways, and the blind one."""
    scorer = Scorer.load(folder)
    chosen_on = list(judge(scorer, records_of("picturebook:validation", n)))
    judged = list(judge(scorer, records_of("picturebook:test", n)))
    ways = {name: measure(chosen_on, judged, way) for name, way in WAYS.items()}
    scorer.is_blind = True
    blind_chosen, blind = (list(judge(scorer, records_of(f"picturebook:{split}", n))) for split in ("validation", "test"))
    ways[BLIND] = measure(blind_chosen, blind, WAYS["veto (lowest token)"])
    return {"machine": machine(), "checkpoint": weights_sha256(folder), "n": n, "ways": ways}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, default=SHIPPED)
    parser.add_argument("--n", type=int, default=2_000, help="scenes of each split")
    parser.add_argument("--results", type=Path, help=f"folder for aggregation.json and .md, as {RESULTS.name}; default: nowhere")
    options = parser.parse_args()
    report = run(options.checkpoint, options.n)
    publish(report, table(report), options.results, "aggregation")


if __name__ == "__main__":
    main()
