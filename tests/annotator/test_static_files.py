"""Outside DEBUG every script, those that scripts import too, has a name of its own content."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import override_settings

IMPORT = re.compile(r"""(?:from |^import |import\()["']\./([^"']+)["']""", re.MULTILINE)
HASHED = re.compile(r"[\w-]+\.[0-9a-f]{12}\.js")


@pytest.fixture
def collected(tmp_path, settings):
    storages = settings.STORAGES | {"staticfiles": {"BACKEND": "annotator.static_files.HashedStaticFiles"}}
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path, DEBUG=False):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield staticfiles_storage


def imported(script: Path) -> set[Path]:
    return {script.parent / name for name in IMPORT.findall(script.read_text(encoding="utf-8"))}


def test_a_module_imports_others_by_their_content(collected, settings):
    found, waiting = set(), {Path(collected.path(collected.stored_name("js/desk/main.js")))}
    while waiting:
        found |= waiting
        waiting = {other for script in waiting for other in imported(script)} - found
    assert all(HASHED.fullmatch(script.name) and script.is_file() for script in found)
    desk = {path.stem for path in (settings.BASE_DIR / "static" / "js" / "desk").glob("*.js")}
    assert desk <= {script.name.split(".")[0] for script in found}


def test_another_text_gives_its_script_and_all_that_import_it_another_name(collected, tmp_path, settings):
    scripts = ("js/desk/main.js", "js/desk/desk.js", "js/desk/lease.js", "js/theme.js")
    before = [collected.stored_name(name) for name in scripts]
    changed = tmp_path / "changed"
    (changed / "js" / "desk").mkdir(parents=True)
    text = (settings.BASE_DIR / "static" / "js" / "desk" / "lease.js").read_text(encoding="utf-8")
    (changed / "js" / "desk" / "lease.js").write_text(text + "// more\n", encoding="utf-8")
    with override_settings(STATICFILES_DIRS=[changed, *settings.STATICFILES_DIRS]):
        call_command("collectstatic", interactive=False, verbosity=0)
    after = [collected.stored_name(name) for name in scripts]
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, False, False, True]
