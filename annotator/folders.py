"""Where the data of this clone lives on disk."""

import hashlib
import os
from pathlib import Path

CLONE = Path(__file__).resolve().parent.parent
OF_ROOT = Path("/var/lib/tldr-annotator")
ROOMS = ("images", "checkpoints", "snapshots", "uploads", "exports", "log")


def data_folder() -> Path:
    """The folder that holds everything worth keeping; it need not exist yet.

    Root gets a neutral place outside all homes: PostgreSQL refuses to run as root, and the user it runs as instead
    must reach its data without anybody's home being opened.
    """
    chosen = os.environ.get("DATA_FOLDER", "")
    if chosen:
        return Path(chosen).expanduser().resolve()
    if os.geteuid() == 0:
        return OF_ROOT / f"{CLONE.name}-{hashlib.sha256(os.fsencode(CLONE)).hexdigest()[:8]}"
    return CLONE / "var"


def make_rooms(folder: Path) -> None:
    """Make the data folder and its rooms, closed to other users.

    Raises:
        OSError: it can't be made or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # root's servers run as another user, who must pass through the folder (and through nothing else)
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    for room in ROOMS:
        (folder / room).mkdir(mode=0o700, exist_ok=True)
