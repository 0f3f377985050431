"""People who know the truth: they judge drawings of the picture-book world as the world itself would."""

import io
import uuid
from collections.abc import Sequence

from django.utils import timezone
from PIL import Image as Picture

from annotator.models import Act, Annotation, Image, Item, Project, User
from annotator.services.annotations import save_events
from annotator.services.images import store_image
from annotator.services.imports import fingerprint_of
from rewardmodel.records import Span, words
from rewardmodel.scenes import WORLDS
from rewardmodel.scenes.samples import picturebook_records


def drawn_items(project: Project, count: int) -> list[tuple[Item, Sequence[Span]]]:
    """Items on drawings of their own, every second one wrong, each with what is wrong in it."""
    drawn: list[tuple[Item, Sequence[Span]]] = []
    for record in picturebook_records(WORLDS["picturebook"], "train", count, 64):
        stream = io.BytesIO()
        assert isinstance(record.image, Picture.Image)
        record.image.save(stream, "PNG")
        item = make_item(project, store_image(data=stream.getvalue()), record.response)
        drawn.append((item, record.spans))
    return drawn


def make_item(project: Project, image: Image, response: str) -> Item:
    """One item that waits for people."""
    fingerprint = fingerprint_of(image_sha256=image.sha256, prompt="", response=response, external_id=None)
    return Item.objects.create(
        project=project, image=image, response=response, words=[list(word) for word in words(response)], fingerprint=fingerprint
    )


def judge(item: Item, user: User, spans: Sequence[Span], *, rest_checked: bool = True, text: str | None = None) -> Annotation:
    """Flag the words of the spans (with `text`: replace them), and submit."""
    events = []
    for span in spans:
        touched = [number for number, (start, end) in enumerate(item.words) if span.touches(start, end)]
        payload = {"first": touched[0], "end": touched[-1] + 1, "kind": span.kind.value if span.kind else None}
        events.append((Act.FLAG, payload) if text is None else (Act.REPLACE, {**payload, "text": text}))
    events.append((Act.SUBMIT, {"rest_checked": rest_checked}))
    keyed = [{"key": uuid.uuid4(), "act": act.value, "payload": payload, "at": timezone.now()} for act, payload in events]
    return save_events(item=item, user=user, events=keyed).annotation
