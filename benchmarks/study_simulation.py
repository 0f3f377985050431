"""Does a study find what is there? `python benchmarks/study_simulation.py [--quick] [--results FOLDER]`.

Made-up annotators work through made-up captions. Who gets which help is drawn by the code that draws it at the desk
(`annotator/services/assignment.py`), and what they did is judged by the code of the study's page
(`annotator/services/study_estimates.py`). What they are like is planted, so that it is known what the estimates should say:

- each person has a speed of their own, gets quicker with practice, and gains from highlights a little more or less than others;
- each caption has a difficulty, which falls along the queue as the doubt does, and chance does the rest (log-normal);
- each error is flagged or not; people find it with a probability that may depend on that, and now and then mark what is right.

Of each planted effect many studies are simulated. An interval is good if it holds the truth in 95 % of them.
"""

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from statistics import fmean, median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from annotator.services.assignment import block_start, next_arm
from annotator.services.study_estimates import Judged, missed_errors, more_missed, speedup
from benchmarks.throwaway import machine, publish

RESULTS = Path(__file__).parent / "results"
ARMS = ("verdict", "highlights")
SECONDS = 110.0  # of a caption with a verdict, as in the paper's Table 7
PEOPLE_SD, CAPTION_SD, CHANCE_SD, GAIN_SD = 0.35, 0.3, 0.4, 0.1  # of logarithms of seconds; GAIN_SD of those of speed-ups
PRACTICE, SOON = 0.25, 30.0  # people end up quicker by so much (in logarithms), most of it within so many captions
EASIER = 0.4  # how much easier the last caption is than the first, in logarithms
MOST_ERRORS, FLAGGED, FOUND, MARKED_RIGHT = 3, 0.7, 0.85, 0.05  # of a caption; shares of errors; of captions

Run = tuple[int, int]
RIGHT_WORDS: Run = (90, 91)  # what people mark by mistake


@dataclass(frozen=True, slots=True)
class Planted:
    """What is so in truth: `times` as fast with highlights, the shares of errors found with them, and how large the study is."""

    name: str
    times: float
    people: int
    captions: int  # of each person
    overlap: int = 1  # how many people judge the same captions
    flagged_found: float = FOUND
    others_found: float = FOUND


PLANTED = [
    Planted("3.4 times, three people", 3.4, people=3, captions=40),
    Planted("3.4 times, eight people in pairs", 3.4, people=8, captions=60, overlap=2),
    Planted("no difference, three people", 1.0, people=3, captions=40),
    Planted("no difference, eight people in pairs", 1.0, people=8, captions=60, overlap=2),
    Planted("3.4 times, blind beside flags", 3.4, people=8, captions=60, overlap=2, others_found=0.4),
    Planted(
        "3.4 times, blind beside flags, keener on them",
        3.4,
        people=8,
        captions=60,
        overlap=2,
        flagged_found=0.97,
        others_found=0.5,
    ),
]


@dataclass(frozen=True, slots=True)
class Caption:
    """A made-up caption: how hard it is, and its errors, each with whether it is flagged."""

    difficulty: float
    errors: list[tuple[Run, bool]]


class Person:
    """A made-up annotator with a pace of their own."""

    def __init__(self, number: int, planted: Planted, chance: Random) -> None:
        self.number, self.planted, self.chance = number, planted, chance
        self.pace = math.log(SECONDS) + chance.gauss(0, PEOPLE_SD)
        self.gain = math.log(planted.times) + chance.gauss(0, GAIN_SD)

    def seconds(self, caption: Caption, arm: str, place: int) -> float:
        """How long they take for their caption number `place`."""
        practice = PRACTICE * (1 - math.exp(-place / SOON))
        gain = self.gain if arm == "highlights" else 0.0
        return math.exp(self.pace + caption.difficulty - practice - gain + self.chance.gauss(0, CHANCE_SD))

    def runs(self, caption: Caption, arm: str) -> list[Run]:
        """What they mark as wrong."""
        shares = (self.planted.others_found, self.planted.flagged_found) if arm == "highlights" else (FOUND, FOUND)
        found = [run for run, is_flagged in caption.errors if self.chance.random() < shares[is_flagged]]
        return [*found, RIGHT_WORDS] if self.chance.random() < MARKED_RIGHT else found


def captions_of(count: int, chance: Random) -> list[Caption]:
    """Captions in the order of the queue: the doubtful and hard ones first."""
    made = []
    for place in range(count):
        errors = [
            ((10 * number, 10 * number + 2), chance.random() < FLAGGED) for number in range(chance.randrange(MOST_ERRORS + 1))
        ]
        made.append(Caption(chance.gauss(-EASIER * place / count, CAPTION_SD), errors))
    return made


def study(planted: Planted, chance: Random) -> tuple[list[Judged], float]:
    """The rows of one study, and how many times as fast its people are in truth."""
    people = [Person(number, planted, chance) for number in range(planted.people)]
    seed = chance.randrange(2**31)
    rows: list[Judged] = []
    for first in range(0, planted.people, planted.overlap):
        rows += judged_by(people[first : first + planted.overlap], captions_of(planted.captions, chance), seed)
    return rows, math.exp(fmean(person.gain for person in people))


def judged_by(team: Sequence[Person], captions: Sequence[Caption], seed: int) -> list[Judged]:
    """The rows of people who judge the same captions, each without seeing the others."""
    given: dict[int, list[str]] = {person.number: [] for person in team}
    rows = []
    for place, caption in enumerate(captions):
        for person in team:
            own = given[person.number]
            others = [given[other.number][place] for other in team if len(given[other.number]) > place]
            used = own[block_start(place, ARMS) :]
            own.append(next_arm(ARMS, seed=seed, person=person.number, place=place, used=used, others=others))
        runs = {person.number: person.runs(caption, given[person.number][place]) for person in team}
        for person in team:
            arm, own_runs = given[person.number][place], runs[person.number]
            errors = missed_errors(own_runs, [runs[other.number] for other in team if other is not person])
            wrong = sum(end - start for start, end in own_runs)
            item = team[0].number * 10_000 + place
            rows.append(Judged(item, person.number, arm, place, person.seconds(caption, arm, place), wrong, *errors))
    return rows


def repeat(planted: Planted, studies: int, seed: int = 0) -> dict[str, Any]:
    """Many studies of the same truth, and how well they find it."""
    chance = Random(f"{planted.name} {seed}")
    found = [one for number in range(studies) if (one := _one(planted, chance, number))]
    missed = [one["missed"] for one in found if one["missed"]]
    return {
        "planted": asdict(planted),
        "studies": len(found),
        "speedup": {
            "median": median(one["ratio"] for one in found),
            "bias": math.exp(fmean(math.log(one["ratio"] / planted.times) for one in found)) - 1,
            "ratio_of_means": median(one["ratio_of_means"] for one in found),
            "these_people": _covered(found, "these_people", lambda one: one["truth"]),
            "other_people": _covered(found, "other_people", lambda _: planted.times),
        },
        "missed": _missed(missed) if missed else None,
    }


def _one(planted: Planted, chance: Random, number: int) -> dict[str, Any] | None:
    rows, truth = study(planted, chance)
    fast, missed = speedup(rows, *reversed(ARMS), seed=number), more_missed(rows, *reversed(ARMS))
    return asdict(fast) | {"truth": truth, "missed": missed and asdict(missed)} if fast else None


def _covered(found: Sequence[dict[str, Any]], name: str, truth: Callable[[dict[str, Any]], float]) -> dict[str, float]:
    """In how many studies an interval holds the truth, how often it leaves out 1 (no difference), and how wide it is."""
    ends = [(one[name], truth(one)) for one in found]
    return {
        "covers": fmean(low <= true <= high for (low, high), true in ends),
        "leaves_out_1": fmean(not low <= 1 <= high for (low, high), _ in ends),
        "width": median(high / low for (low, high), _ in ends),
    }


def _missed(missed: Sequence[dict[str, Any]]) -> dict[str, float]:
    """The difference of missed errors on average, and how often its interval is above, or holds, zero and that average."""
    mean = fmean(one["difference"] for one in missed)
    return {
        "difference": mean,
        "covers": fmean(one["interval"][0] <= mean <= one["interval"][1] for one in missed),
        "above_0": fmean(one["interval"][0] > 0 for one in missed),
        "below_0": fmean(one["interval"][1] < 0 for one in missed),
    }


def table(report: dict[str, Any]) -> str:
    """The figures for people."""
    heads = [
        "planted", "found (median)", "bias", "holds the truth of these people", "of other people", "leaves out 1",
        "more missed with highlights (mean)", "found to be more", "interval holds the mean",
    ]  # fmt: skip
    note = f"{report['studies']} simulated studies of each truth. 95 % intervals: 95 % should hold it."
    lines = [note, "", f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for one in report["planted"]:
        speed, missed = one["speedup"], one["missed"]
        cells = [one["planted"]["name"], f"{speed['median']:.2f}", f"{speed['bias']:+.1%}"]
        cells += [f"{speed[name]['covers']:.1%}" for name in ("these_people", "other_people")]
        cells.append(f"{speed['other_people']['leaves_out_1']:.1%}")
        cells += [f"{missed['difference']:+.3f}", f"{missed['above_0']:.1%}", f"{missed['covers']:.1%}"] if missed else [""] * 3
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=1_000, help="simulated studies of each planted truth")
    parser.add_argument("--seed", type=int, default=0, help="another seed makes up other people and captions")
    parser.add_argument("--quick", action="store_true", help="20 of each: a smoke test")
    parser.add_argument(
        "--results", type=Path, help=f"folder for study_simulation.json and .md, as {RESULTS.name}; default: nowhere"
    )
    options = parser.parse_args()
    studies = 20 if options.quick else options.studies
    planted = [repeat(one, studies, options.seed) for one in PLANTED]
    report = {"machine": machine(), "studies": studies, "seed": options.seed, "planted": planted}
    publish(report, table(report), options.results, "study_simulation")


if __name__ == "__main__":
    main()
