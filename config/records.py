"""What a running supervisor writes into the data folder: its children, and where the servers listen."""

import contextlib
import fcntl
import json
import os
from pathlib import Path
from typing import IO, Any

from config import environment
from config.processes import HelpfulError, Identity, end, identify, leftovers


class Records:
    """Holds the data folder for one supervisor at a time; the kernel frees it when that one dies."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._lock: IO[str] | None = None
        self._path = data / "supervisor.json"

    def take(self) -> None:
        """Take the folder. Raises HelpfulError when a living supervisor holds it or it cannot be written."""
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            lock = (self.data / "supervisor.lock").open("a")
        except OSError as error:
            raise HelpfulError(
                f"The data folder {self.data} cannot be used: {error.strerror}. "
                f"Name another in PARLEY_DATA_DIR."
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise HelpfulError(
                f"Parley already runs on {self.data} (process {self._read().get('pid', 'unknown')}). "
                f"Stop it with Ctrl-C in its terminal, "
                f"or run a second one beside it: make run PARLEY_DATA_DIR=/another/folder PORT=8010"
            ) from None
        self._lock = lock

    def end_leftovers(self) -> int:
        """End what a supervisor that was killed left running; returns how many processes that were."""
        children: list[Identity] = self._read().get("children", [])
        found = leftovers(children)
        end(found)
        self._path.unlink(missing_ok=True)
        return len(found)

    def write_children(self, children: list[Identity]) -> None:
        _write(self._path, {**identify("supervisor", os.getpid()), "children": children})

    def write_services(self, urls: dict[str, str]) -> None:
        """Leave the addresses for `manage.py` in another terminal; they hold passwords, hence 0600."""
        _write(self.data / environment.STATE_FILE, urls)

    def release(self) -> None:
        """Everything was stopped: nothing is left to find."""
        self._path.unlink(missing_ok=True)
        (self.data / environment.STATE_FILE).unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _read(self) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError):
            content = json.loads(self._path.read_text())
            if isinstance(content, dict):
                return content
        return {}


def _write(path: Path, content: object) -> None:
    """Replace the file in one move, so that a reader never sees half of it."""
    draft = path.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        json.dump(content, stream)
    draft.replace(path)
