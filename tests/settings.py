"""The settings of the tests: the real ones, over embedded servers in a throw-away folder.

pytest loads this first of all. Under xdist the process that hands out the tests starts the servers, and its workers
inherit the addresses; each worker gets a database of its own from pytest-django, and here a broker and a folder.
"""

import atexit
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from annotator import folders, servers

_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if "TEST_FOLDER" not in os.environ:
    _folder = Path(tempfile.mkdtemp(prefix="tldr-test-"))
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    folders.make_rooms(_folder)
    for _start, _name in ((servers.start_postgres, "DATABASE_URL"), (servers.start_valkey, "REDIS_URL")):
        _server, os.environ[_name] = _start(_folder, durable=False)
        atexit.register(_server.stop)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # an interrupted run cleans up too
    os.environ["TEST_FOLDER"] = str(_folder)
    for _name in ("SECRET_KEY", "ALLOWED_HOSTS", "DEBUG", "TLDR_CHECKPOINT"):
        os.environ.pop(_name, None)
os.environ["DATA_FOLDER"] = str(Path(os.environ["TEST_FOLDER"]) / "data" / (_worker or "alone"))
os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].partition('?')[0]}?db={int(_worker.removeprefix('gw') or 0) % 16}"
os.environ["DATABASE_POOL_SIZE"] = "40"
folders.make_rooms(folders.data_folder())

from annotator.settings import *  # noqa: E402, F403 -- they read the environment, which had to be made first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
