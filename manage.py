#!/usr/bin/env python
"""The command line of TLDR Annotator: `manage.py help` lists what it can do."""

import importlib.util
import os
import sys

if sys.version_info < (3, 11):
    sys.exit(f"TLDR Annotator needs Python 3.11, this is {sys.version.split()[0]}: use .venv/bin/python, which `make up` makes")
if not importlib.util.find_spec("django"):
    sys.exit(f"{sys.executable} lacks the packages that are needed: use .venv/bin/python, which `make up` makes")

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotator.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))  # it names the variable; a traceback would only hide it


if __name__ == "__main__":
    main()
