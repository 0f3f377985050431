"""Bring the translations up to date with the texts in the sources: `make texts`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Renew the translations below locale/ from the texts in the sources, and say what has to be translated."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        from annotator.management import texts  # noqa: PLC0415 -- Babel is there for those who develop only

        for language, name in settings.LANGUAGES:
            if language == settings.LANGUAGE_CODE:
                continue
            missing = texts.renew(language)
            for text in missing:
                self.stdout.write(text)
            self.stdout.write(f"{name}: {len(missing)} to translate")
