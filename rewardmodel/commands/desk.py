"""The commands that do what the desk offers for a doubtful word: `python -m rewardmodel suggest|evidence`.

Each gives the lines to be printed.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardmodel.checkpoints import SHIPPED
from rewardmodel.commands import response

if TYPE_CHECKING:
    from rewardmodel.suggestions import Suggestion


def add_suggest(parser: argparse.ArgumentParser) -> None:
    """The flags of `suggest`."""
    _add_response(parser)
    parser.add_argument(
        "--span", type=int, nargs=2, metavar=("START", "END"), help="passage, in characters; default: every flagged one"
    )
    parser.add_argument("--k", type=int, default=3, help="suggestions for each passage")


def add_evidence(parser: argparse.ArgumentParser) -> None:
    """The flags of `evidence`."""
    _add_response(parser)
    parser.add_argument("--word", type=int, required=True, help="number of the word, from 0")
    parser.add_argument("--out", type=Path, help="image file to draw the heat map to, over the picture")


def _add_response(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", type=Path, default=SHIPPED)
    parser.add_argument("--image", type=Path, required=True)
    parser.add_argument("--prompt", default="")
    parser.add_argument("--response", type=response, required=True)
    parser.add_argument("--json", action="store_true", help="for programs")


def suggest(args: argparse.Namespace) -> Iterator[str]:
    """The best replacements for a passage, or for every flagged one."""
    from rewardmodel.scoring import Request, Scorer  # noqa: PLC0415 -- torch takes seconds, --help should not
    from rewardmodel.suggestions import flagged_passages  # noqa: PLC0415
    from rewardmodel.suggestions import suggest as run  # noqa: PLC0415

    scorer, request = Scorer.load(args.checkpoint), Request(args.image, args.prompt, args.response)
    block = scorer.read(request.image, request.prompt)
    passages = [tuple(args.span)] if args.span else []
    if not args.span:
        values = scorer.score_after(block, request.response)
        passages = [*flagged_passages(request.response, values, scorer.threshold)]
    found = [(passage, run(scorer, request, passage, k=args.k, block=block)) for passage in passages]
    if args.json:
        rows = [{"start": start, "end": end, "suggestions": [*map(asdict, some)]} for (start, end), some in found]
        yield json.dumps({"threshold": scorer.threshold, "passages": rows}, ensure_ascii=False)
        return
    for (start, end), some in found:
        yield f"{args.response[start:end]}  [{start}, {end})"
        yield from (_line(number, one) for number, one in enumerate(some, start=1))
    if not found:
        yield "No word is below the threshold."


def _line(number: int, one: "Suggestion") -> str:
    return f"  {number}  {one.value_of_passage:.3f}  {one.replacement or '(left out)'}  {one.text}"


def evidence(args: argparse.Namespace) -> Iterator[str]:
    """Which part of the picture spoke for a word and which against it; drawn where asked."""
    from rewardmodel.evidence import evidence as run  # noqa: PLC0415 -- torch takes seconds, --help should not
    from rewardmodel.overlays import overlay  # noqa: PLC0415
    from rewardmodel.scoring import Request, Scorer  # noqa: PLC0415

    found = run(Scorer.load(args.checkpoint), Request(args.image, args.prompt, args.response), args.word)
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        overlay(args.image, found.heat).save(args.out)
    word = args.response[found.start : found.end]
    rows = [[round(float(value), 4) for value in row] for row in found.heat]
    if args.json:
        row: dict[str, Any] = {"start": found.start, "end": found.end, "word": word, "grounded": round(found.grounded, 4)}
        yield json.dumps(row | {"strength": round(found.strength, 4), "heat": rows}, ensure_ascii=False)
        return
    yield f"{word}  grounded {found.grounded:.3f}; the loudest patch moves its logit by {found.strength:.2f}"
    for line in rows:
        yield " ".join(f"{value:+.1f}" if abs(value) >= 0.1 else "   ." for value in line)
    if args.out:
        yield str(args.out)
