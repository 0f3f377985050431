"""Doors for the workers: primitive arguments in, one service call, one log line."""

import logging
from typing import Any

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

logger = logging.getLogger(__name__)


@shared_task(bind=True)
def score_items(self: Any, *, project_id: int, item_ids: list[int]) -> None:
    """Score one chunk with the project's active checkpoint."""
    from annotator.services import scoring, scoring_queue  # noqa: PLC0415 -- torch takes seconds, and the queue sends this task

    try:
        if scoring_queue.begin_chunk(project_id=project_id, chunk=self.request.id, item_ids=item_ids):
            scored = scoring.score_items(project_id=project_id, item_ids=item_ids)
            logger.info("Scored %s of %s items of project %s", scored, len(item_ids), project_id)
    finally:
        scoring_queue.forget_chunk(project_id=project_id, chunk=self.request.id)


@shared_task
def rescore_project(*, project_id: int) -> None:
    """Bring a project's items up to its new active checkpoint."""
    from annotator.services import scoring_queue  # noqa: PLC0415 -- the service sends this task

    logger.info("Enqueued %s items of project %s", scoring_queue.rescore_project(project_id=project_id), project_id)


@shared_task
def sweep() -> None:
    """Find what got lost: ended leases, unscored items, runs whose worker died; and go on with what takes long: open slots that
    follow a changed number of people per item. Sessions that ran out are forgotten.
    """
    from annotator.services import queue, runs, scoring_queue  # noqa: PLC0415 -- the services send these tasks
    from annotator.sessions import SessionStore  # noqa: PLC0415 -- a module with a table, and Celery reads this one first

    SessionStore.clear_expired()
    returned, requeued, recovered = queue.return_expired(), scoring_queue.requeue_unscored(), runs.recover_dead()
    if returned or requeued or recovered:
        logger.info("Swept: %s leases returned, %s items to score again, %s runs picked up", returned, requeued, recovered)
    if counted := queue.count_due_slots():
        logger.info("Counted the open slots of %s items anew", counted)


@shared_task
def clear_leftovers() -> None:
    """Give the disk back what ended runs left on it."""
    from annotator.services import leftovers  # noqa: PLC0415 -- the services send these tasks

    leftovers.clear_leftovers()


@shared_task
def work(*, run_id: int) -> None:
    """Carry out one run."""
    from annotator.services import run_kinds  # noqa: PLC0415 -- the services send this task

    run_kinds.work(run_id=run_id)
    logger.info("Worked on run %s", run_id)


@shared_task(soft_time_limit=20)  # nobody waits that long; a response of thousands of words must not keep the helper from others
def help_out(*, kind: str, item_id: int, checkpoint_id: int, question: dict[str, Any], key: str, turn: str) -> None:
    """Answer a page that waits."""
    from annotator.services import helping, live  # noqa: PLC0415 -- torch takes seconds, and the service sends this task

    if not helping.is_newest(turn=turn, key=key):
        helping.reply(key=key, message={"answer": None})  # the page has asked anew, but a thread still waits for this one
        return
    try:
        message = {"answer": live.answer(kind=kind, item_id=item_id, checkpoint_id=checkpoint_id, question=question)}
    except (ValueError, OSError) as error:
        message = {"error": str(error)}
    except SoftTimeLimitExceeded:
        message = {"error": "The response is too long to be helped with"}
    helping.reply(key=key, message=message)
    logger.debug("Helped with %s of item %s", kind, item_id)


@shared_task
def get_ready() -> None:
    """Load the checkpoints that people work with now."""
    from annotator.services import live  # noqa: PLC0415 -- torch takes seconds, and the queue sends this task

    logger.info("Ready to help with %s", ", ".join(live.load_active()) or "no checkpoint yet")
