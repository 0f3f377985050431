"""`manage.py draw_examples`: draw the examples that stand beside the desk anew, after the scenes or the examples have changed."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from annotator.services.drawn import example
from annotator.services.examples import FOLDER
from rewardmodel.taxonomy import KINDS


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Draws one example of each kind of error into static/img/kinds/. The same code gives the same files."

    def handle(self, *args: Any, **options: Any) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        rows = []
        for kind in KINDS:
            picture, row = example(kind)
            (FOLDER / f"{kind.value}.png").write_bytes(picture)
            rows.append(row)
        (FOLDER / "examples.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        self.stdout.write(f"Drew {len(rows)} examples into {FOLDER}")
