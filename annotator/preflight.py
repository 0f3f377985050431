"""What must hold before anything is started; each failing is one clear line."""

import errno
import fcntl
import shutil
import socket
from pathlib import Path
from typing import IO

from annotator import environment
from annotator.folders import make_rooms

LOCK = "up.lock"


class PreflightError(Exception):
    """Starting makes no sense; the message is one clear line."""


def open_port(host: str, port: int) -> socket.socket:
    """Take the port before anything else is done. The web server gets the listening socket itself, so nobody comes between."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except socket.gaierror as error:
        raise PreflightError(f"HOST={host} is not an address of this machine: {error.strerror}") from error
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise PreflightError(_why_not(error, host, port)) from error
    listener.listen(128)
    return listener


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program: choose another one, for instance `PORT={port + 1} make up`"
    if error.errno == errno.EACCES:
        return f"Port {port} may be used by root only: choose one above 1023, for instance `PORT=8000 make up`"
    return f"HOST={host} PORT={port} can't be used: {error.strerror}"


def open_folder(folder: Path) -> None:
    """Make the data folder, and refuse one that can't be written or has hardly any room left."""
    try:
        make_rooms(folder)
        (folder / ".writable").write_text("yes")
        (folder / ".writable").unlink()
        free = shutil.disk_usage(folder).free // 2**20  # MB
    except OSError as error:
        raise PreflightError(
            f"The data folder {folder} can't be written: {error.strerror}. Set DATA_FOLDER to another"
        ) from error
    if free < (needed := environment.number("LEAST_FREE_MB", 300)):
        raise PreflightError(f"The disk of {folder} is full: {free} MB are left, {needed} MB are needed")


def lock_folder(folder: Path, address: str) -> IO[str]:
    """Hold the data folder as long as the returned file is open and the process lives."""
    lock = (folder / LOCK).open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        at = lock.read().strip() or "another address"
        lock.close()
        raise PreflightError(f"It is running already: {at}") from error
    lock.truncate(0)
    lock.write(address)
    lock.flush()
    return lock
