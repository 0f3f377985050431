"""How long does a person wait for the page itself? `python benchmarks/desk_wait.py [--json FILE] [--table FILE]`.

In a real browser on real servers. First what a key costs in a response of 3,000 words, all of them in one paragraph or in
paragraphs of 70, with the instructions beside the desk or without them: milliseconds of script, style and layout, as the browser
counts them, and from the key to the moment when its frame is ready to be painted. Then how long it takes from the key that
submits an item until the next one is there, with its picture decoded; the pictures are photographs' size, 2,400 pixels wide.
"""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import CDPSession, Page, expect, sync_playwright

from benchmarks.desk_load import make_people, percentiles, start_web
from benchmarks.throwaway import machine, site

if TYPE_CHECKING:
    from annotator.models import Project

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs an event loop beside the benchmark
SENTENCE = "A red kite flies over the white house near the sea."
LONG = SENTENCE.split() * 273  # about 3,000 words
PARAGRAPH = 70
RESPONSES = {"one paragraph": " ".join(LONG), "paragraphs": ""}
RESPONSES["paragraphs"] = "\n".join(" ".join(LONG[at : at + PARAGRAPH]) for at in range(0, len(LONG), PARAGRAPH))
DOUBTED = 50  # one word of so many is flagged
# what each key does, in the order in which they are pressed
KEYS = {
    "next word": "ArrowRight", "wrong": "c", "undo": "u", "open an input": "r", "type in it": "z", "replace": "Enter",
    "next flag": "j", "open a slot": "n", "type there": "y", "insert": "Enter",
}  # fmt: skip
WORK = ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration")
SIZE = (2_400, 1_800)

# the time of the next frame that is ready to be painted after a key
WATCH_KEYS = """() => {
  window.frames_ms = [];
  addEventListener("keydown", (event) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => window.frames_ms.push(performance.now() - event.timeStamp);
    port2.postMessage(null);
  }), true);
}"""
# from Enter until another title is shown and the picture under it is decoded
WATCH_ITEMS = """() => {
  window.items_ms = [];
  let since = null;
  addEventListener("keydown", (event) => { if (event.key === "Enter") since = event.timeStamp; }, true);
  new MutationObserver(async () => {
    const began = since;
    await document.querySelector("#stage img").decode();
    requestAnimationFrame(() => window.items_ms.push(performance.now() - began));
  }).observe(document.getElementById("title"), { childList: true });
}"""


def make_project(folder: Path, items: int) -> "Project":
    """The long responses, then so many short ones, each with a picture of its own."""
    from annotator.models import Detection, Item, Project  # noqa: PLC0415 -- settings had to be made first
    from annotator.services.checkpoints import ensure_shipped  # noqa: PLC0415
    from annotator.services.imports import import_file  # noqa: PLC0415
    from annotator.services.pictures import Pictures  # noqa: PLC0415

    project = Project.objects.create(
        name="Wait", slug="wait", instructions="Judge every word.", active_checkpoint=ensure_shipped()
    )
    uploads, rng = folder / "uploads", np.random.default_rng(0)
    responses = [*RESPONSES.values(), *[SENTENCE] * items]
    with (uploads / "items.jsonl").open("w", encoding="utf-8") as lines:
        for number, response in enumerate(responses):
            coarse = Image.fromarray(rng.integers(0, 256, (18, 24, 3), np.uint8))
            coarse.resize(SIZE, Image.Resampling.BICUBIC).save(uploads / f"{number}.jpg", quality=90)
            lines.write(json.dumps({"id": f"{number}", "image": f"{number}.jpg", "response": response}) + "\n")
    import_file(project=project, path=uploads / "items.jsonl", pictures=Pictures.of(uploads))
    for item in Item.objects.filter(project=project):
        grounded = [0.1 if number % DOUBTED == 1 else 0.95 for number in range(len(item.words))]
        Detection.objects.create(item=item, checkpoint=ensure_shipped(), grounded=grounded)
    return project


def keys_in(page: Page, browser: CDPSession, rounds: int) -> dict[str, Any]:
    """What each of `KEYS` costs on the item that the page shows."""
    work: dict[str, list[float]] = {name: [] for name in KEYS}
    for _ in range(rounds):
        for name, key in KEYS.items():
            before = work_of(browser)
            page.keyboard.press(key)
            page.wait_for_timeout(500)  # until what follows from it, as saving, is over too
            work[name].append(work_of(browser) - before)
    frames = dict.fromkeys(KEYS, 0.0)
    for number, took in enumerate(page.evaluate("window.frames_ms")):
        name = list(KEYS)[number % len(KEYS)]
        frames[name] = max(frames[name], took)
    return {name: {"work_ms": percentiles(work[name])["p50"], "frame_ms": round(frames[name], 1)} for name in KEYS}


def work_of(browser: CDPSession) -> float:
    """Milliseconds of script, style and layout since the page was opened."""
    metrics = {one["name"]: one["value"] for one in browser.send("Performance.getMetrics")["metrics"]}
    return 1_000 * float(sum(metrics[name] for name in WORK))


def items_shown(page: Page, items: int) -> list[float]:
    """Milliseconds from submitting each item to the next one. As after a moment's reading: what is fetched ahead has come."""
    page.evaluate(WATCH_ITEMS)
    for _ in range(items):
        title = page.locator("#title").inner_text()
        page.wait_for_timeout(1_500)
        page.keyboard.press("a")
        page.keyboard.press("Enter")
        expect(page.locator("#title")).not_to_have_text(title)
    page.wait_for_timeout(500)
    return [float(took) for took in page.evaluate("window.items_ms")]


def run(address: str, person: tuple[int, str], project: "Project", rounds: int, items: int) -> dict[str, Any]:
    """Everything, in one browser."""
    from annotator.models import Item, User  # noqa: PLC0415 -- settings had to be made first
    from annotator.services.queue import release, take_item  # noqa: PLC0415

    user = User.objects.get(pk=person[0])
    found = {item.external_id: item for item in Item.objects.filter(project=project).select_related("project")}
    keys: dict[str, Any] = {}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        context = chromium.new_context(viewport={"width": 1280, "height": 800})
        context.add_cookies([{"name": "tldr_session", "value": person[1], "url": address}])
        page = context.new_page()
        browser = context.new_cdp_session(page)
        browser.send("Performance.enable")
        for number, name in enumerate(RESPONSES):
            item = found[str(number)]
            lease = take_item(item=item, user=user)
            assert lease is not None
            for has_instructions in (False, True):
                page.goto(f"{address}/projects/wait/desk/{item.pk}/")
                expect(page.locator(".word[data-n='1']")).to_be_focused()
                if has_instructions:
                    page.keyboard.press("i")
                page.wait_for_timeout(1_000)
                page.evaluate(WATCH_KEYS)
                keys[f"{name}{', instructions beside it' * has_instructions}"] = keys_in(page, browser, rounds)
            release(lease=lease)
            Item.objects.filter(pk=item.pk).update(open_slots=0)  # it doesn't come again
        page.goto(f"{address}/projects/wait/desk/")
        waits = items_shown(page, items)
        chromium.close()
    return {"keys": keys, "items": {"n": len(waits), **percentiles(waits), "most": round(max(waits), 1)}}


def table(report: Mapping[str, Any]) -> str:
    """The figures for people."""
    lines = [f"| key, in {len(LONG):,} words | {' | '.join(report['keys'])} |", "|---|" + "---|" * len(report["keys"])]
    for name in KEYS:
        cells = [f"{rows[name]['work_ms']:.0f}, {rows[name]['frame_ms']:.0f} ms" for rows in report["keys"].values()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    items = report["items"]
    lines.append(
        f"\nSubmit to next item: p50 {items['p50']:.0f}, p95 {items['p95']:.0f}, most {items['most']:.0f} ms, {items['n']} times."
    )
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="times that each key is pressed")
    parser.add_argument("--items", type=int, default=40, help="that are submitted")
    parser.add_argument("--json", type=Path, help="file for the results")
    parser.add_argument("--table", type=Path, help="file for the table")
    options = parser.parse_args(arguments)
    with site() as (folder, database), ExitStack() as running:
        project = make_project(folder, options.items + 2)
        web = start_web(database, 1, 4)
        running.callback(web.process.wait)
        running.callback(web.process.terminate)
        [person] = make_people(project, 1)
        found = run(f"http://{web.address[0]}:{web.address[1]}", person, project, options.rounds, options.items)
    report = {"machine": machine(), **found}
    print(table(report))
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if options.table:
        options.table.write_text(table(report), encoding="utf-8")


if __name__ == "__main__":
    main()
