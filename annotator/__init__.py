"""The web house: import, queue, desk, export and the loop back into the reward model."""

from annotator.celery import app as celery_app

__all__ = ["celery_app"]  # every process that imports the package sends its tasks through this application
