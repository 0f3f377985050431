"""The queue: `celery -A annotator worker`. Its settings are the CELERY_ ones in settings.py."""

import os
from typing import Any

from celery import Celery, signals

from annotator.processes import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotator.settings")
# as it was read here, forked processes inherit it: one whose worker is dead already would be told another parent
WORKER = os.getpid()
app = Celery("annotator")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["annotator"])


@signals.worker_process_init.connect
@signals.beat_embedded_init.connect
def end_with_worker(**_: Any) -> None:
    """A worker that is killed takes along the processes it forked, which would go on for as long as their task."""
    if os.getpid() != WORKER:
        end_with_parent(WORKER)
