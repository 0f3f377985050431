"""Drawn scenes that teach: an example of each kind of error beside the desk, and a tutorial. True by construction."""

import io
from typing import Any

from django.db import transaction

from annotator.models import Item, Membership, Project, Role, User
from annotator.services import audit
from annotator.services.checkpoints import ensure_shipped
from annotator.services.checks import Origin, add_check, quoted
from annotator.services.images import store_image
from rewardmodel.scenes import PICTURE_BOOK, Perturbed, Scene, describe, draw, perturb
from rewardmodel.scenes.samples import PROMPT, scene_of
from rewardmodel.taxonomy import Kind

EXAMPLE_SIDE, EXAMPLE_COLOURS = 224, 64
TUTORIAL_SIDE = 384  # pixels
EXAMPLES = {  # scenes with short captions that offer such an error
    Kind.SPATIAL: 169,
    Kind.ATTRIBUTE: 34,
    Kind.BINDING: 265,
    Kind.OBJECT: 140,
    Kind.COUNTING: 186,
    Kind.SMALL_OBJECT: 1227,
    Kind.TEXT: 300,
    Kind.COUNTERFACTUAL: 12,
}
# One scene a kind and two in which nothing is wrong, from what one sees at once to what one overlooks. The included checkpoint
# has not learned from them, so its flags are as good and as bad as elsewhere.
TUTORIAL: tuple[tuple[Kind | None, int], ...] = (
    (Kind.ATTRIBUTE, 16),
    (Kind.OBJECT, 4),
    (None, 27),
    (Kind.COUNTING, 25),
    (Kind.TEXT, 53),
    (Kind.SPATIAL, 63),
    (Kind.COUNTERFACTUAL, 51),
    (Kind.BINDING, 50),
    (None, 14),
    (Kind.SMALL_OBJECT, 69),
)
INSTRUCTIONS = """Ten drawings, each with a caption. In most of them **one thing is wrong**; in some nothing is.

1. Look at the picture, then read *every* word.
2. Mark what the picture does not bear out: select the words and press `f`, or `1` to `8` if you know the kind.
3. Words on a coloured ground are doubted by the model. It can be mistaken in both directions.
4. Press `Enter` when the rest is right.

You are told at once what you missed. Nothing here is used for anything but learning."""


def example(kind: Kind) -> tuple[bytes, dict[str, Any]]:
    """The picture (PNG) and `{"kind", "wrong", "spans", "right"}` of one example."""
    scene = scene_of("train", EXAMPLES[kind], PICTURE_BOOK)
    right, wrong = describe(scene, EXAMPLES[kind]).text, _wrong(scene, kind, EXAMPLES[kind])
    stream = io.BytesIO()
    draw(scene, EXAMPLE_SIDE).quantize(EXAMPLE_COLOURS).save(stream, "PNG", optimize=True)
    spans = [[span.start, span.end] for span in wrong.spans]
    told = {"kind": kind.value, "wrong": wrong.text, "spans": spans, "right": right}
    return stream.getvalue(), told


def _wrong(scene: Scene, kind: Kind, seed: int) -> Perturbed:
    """A caption of a scene with one error of a kind."""
    wrong = perturb(scene, describe(scene, seed), kind, seed)
    if wrong is None:
        raise ValueError(f"Scene {seed} offers no error of the kind {kind}")
    return wrong


@transaction.atomic
def create_tutorial(*, name: str, slug: str, user: User) -> Project:
    """A project of drawn scenes whose answers are known; the person manages it."""
    project = Project.objects.create(
        name=name, slug=slug, instructions=INSTRUCTIONS, active_checkpoint=ensure_shipped(),
        is_tutorial=True, check_every=1, gives_feedback=True,
    )  # fmt: skip
    Membership.objects.create(project=project, user=user, role=Role.MANAGER)
    for kind, number in TUTORIAL:
        _add_scene(project, kind, number, user)
    audit.record(actor=user, act="make tutorial", subject=name, project=project)
    return project


def _add_scene(project: Project, kind: Kind | None, number: int, user: User) -> None:
    scene = scene_of("validation", number, PICTURE_BOOK)
    told = _wrong(scene, kind, number) if kind else Perturbed(describe(scene, number), ())
    stream = io.BytesIO()
    draw(scene, TUTORIAL_SIDE).save(stream, "PNG")
    item = Item(project=project, image=store_image(data=stream.getvalue()), prompt=PROMPT, response=told.text)
    add_check(origin=Origin.DRAWN, item=item, spans=quoted(told.text, told.spans), user=user)
