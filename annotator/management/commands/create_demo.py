"""`manage.py create_demo`: the project that a first start comes with."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from annotator.management.progress import ProgressBar
from annotator.services.demo import create_demo


class Command(BaseCommand):
    """Draws pictures, imports them with captions of which half are wrong, and makes two people. Run again, it adds nothing."""

    help = "Creates the demo project “Picture book” with a manager and an annotator, unless it is there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many items."""
        parser.add_argument("--items", type=int, default=500)

    def handle(self, *args: Any, **options: Any) -> None:
        """Create it and print the logins."""
        with ProgressBar(self.stderr) as bar:
            logins = create_demo(items=options["items"], show=bar)
        for address, password in logins.items():
            self.stdout.write(f"{address}  {password}")
