"""The rules that keep the rooms apart: who imports whom, what the web process never loads, how long a file may be."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.folders import CLONE

ROOMS = ("annotator", "rewardmodel", "tests", "benchmarks")
SOURCES = sorted(path for room in ROOMS for path in (CLONE / room).rglob("*.py") if path.parent.name != "migrations")
MOST_LINES = 400
MOST_LINES_OF_A_VIEW = 25


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=CLONE, capture_output=True, text=True, check=False)


def name_of(path: Path) -> str:
    return str(path.relative_to(CLONE))


def test_imports_go_one_way() -> None:
    """The contracts are in pyproject.toml: the model house knows no web house; models, services, views, urls in that order."""
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=CLONE, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


def test_web_process_never_loads_torch() -> None:
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'annotator.settings'\n"
        "import annotator.wsgi, annotator.urls, annotator.tasks, annotator.admin\n"
        "print(sorted({'torch', 'transformers', 'peft', 'sklearn'} & set(sys.modules)))"
    )
    loaded = run_python(code)
    assert loaded.stdout == "[]\n", loaded.stderr


def test_model_house_loads_neither_torch_nor_django() -> None:
    loaded = run_python("import rewardmodel, rewardmodel.records, sys; print({'torch', 'django', 'celery'} & set(sys.modules))")
    assert loaded.stdout == "set()\n", loaded.stderr


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_file_says_what_it_is_for_and_is_not_too_long(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if not text.strip():
        return
    assert ast.get_docstring(ast.parse(text)), f"{name_of(path)} does not begin by saying what it is for"
    assert len(text.splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", [path for path in SOURCES if path.parent == CLONE / "annotator" / "views"], ids=name_of)
def test_views_are_short(path: Path) -> None:
    functions = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)]
    lengths = {function.name: (function.end_lineno or 0) - function.lineno + 1 for function in functions}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES_OF_A_VIEW} == {}
