"""Two thousand pictures with a caption each, made once for all tests here."""

import pytest

from rewardmodel.scenes import Caption, Scene, describe, make_scene


@pytest.fixture(scope="session")
def examples() -> list[tuple[Scene, Caption]]:
    """Scenes of the seeds 0-1999 with their first caption."""
    scenes = [make_scene(seed) for seed in range(2000)]
    return [(scene, describe(scene, 0)) for scene in scenes]
