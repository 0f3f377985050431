"""Where the database and the broker answer: from the environment, else from the servers that `manage.py up` started."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

FILE_NAME = "servers.json"
NO_REDIS = "unix:///the-servers-are-not-running-start-make-up-or-set-REDIS_URL"


@dataclass(frozen=True)
class Addresses:
    """URLs of the embedded servers; None for one that is not embedded. `pid` is the process they end with."""

    pid: int
    database_url: str | None
    redis_url: str | None


def postgres_url(socket_folder: Path, *, database: str, user: str) -> str:
    """The address of a PostgreSQL that listens on a socket in a folder, as dj-database-url reads it."""
    return f"postgresql://{user}@{quote(str(socket_folder), safe='')}/{database}"


def redis_socket_url(socket: Path) -> str:
    """The address of a Redis-protocol server on a socket, as redis-py reads it."""
    return f"unix://{quote(str(socket))}"


def broker_url(redis_url: str) -> str:
    """The same address as Celery's transport reads it: sockets are spelt otherwise, and so is their database number."""
    url = urlsplit(redis_url)
    if url.scheme != "unix":
        return redis_url
    number = parse_qs(url.query).get("db", ["0"])[0]
    return f"redis+socket://{url.path}?virtual_host={number}"


def write_addresses(folder: Path, addresses: Addresses) -> None:
    """Tell other commands where the servers are; a reader sees the old file or the new one, never half of it."""
    draft = folder / f"{FILE_NAME}.new"
    draft.write_text(json.dumps(asdict(addresses), indent=1))
    draft.chmod(0o600)
    draft.rename(folder / FILE_NAME)


def read_addresses(folder: Path) -> Addresses | None:
    """The running embedded servers, or None where none run: the file may outlive a killed `up`."""
    file = folder / FILE_NAME
    if not os.access(file, os.R_OK):
        return None
    addresses = Addresses(**json.loads(file.read_text()))
    return addresses if is_alive(addresses.pid) else None


def is_alive(pid: int) -> bool:
    """Whether the process exists, whoever owns it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
