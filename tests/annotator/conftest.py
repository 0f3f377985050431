"""What the tests of scoring, runs and retraining share: a tiny checkpoint with random weights, an empty broker, real workers."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import redis
from django.conf import settings

from annotator.models import Checkpoint, Project
from annotator.services.checkpoints import register
from annotator.services.workers import broker_client, live_workers

WORDS = ["A red kite number 1 2 3 4 5 6 7 8 9 flies above the white house.", "Two dogs play on the grass.", "A sign reads STOP."]


def make_checkpoint(folder: Path, seed: int = 0) -> Path:
    """A checkpoint with random weights that scores hundreds of responses a second; another seed, other weights."""
    import torch

    from rewardmodel import backbones, checkpoints
    from rewardmodel.checkpoints import Card
    from rewardmodel.config import Attention, SmallBackbone
    from rewardmodel.model import TokenRewardModel

    torch.manual_seed(seed)
    size = SmallBackbone(
        image_size=64, patch_size=8, vision_layers=1, vision_width=16, decoder_layers=1, decoder_width=16, heads=2
    )
    processor = backbones.small_processor(WORDS, size)
    model = TokenRewardModel(backbones.small_backbone(processor, size), Attention.LOOKAHEAD)
    checkpoints.save(folder, model, processor, Card(knows="nothing"))
    return folder


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny checkpoint."""
    return make_checkpoint(tmp_path_factory.mktemp("checkpoints") / "tiny")


@pytest.fixture(scope="session")
def other_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of another tiny checkpoint, with other weights."""
    return make_checkpoint(tmp_path_factory.mktemp("checkpoints") / "other", seed=1)


@pytest.fixture
def tiny(db: None, tiny_folder: Path) -> Checkpoint:
    """A tiny checkpoint that every project may use."""
    return register(folder=tiny_folder, name="tiny")


@pytest.fixture
def other(db: None, other_folder: Path) -> Checkpoint:
    """Another one."""
    return register(folder=other_folder, name="other")


@pytest.fixture
def scored_project(project: Project, tiny: Checkpoint) -> Project:
    """The project, with the tiny checkpoint active."""
    project.active_checkpoint = tiny
    project.save()
    return project


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    """The broker, empty before and after."""
    with broker_client(timeout=5) as client:
        client.flushdb()
        yield client
        client.flushdb()


@pytest.fixture
def start_worker(
    environment_of_processes: Mapping[str, str], broker: redis.Redis
) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a real worker process, as `up` does, and waits until it is heard of. It dies with the test."""
    started: list[tuple[subprocess.Popen[bytes], Path]] = []

    def start(queues: str = "live,score") -> subprocess.Popen[bytes]:
        name = f"{uuid.uuid4().hex[:8]}@test"
        log = settings.DATA_FOLDER / "log" / f"{name}.log"
        command = [sys.executable, "-m", "celery", "-A", "annotator", "worker", "-Q", queues, "-c", "1", "-n", name]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, "--without-gossip", "--without-mingle"], env=dict(environment_of_processes),
                cwd=settings.BASE_DIR, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        started.append((process, log))
        wait_until(lambda: any(worker.name == name for worker in live_workers()), seconds=300)
        return process

    yield start
    for process, log in started:
        kill(process)
        print(log.read_text(errors="replace"))  # noqa: T201 -- shown where the test failed


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a worker and its children at once, as a power cut would."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(is_true: Callable[[], bool], *, seconds: float) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise AssertionError(f"Still not true after {seconds} s")
        time.sleep(0.1)
