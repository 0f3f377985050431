"""What has to be true before a page can be shown: tables up to date, static files in place, on a first start the demo project."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from annotator import environment
from annotator.models import User
from annotator.services.checkpoints import first_folder
from rewardmodel.checkpoints import SHIPPED, read_card

UNFINISHED = "demo-unfinished"


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Migrate, collect static files where DEBUG is off, and make the demo project on the first start of a laptop."

    def handle(self, *args: Any, **options: Any) -> None:
        self.check_checkpoint()
        call_command("migrate", interactive=False, verbosity=0)
        if settings.DEBUG:
            self.make_demo()
        else:
            call_command("collectstatic", interactive=False, verbosity=0)

    def check_checkpoint(self) -> None:
        """Better no start than a site on which nobody can begin a project."""
        if settings.TLDR_CHECKPOINT:
            try:
                read_card(first_folder())
            except (ValueError, OSError) as error:
                raise CommandError(f"TLDR_CHECKPOINT: {error}") from error

    def make_demo(self) -> None:
        """The project "Picture book" and its two people, once; a start that was interrupted meanwhile is made up for.

        A site that others can reach (DEBUG=0) never gets people with known addresses.
        """
        items = environment.number("DEMO_ITEMS", 500)
        unfinished = settings.DATA_FOLDER / UNFINISHED
        if items and not User.objects.exists():
            unfinished.touch()
        if unfinished.exists() and not SHIPPED.exists():
            self.stdout.write(f"No demo project: the checkpoint is missing from {SHIPPED}")
        elif unfinished.exists():
            from annotator.services.demo import create_demo  # noqa: PLC0415 -- later starts need none of its drawing

            self.stdout.write("First start: drawing the demo project")
            create_demo(items=items)
            unfinished.unlink()
