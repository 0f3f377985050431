"""What the environment may say, and what it may not leave out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from annotator import environment
from annotator.folders import CLONE

SAFE = {"DEBUG": "0", "SECRET_KEY": "k" * 50, "ALLOWED_HOSTS": "annotate.example.org"}
UNSET = {"SECRET_KEY", "ALLOWED_HOSTS", "DEBUG", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "DATA_FOLDER"}
UNSET |= {"DJANGO_ALLOW_ASYNC_UNSAFE"}  # of the browser tests


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py as somebody with just these variables would."""
    surroundings = {name: value for name, value in os.environ.items() if name not in UNSET} | variables
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=CLONE, env=surroundings, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_site_without_debug_refuses_to_start_without(missing: str, tmp_path: Path) -> None:
    variables = {name: value for name, value in SAFE.items() if name != missing}
    refused = manage("check", DATA_FOLDER=str(tmp_path), **variables)
    assert refused.returncode != 0
    (line,) = refused.stderr.splitlines()
    assert line.startswith(f"DEBUG=0 needs {missing}: ")


def test_site_without_debug_passes_the_deployment_check(tmp_path: Path) -> None:
    checked = manage("check", "--deploy", "--fail-level", "ERROR", DATA_FOLDER=str(tmp_path), **SAFE)
    assert checked.returncode == 0, checked.stderr


def test_wrong_value_is_refused_by_name(tmp_path: Path) -> None:
    refused = manage("check", DATA_FOLDER=str(tmp_path), DEBUG="maybe")
    assert refused.returncode != 0
    assert refused.stderr == "DEBUG must be 1 or 0, not 'maybe'\n"


def test_command_without_servers_says_so_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "kites.jsonl"
    file.touch()
    failed = manage("import_items", "kites", str(file), DATA_FOLDER=str(tmp_path))
    assert failed.returncode != 0
    assert failed.stderr.splitlines() == [
        "ServersNotRunningError: The servers are not running: start `make up`, or set DATABASE_URL"
    ]


def test_addresses_in_the_environment_win(tmp_path: Path) -> None:
    code = "from django.conf import settings as s; print(s.DATABASES['default']['HOST'], s.REDIS_URL, s.CELERY_BROKER_URL)"
    shown = manage("shell", "-v0", "-c", code, DATABASE_URL="postgresql://u@db.example.org/x", REDIS_URL="redis://broker/2")
    assert shown.stdout.strip() == "db.example.org redis://broker/2 redis://broker/2"


def test_flag_reads_both_spellings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCH", "Yes")
    assert environment.flag("SWITCH", default=False) is True
    monkeypatch.setenv("SWITCH", "off")
    assert environment.flag("SWITCH", default=True) is False
    monkeypatch.setenv("SWITCH", "")
    assert environment.flag("SWITCH", default=True) is True


@pytest.mark.parametrize("value", ["0", "65536", "-1", "eighty", "8000.0"])
def test_number_refuses_what_is_out_of_bounds(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", value)
    with pytest.raises(ImproperlyConfigured, match=r"PORT must be a whole number, 1 to 65535"):
        environment.number("PORT", 8000, least=1, most=65535)


def test_names_drop_the_empty_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", " a.example.org, ,b.example.org,")
    assert environment.names("ALLOWED_HOSTS") == ["a.example.org", "b.example.org"]
