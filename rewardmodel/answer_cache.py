"""What a model has answered, on disk: a run that was killed goes on without asking, and paying, twice."""

import fcntl
import json
import threading
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self


def key_of(*parts: str) -> str:
    """A short name for a question: the same parts in the same order, the same name."""
    return sha256(json.dumps(parts).encode()).hexdigest()[:32]


class AnswerCache:
    """Answers by key in a JSON Lines file to which lines are only ever added. For many threads, and one run at a time.

    Lines that are no answer, as the half line that a killed run leaves behind, are passed over.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lines = path.open("a+", encoding="utf-8", errors="replace")
        try:
            fcntl.flock(self._lines, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lines.close()
            raise ValueError(f"{path} is in use by another run") from None
        self._lock = threading.Lock()
        self._answers: dict[str, str] = {}
        self._read()

    def _read(self) -> None:
        self._lines.seek(0)
        line = "\n"
        for line in self._lines:
            entry = _entry(line)
            if entry:
                self._answers[entry["key"]] = entry["answer"]
        if not line.endswith("\n"):
            self._lines.write("\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._lines.close()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: str) -> str | None:
        """The newest answer to a question, None where there is none."""
        return self._answers.get(key)

    def put(self, key: str, answer: str, **about: str) -> None:
        """Keep an answer; `about` says, for readers of the file, what was asked."""
        line = json.dumps({"key": key, **about, "answer": answer}, ensure_ascii=False)
        with self._lock:
            self._lines.write(line + "\n")
            self._lines.flush()
            self._answers[key] = answer


def _entry(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    is_answer = isinstance(entry, dict) and isinstance(entry.get("key"), str) and isinstance(entry.get("answer"), str)
    return entry if is_answer else None
