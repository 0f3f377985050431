"""What several tests of services begin with."""

import pytest

from annotator.models import Item, Project
from annotator.services.checks import Origin, add_check, quoted
from tests.annotator.tutorials import RED


@pytest.fixture
def tutorial(project: Project, item: Item) -> Project:
    """Three scenes, "red" wrong in two of them; the project requires it at 0.7."""
    tutorial = Project.objects.create(name="Learn", slug="learn", is_tutorial=True, check_every=1, gives_feedback=True)
    for spans in (RED, [], RED):
        scene = Item(project=tutorial, image=item.image, response="A red kite.")
        add_check(origin=Origin.DRAWN, item=scene, spans=quoted("A red kite.", spans), user=None)
    project.tutorial, project.pass_mark = tutorial, 0.7
    project.save()
    return tutorial
