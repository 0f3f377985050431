"""The desk folds events as the server does: the same cases, by hand and at random, through both."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from annotator.services.folding import ClosedError, Step, fold, judgements_to_json
from rewardmodel.taxonomy import KINDS

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "data" / "folds.json").read_text())
WORDS = [[2 * number, 2 * number + 1] for number in range(12)]
NAMES = ("first", "end", "verdict", "kind", "text", "source", "box", "absent")
IN_BROWSER = """async (cases) => {
    const { fold } = await import("/static/js/desk/fold.js");
    return cases.map(({ events, flags }) => {
        try {
            const { undoable, redoable, ...folded } = fold(events.map(([act, payload]) => ({ act, payload })), flags);
            return folded;
        } catch {
            return "refused";
        }
    });
}"""


def expected(case: dict[str, Any]) -> dict[str, Any] | str:
    if case.get("refused"):
        return "refused"
    unseen = [None, False]
    rows = [judgement if len(judgement) == len(NAMES) else judgement + unseen for judgement in case["judgements"]]
    return {
        "judgements": [dict(zip(NAMES, row, strict=True)) for row in rows],
        "comment": case.get("comment", ""),
        "status": case["status"],
        "rest_checked": case.get("rest_checked", False),
        "skip_reason": case.get("skip_reason", ""),
    }


def in_python(case: dict[str, Any]) -> dict[str, Any] | str:
    try:
        folded = fold(WORDS, [Step(act, payload) for act, payload in case["events"]], case["flags"])
    except ClosedError:
        return "refused"
    return {
        "judgements": json.loads(json.dumps(judgements_to_json(folded.judgements))),
        "comment": folded.comment,
        "status": folded.status,
        "rest_checked": folded.rest_checked,
        "skip_reason": folded.skip_reason,
    }


def random_case(seed: int) -> dict[str, Any]:
    chance = random.Random(seed)
    acts = ["confirm", "clear", "flag", "kind", "replace", "insert", "evidence"] * 3 + ["undo"] * 5 + ["redo"] * 4 + ["comment"]
    acts += ["submit", "skip"] if seed % 4 == 0 else []
    flags = sorted(chance.sample([[0, 2], [3, 4], [6, 9], [10, 11]], chance.randrange(5)))
    return {
        "flags": flags,
        "events": [[act, random_payload(act, chance)] for act in chance.choices(acts, k=chance.randrange(1, 14))],
    }


def random_payload(act: str, chance: random.Random) -> dict[str, Any]:
    if act in {"undo", "redo", "submit", "skip"}:
        return {"submit": {"rest_checked": True}, "skip": {"reason": "?"}}.get(act, {})
    if act == "comment":
        return {"text": str(chance.random())}
    if act == "insert":
        return {
            "at": chance.randrange(13),
            "text": chance.choice(["", "cat", "dog"]),
            "kind": chance.choice([None, *map(str, KINDS)]),
        }
    first = chance.randrange(11)
    payload: dict[str, Any] = {"first": first, "end": chance.randrange(first + (act != "evidence"), 13)}
    if act == "evidence":
        box = chance.choice([None, [0.0, 0.25, 0.5, 1.0]])
        return payload | {"box": box, "absent": box is None and chance.random() < 0.5}
    if act == "replace":
        payload["text"] = chance.choice(["", "cat"])
    if act != "clear":
        payload["kind"] = chance.choice([None, *map(str, KINDS)])
    return payload


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_server_folds_as_written_down(case: dict[str, Any]) -> None:
    assert in_python(case) == expected(case)


def test_the_browser_folds_as_the_server_does(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    cases = [*CASES, *map(random_case, range(500))]
    in_browser = page.evaluate(IN_BROWSER, cases)
    for case, folded in zip(cases, in_browser, strict=True):
        assert folded == in_python(case), case
