"""Makes the pictures of docs/annotating.md: `python benchmarks/guide_pictures.py [NAME …]`, all of them unless some are named.

Every state of the desk, and the pages around it, in a real browser on servers of its own, with the demo's drawings and what the
included checkpoint says about them. Run it again when the pages have changed.
"""

import argparse
import io
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Page, expect

from benchmarks.guide import PHONE, Guide, act, judge, press, running

FOLDER = Path(__file__).parent.parent / "docs" / "img"
COLOURS = 64
ARABIC = "طائرة ورقية حمراء فوق البيت الأبيض."
STATES: dict[str, Callable[[Guide], Page]] = {}


def state(name: str) -> Callable[[Callable[[Guide], Page]], Callable[[Guide], Page]]:
    """What brings about what the picture of that name shows."""

    def kept(bring_about: Callable[[Guide], Page]) -> Callable[[Guide], Page]:
        STATES[name] = bring_about
        return bring_about

    return kept


@state("desk")
def highlights(guide: Guide) -> Page:
    return guide.desk()


@state("desk-dark")
def dark(guide: Guide) -> Page:
    return press(guide.desk(color_scheme="dark"), "c")


@state("desk-phone")
def phone(guide: Guide) -> Page:
    return guide.desk(viewport=PHONE, has_touch=True, is_mobile=True)


@state("desk-replaced")
def replaced(guide: Guide) -> Page:
    page = press(guide.desk(), "q", "k")
    expect(page.locator("[data-part='facts']")).to_contain_text("→", timeout=30_000)
    return page


@state("desk-evidence")
def evidence(guide: Guide) -> Page:
    page = press(guide.desk(), "v")
    expect(page.locator("canvas.evidence")).to_be_visible(timeout=30_000)
    return page


@state("desk-writing")
def writing(guide: Guide) -> Page:
    return press(guide.desk(), "n")


@state("desk-box")
def box(guide: Guide) -> Page:
    page = press(guide.desk(), "d")
    stage = page.locator("#stage").bounding_box()
    assert stage is not None
    for share, do in ((0.3, page.mouse.down), (0.6, page.mouse.up)):
        page.mouse.move(stage["x"] + share * stage["width"], stage["y"] + share * stage["height"])
        do()
    expect(page.locator(".box")).to_be_visible()
    return page


@state("desk-undecided")
def undecided(guide: Guide) -> Page:
    return press(guide.desk(), "Enter")


@state("desk-skip")
def skip(guide: Guide) -> Page:
    return press(guide.desk(), "s")


@state("desk-comment")
def comment(guide: Guide) -> Page:
    page = press(guide.desk(), "m")
    page.keyboard.type("The kite is half hidden behind the tower.")
    return page


@state("desk-keys")
def keys(guide: Guide) -> Page:
    return press(guide.desk(), "?")


@state("desk-instructions")
def instructions(guide: Guide) -> Page:
    return press(guide.desk(), "i")


@state("desk-history")
def history(guide: Guide) -> Page:
    for _ in range(4):
        item = guide.unused.pop()
        first, end = guide.flags(item)[0]
        judge(item, guide.alex, act("confirm", first=first, end=end))
    page = press(guide.desk(), "h")
    expect(page.locator("#history a").first).to_be_focused()
    return page


@state("desk-closed")
def closed(guide: Guide) -> Page:
    item = guide.unused.pop()
    first, end = guide.flags(item)[0]
    judge(item, guide.alex, act("confirm", first=first, end=end))
    return guide.open(f"{item.project.slug}/desk/{item.pk}/")


@state("desk-offline")
def offline(guide: Guide) -> Page:
    page = guide.desk()
    page.context.set_offline(offline=True)
    press(page, "c", "x")
    expect(page.locator("#saved")).to_contain_text("2 acts waiting")
    return page


@state("desk-signed-out")
def signed_out(guide: Guide) -> Page:
    page = guide.desk()
    page.context.clear_cookies(name="tldr_session")
    press(page, "c")
    expect(page.locator("#sign-in-dialog").get_by_label("Password")).to_be_visible()
    return page


@state("desk-late")
def late(guide: Guide) -> Page:
    from annotator.models import Lease  # noqa: PLC0415 -- settings had to be made first

    page = guide.desk()
    Lease.objects.all().delete()
    judge(guide.item, guide.mary)
    press(page, "c")
    expect(page.locator("#late")).to_be_visible()
    return page


@state("desk-extra")
def extra(guide: Guide) -> Page:
    from annotator.models import Lease  # noqa: PLC0415 -- settings had to be made first

    page = guide.desk()
    Lease.objects.all().delete()
    judge(guide.item, guide.mary)
    press(page, "a", "Enter")
    expect(page.locator("#extra")).to_be_visible()
    return page


@state("desk-unscored")
def unscored(guide: Guide) -> Page:
    guide.unused[0].detections.all().delete()
    return guide.desk()


@state("desk-verdict")
def verdict(guide: Guide) -> Page:
    return guide.desk(arm="verdict")


@state("desk-check")
def check(guide: Guide) -> Page:
    from annotator.models import Item, Project  # noqa: PLC0415 -- settings had to be made first
    from annotator.services.checks import Origin, add_check  # noqa: PLC0415

    Project.objects.filter(pk=guide.project.pk).update(check_every=50, gives_feedback=True)
    like = guide.unused.pop()
    start, end = like.words[1]
    answer = {"start": start, "end": end, "kind": "attribute", "quote": like.response[start:end], "replacement": None}
    item = Item(project=like.project, image=like.image, prompt=like.prompt, response=like.response)
    made = add_check(origin=Origin.PLANTED, item=item, spans=[answer], user=None)
    page = guide.desk(Item.objects.select_related("project").get(pk=made.item_id), has_help=False)
    press(page, "Enter")
    expect(page.locator("#checked")).to_be_visible()
    Project.objects.filter(pk=guide.project.pk).update(check_every=0, gives_feedback=False)
    return page


@state("desk-right-to-left")
def right_to_left(guide: Guide) -> Page:
    from annotator.models import Item  # noqa: PLC0415 -- settings had to be made first
    from annotator.services.numbers import new_numbers  # noqa: PLC0415
    from rewardmodel.records import words  # noqa: PLC0415

    like = guide.unused.pop()
    spans = [list(word) for word in words(ARABIC)]
    item = Item(project=like.project, image=like.image, response=ARABIC, words=spans, fingerprint="0" * 64, open_slots=1)
    [item.pk] = new_numbers(like.project, 1)
    item.save(force_insert=True)
    detection = like.detections.get()
    detection.pk, detection.item = None, item
    detection.grounded = [0.1 if number == 2 else 0.9 for number in range(len(spans))]
    detection.save(force_insert=True)
    return press(guide.desk(item), "c")


@state("desk-empty")
def empty(guide: Guide) -> Page:
    from annotator.models import Item, Membership, Project, Role  # noqa: PLC0415 -- settings had to be made first

    project = Project.objects.create(name="Kites", slug="kites", active_checkpoint=guide.project.active_checkpoint)
    Membership.objects.create(project=project, user=guide.alex, role=Role.ANNOTATOR)
    item = guide.unused.pop()
    Item.objects.filter(pk=item.pk).update(project=project)
    item.refresh_from_db()
    judge(item, guide.alex)
    return guide.open("kites/desk/")


@state("tutorial-first")
def gate(guide: Guide) -> Page:
    _with_tutorial(guide)
    return guide.open(f"{guide.project.slug}/desk/")


@state("tutorial-told")
def tutorial(guide: Guide) -> Page:
    page = guide.open(f"{_with_tutorial(guide)}/desk/")
    press(page, "a", "Enter")
    expect(page.locator("#checked")).to_be_visible()
    return page


@state("tutorial-end")
def tutorial_end(guide: Guide) -> Page:
    from annotator.models import Check  # noqa: PLC0415 -- settings had to be made first

    slug = _with_tutorial(guide)
    for check in Check.objects.filter(project__slug=slug).select_related("item__project").order_by("pk")[1:]:
        wrong = [n for span in check.spans for n, (a, b) in enumerate(check.item.words) if a < span["end"] and span["start"] < b]
        judge(check.item, guide.alex, *(act("flag", first=number, end=number + 1) for number in wrong))
    return guide.open(f"{slug}/desk/")


def _with_tutorial(guide: Guide) -> str:
    from annotator.models import Membership, Project  # noqa: PLC0415 -- settings had to be made first
    from annotator.services.drawn import create_tutorial  # noqa: PLC0415
    from annotator.services.qualification import enter_tutorial  # noqa: PLC0415

    tutorial = Project.objects.filter(slug="tutorial").first() or create_tutorial(
        name="Tutorial", slug="tutorial", user=guide.mary
    )
    while tutorial.items.filter(detections__isnull=True).exists():
        time.sleep(0.5)
    Project.objects.filter(pk=guide.project.pk).update(tutorial=tutorial)
    enter_tutorial(membership=Membership.objects.select_related("project", "user").get(project=guide.project, user=guide.alex))
    return tutorial.slug


@state("my-work")
def my_work(guide: Guide) -> Page:
    return guide.open(f"{guide.project.slug}/people/me/")


@state("review")
def review(guide: Guide) -> Page:
    from annotator.models import Item, Project  # noqa: PLC0415 -- settings had to be made first

    Project.objects.filter(pk=guide.project.pk).update(annotators_per_item=2)
    item = guide.unused.pop()
    Item.objects.filter(pk=item.pk).update(open_slots=2)
    item.refresh_from_db()
    (first, end), (other, rest), *_ = guide.flags(item)
    judge(item, guide.alex, act("kind", first=first, end=end, kind="attribute"), act("clear", first=other, end=rest))
    judge(item, guide.mary, act("replace", first=first, end=end, text="tall"), act("confirm", first=other, end=rest))
    return press(guide.open(f"{guide.project.slug}/review/{item.pk}/", guide.mary), "1")


@state("desk-alone")
def alone(guide: Guide) -> Page:
    """Comes last: the helper is ended for it."""
    guide.helper.close()
    page = guide.desk(has_help=False)
    expect(page.locator("#suggestions.is-away")).to_be_visible(timeout=30_000)
    return page


def keep(page: Page, path: Path) -> None:
    """The window as a small PNG."""
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(600)  # for what fades in
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(STATES)}")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where they are put")
    options = parser.parse_args()
    if unknown := set(options.names) - set(STATES):
        parser.error(f"there is no picture {', '.join(sorted(unknown))}")
    options.folder.mkdir(parents=True, exist_ok=True)
    with running() as guide:
        for name in options.names or STATES:
            keep(STATES[name](guide), options.folder / f"{name}.png")
            guide.close()
            print(name, flush=True)


if __name__ == "__main__":
    main()
