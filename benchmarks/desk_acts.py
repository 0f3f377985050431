"""How many keys and clicks does a correction take? `python benchmarks/desk_acts.py [--json FILE] [--table FILE]`.

Ten corrections of captions of drawings, each with highlights, with a verdict only, and without help, are carried out in a real
browser by the shortest way that the desk offers, and what the server then has is compared with what was to be done. Counted are
keys (those of a typed word apart), clicks, and the seconds of the Keystroke-Level Model (Card, Moran and Newell, 1980): what
hands and decisions take, without reading. Flags are set by hand; suggestions are the shipped checkpoint's own.

Beside them stands what the same corrections need in Label Studio, counted by the same model from its flow, not carried out: flags
come as predictions and stay as they are, a mistaken one is clicked and deleted, a missed one is drawn with the key of its label,
the text is corrected in a text area that holds the caption, Ctrl Enter submits. It has no suggestions.
"""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.desk_help import ask, worker
from benchmarks.desk_load import Annotator, make_people, start_web
from benchmarks.throwaway import machine, site
from rewardmodel.records import words
from rewardmodel.scenes import PICTURE_BOOK, draw
from rewardmodel.scenes.samples import scene_of
from rewardmodel.taxonomy import KINDS

if TYPE_CHECKING:
    from annotator.models import Item, Project, User

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs an event loop beside the benchmark
# seconds of the Keystroke-Level Model: a key of an average typist, pointing, a press or release, a hand's way, a decision
KEY, POINT, PRESS, HAND, DECISION = 0.28, 1.1, 0.1, 0.4, 1.35
HELPS = ("highlights", "verdict", "none")
LABEL_STUDIO = "Label Studio"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to be done to the words [first, end)."""

    first: int
    end: int
    act: str  # confirm, clear, kind, replace, suggestion, delete or insert (behind the word `first`)
    text: str = ""  # of replace, suggestion and insert; of kind its name
    is_flagged: bool = True


@dataclass(frozen=True, slots=True)
class Correction:
    """A caption, and all that is to be done to it. `corrected` is what must stand there in the end."""

    name: str
    scene: int
    response: str
    changes: tuple[Change, ...]
    corrected: str
    most_keys: int | None = None  # what the desk promises, with highlights, a typed word apart


@dataclass(frozen=True, slots=True)
class Step:
    """One act of the hands. `decides`: it carries out something that was decided just before."""

    kind: str  # key, type, click, shift-click, double-click or drag
    what: str | int = ""
    decides: bool = False


MOUSE = "A tiny mouse is on the floor."
CAT = "A grey cat is in the middle of the picture."
CHAIR = "A big grey chair is to the left of the big purple clock."
GIRL = (
    "There is a man in yellow without a hat on the street. The picture shows a street by day. No horse can be seen. "
    "There is a yellow bicycle with a basket to the right of one girl with a flag."
)
TRUE = f"{MOUSE} {CAT} {CHAIR}"


def wrong(*pairs: tuple[str, str], text: str = TRUE) -> str:
    """The true caption with something else in the place of some of its words."""
    for true, false in pairs:
        text = text.replace(true, false)
    return text


CORRECTIONS = (
    Correction("nothing is wrong", 13, TRUE, (), TRUE, 1),
    Correction(
        "two right flags confirmed", 13, wrong(("grey cat", "white cat"), ("grey chair", "grey sofa")),
        (Change(8, 9, "confirm"), Change(20, 21, "confirm")), wrong(("grey cat", "white cat"), ("grey chair", "grey sofa")), 2,
    ),
    Correction(
        "a mistaken flag, and a word by suggestion", 13, wrong(("grey cat", "white cat")),
        (Change(1, 2, "clear"), Change(8, 9, "suggestion", "grey")), TRUE, 4,
    ),
    Correction("a word typed", 13, wrong(("grey cat", "striped cat")), (Change(8, 9, "replace", "grey"),), TRUE, 3),
    Correction(
        "a word that was not flagged", 13, wrong(("tiny mouse", "tiny duck")),
        (Change(2, 3, "replace", "mouse", is_flagged=False),), TRUE,
    ),
    Correction("three words deleted", 13, wrong(("cat is", "cat with a hat is")), (Change(10, 13, "delete"),), TRUE),
    Correction(
        "a missing word", 13, wrong(("on the floor", "on floor")), (Change(4, 4, "insert", "the", is_flagged=False),), TRUE,
    ),
    Correction(
        "two flags and their kinds", 13, wrong(("grey cat", "white cat"), ("left", "right")),
        (Change(8, 9, "kind", "attribute"), Change(24, 25, "kind", "spatial")),
        wrong(("grey cat", "white cat"), ("left", "right")),
    ),
    Correction(
        "two words that changed places", 13, wrong(("grey chair", "purple chair"), ("purple clock", "grey clock")),
        (Change(19, 20, "replace", "grey"), Change(28, 29, "replace", "purple")), TRUE,
    ),
    Correction(
        "a long caption, two words by suggestion", 24, wrong(("by day", "by night"), ("right of", "left of"), text=GIRL),
        (Change(18, 19, "suggestion", "day"), Change(34, 35, "suggestion", "right")), GIRL,
    ),
)  # fmt: skip


def steps_of(correction: Correction, help_: str) -> Iterator[Step]:
    """The shortest way on the desk. With highlights a flag is selected by itself when the one before it is decided."""
    flags = [change for change in correction.changes if change.is_flagged] if help_ == "highlights" else []
    if flags and all(change.act == "confirm" for change in flags):
        yield Step("key", "a", decides=True)
    else:
        for change in flags:
            yield from _done(change)
    for change in correction.changes:
        if change not in flags:
            yield from _selected(change)
            # what no checkpoint suggests is typed
            yield from _done(replace(change, act="replace") if change.act == "suggestion" else change)
    yield Step("key", "Enter", decides=True)


def _selected(change: Change) -> Iterator[Step]:
    yield Step("click", change.first, decides=True)
    if change.end - change.first > 1:
        yield Step("shift-click", change.end - 1)


def _done(change: Change) -> Iterator[Step]:
    is_at_hand = change.is_flagged  # nothing had to be selected: the decision is this key
    match change.act:
        case "confirm" | "clear" | "delete":
            yield Step("key", {"confirm": "c", "clear": "x", "delete": "Delete"}[change.act], decides=is_at_hand)
        case "kind":
            yield Step("key", str([str(kind) for kind in KINDS].index(change.text) + 1), decides=is_at_hand)
        case "suggestion":
            yield Step("suggestion", change.text, decides=is_at_hand)
        case "replace" | "insert":
            yield Step("key", "r" if change.act == "replace" else "n", decides=is_at_hand)
            yield Step("type", change.text)
            yield Step("key", "Enter")


def label_studio(correction: Correction) -> Iterator[Step]:
    """The same there, with its predictions: regions first, then the text, then submit."""
    for change in correction.changes:
        if change.act == "insert":
            continue
        if change.act == "clear":
            yield from (Step("click", decides=True), Step("key", "Backspace"))
        elif not change.is_flagged:
            yield from (Step("key", "1", decides=True), Step("drag"))
        elif change.act == "kind":
            yield from (Step("click", decides=True), Step("key", "2"))
    for change in correction.changes:
        match change.act:
            case "replace" | "suggestion":
                yield from (Step("double-click", decides=True), Step("type", change.text))
            case "delete":
                yield from (Step("drag", decides=True), Step("key", "Delete"))
            case "insert":
                yield from (Step("click", decides=True), Step("type", f" {change.text}"))
    yield from (Step("key", "Control", decides=True), Step("key", "Enter"))


def counted(steps: Sequence[Step]) -> dict[str, float]:
    """Keys, typed characters, clicks (a double one is one, a drag is one) and seconds of the Keystroke-Level Model."""
    seconds, hand = 0.0, "keyboard"
    for step in steps:
        seconds += DECISION * step.decides
        wanted = "keyboard" if step.kind in {"key", "type", "suggestion"} else "mouse"
        seconds += HAND * (wanted != hand)
        hand = wanted
        match step.kind:
            case "key" | "suggestion":
                seconds += KEY
            case "type":
                seconds += KEY * len(str(step.what))
            case "click":
                seconds += POINT + 2 * PRESS
            case "shift-click":
                seconds += KEY + POINT + 2 * PRESS
            case "double-click":
                seconds += POINT + 4 * PRESS
            case "drag":
                seconds += 2 * (POINT + PRESS)
    return {
        "keys": sum(step.kind in {"key", "suggestion"} for step in steps),
        "typed": sum(len(str(step.what)) for step in steps if step.kind == "type"),
        "clicks": sum("click" in step.kind or step.kind == "drag" for step in steps),
        "seconds": round(seconds, 2),
    }


def make_items(project: "Project", folder: Path) -> dict[str, "Item"]:
    """An item for every correction and help, with the flags that it is to have."""
    from annotator.models import Detection, Item  # noqa: PLC0415 -- settings had to be made first
    from annotator.services.checkpoints import ensure_shipped  # noqa: PLC0415
    from annotator.services.imports import import_file  # noqa: PLC0415
    from annotator.services.pictures import Pictures  # noqa: PLC0415

    uploads = folder / "uploads"
    with (uploads / "items.jsonl").open("w", encoding="utf-8") as lines:
        for number, correction in enumerate(CORRECTIONS):
            draw(scene_of("test", correction.scene, PICTURE_BOOK), 256).save(uploads / f"{correction.scene}.png")
            for help_ in HELPS:
                row = {"id": f"{number}-{help_}", "image": f"{correction.scene}.png", "response": correction.response}
                lines.write(json.dumps(row) + "\n")
        lines.write(json.dumps(row | {"id": "after the last"}) + "\n")
    import_file(project=project, path=uploads / "items.jsonl", pictures=Pictures.of(uploads))
    items = {str(item.external_id): item for item in Item.objects.filter(project=project).select_related("project")}
    for number, correction in enumerate(CORRECTIONS):
        grounded = [0.97] * len(words(correction.response))
        for change in correction.changes:
            if change.is_flagged:
                grounded[change.first : change.end] = [0.05] * (change.end - change.first)
        item = items[f"{number}-highlights"]
        Detection.objects.create(item=item, checkpoint=ensure_shipped(), grounded=grounded)
    return items


def carry_out(page: Page, steps: Sequence[Step]) -> None:
    """Do it in the browser."""
    for step in steps:
        match step.kind:
            case "key":
                page.keyboard.press(str(step.what))
            case "type":
                page.keyboard.type(str(step.what))
            case "click":
                page.locator(f".word[data-n='{step.what}']").click()
            case "shift-click":
                page.locator(f".word[data-n='{step.what}']").click(modifiers=["Shift"])
            case "suggestion":
                offered = page.locator(".suggestion", has=page.get_by_text(str(step.what), exact=True)).first
                expect(offered).to_be_visible(timeout=20_000)
                page.keyboard.press(offered.locator("kbd").inner_text())


def corrected_in_browser(
    page: Page, address: str, item: "Item", correction: Correction, help_: str, user: "User"
) -> dict[str, float]:
    """Carry a correction out, and count it. Ends the benchmark where the server then has something else."""
    from annotator.models import Annotation, Lease  # noqa: PLC0415 -- settings had to be made first
    from annotator.services.queue import take_item  # noqa: PLC0415

    lease = take_item(item=item, user=user)
    assert lease is not None
    Lease.objects.filter(pk=lease.pk).update(arm=help_)
    steps = list(steps_of(correction, help_))
    page.goto(f"{address}/projects/{item.project.slug}/desk/{item.pk}/")
    expect(page.locator("#title")).to_have_text(f"Item {item.pk}")
    carry_out(page, steps)
    expect(page.locator("#title")).not_to_have_text(f"Item {item.pk}")
    expect(page.locator("#saved")).to_have_text("saved")
    annotation = Annotation.objects.get(item=item, annotator=user)
    wrong = [tuple(item.words[change.first]) for change in correction.changes if change.act not in {"clear", "insert"}]
    found = annotation.status, annotation.corrected, [span["start"] for span in annotation.spans]
    if found != ("submitted", correction.corrected, [start for start, _ in wrong]):
        raise SystemExit(f"{correction.name}, {help_}: {found}")
    return counted(steps)


def table(report: dict[str, Any]) -> str:
    """The figures for people."""
    ways = (*HELPS, LABEL_STUDIO)
    lines = [f"| correction | {' | '.join(ways)} |", "|---|" + "---|" * len(ways)]
    for name, row in report["corrections"].items():
        lines.append(f"| {name} | {' | '.join(_cell(row[way]) for way in ways)} |")
    means = [sum(row[way]["seconds"] for row in report["corrections"].values()) / len(report["corrections"]) for way in ways]
    lines.append(f"| mean | {' | '.join(f'{mean:.1f} s' for mean in means)} |")
    return "\n".join(lines) + "\n"


def _cell(figures: dict[str, float]) -> str:
    counts = [f"{figures['keys']} key{'s' * (figures['keys'] != 1)}"]
    counts += [f"{figures['typed']} typed"] if figures["typed"] else []
    counts += [f"{figures['clicks']} click{'s' * (figures['clicks'] != 1)}"] if figures["clicks"] else []
    return f"{', '.join(counts)}: {figures['seconds']:.1f} s"


def await_help(annotator: Annotator, item: "Item", user: "User") -> None:
    """Wait until the helper has loaded the checkpoint and answers."""
    from annotator.services.queue import take_item  # noqa: PLC0415 -- settings had to be made first

    take_item(item=item, user=user)
    while not ask(annotator, item.project, item.pk, "values")[1]:
        time.sleep(0.2)


def run(folder: Path, address: tuple[str, int], project: "Project", person: tuple[int, str]) -> dict[str, Any]:
    """Every correction with every help."""
    from annotator.models import User  # noqa: PLC0415 -- settings had to be made first

    items, user = make_items(project, folder), User.objects.get(pk=person[0])
    await_help(Annotator(address, person, project.slug), items["1-highlights"], user)
    rows: dict[str, Any] = {}
    site_url = f"http://{address[0]}:{address[1]}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.add_cookies([{"name": "tldr_session", "value": person[1], "url": site_url}])
        page = context.new_page()
        for number, correction in enumerate(CORRECTIONS):
            rows[correction.name] = {
                help_: corrected_in_browser(page, site_url, items[f"{number}-{help_}"], correction, help_, user)
                for help_ in HELPS
            } | {LABEL_STUDIO: counted(list(label_studio(correction)))}
            if correction.most_keys and rows[correction.name]["highlights"]["keys"] > correction.most_keys:
                raise SystemExit(f"{correction.name} takes more than {correction.most_keys} keys")
        browser.close()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="file for the results")
    parser.add_argument("--table", type=Path, help="file for the table")
    options = parser.parse_args()
    with site() as (folder, database), ExitStack() as running:
        from annotator.models import Project  # noqa: PLC0415 -- settings had to be made first
        from annotator.services.checkpoints import ensure_shipped  # noqa: PLC0415

        project = Project.objects.create(name="Acts", slug="acts", active_checkpoint=ensure_shipped())
        web = start_web(database, 1, 4)
        running.callback(web.process.wait)
        running.callback(web.process.terminate)
        [person] = make_people(project, 1)
        running.enter_context(worker("help"))
        rows = run(folder, web.address, project, person)
    report = {"machine": machine(), "corrections": rows, "steps": {one.name: asdict(one) for one in CORRECTIONS}}
    print(table(report))
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if options.table:
        options.table.write_text(table(report), encoding="utf-8")


if __name__ == "__main__":
    main()
