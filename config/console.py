"""What the supervisor shows: lines with the name of their writer, on the terminal and in a file for each."""

import contextlib
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TextIO

_COLOURS = {"postgres": 34, "valkey": 35, "web": 32, "live": 36, "worker": 33, "beat": 95}
_WIDTH = max(map(len, _COLOURS))
_KEEP_BYTES = 10_000_000


class Console:
    """Prefixed lines to `stream` and `<folder>/<name>.log`; past 10 MB a file becomes `.log.1` at opening."""

    def __init__(self, folder: Path, stream: TextIO = sys.stdout) -> None:
        self.folder = folder
        self._stream = stream
        self._colours = stream.isatty()
        self._files: dict[str, IO[str]] = {}

    def line(self, name: str, text: str) -> None:
        """One line that a child wrote."""
        self._file(name).write(f"{text}\n")
        label = f"{name:<{_WIDTH}} |"
        if self._colours:
            label = f"\x1b[{_COLOURS.get(name, 37)}m{label}\x1b[0m"
        self._show(f"{label} {text}")

    def say(self, text: str = "") -> None:
        """One line of our own."""
        self._file("supervisor").write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f} {text}\n")
        self._show(f"\x1b[1m{text}\x1b[0m" if self._colours and text else text)

    def close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _show(self, text: str) -> None:
        # A reader that went away (as in `make run | head`) must not take the servers along.
        with contextlib.suppress(BrokenPipeError, ValueError):
            print(text, file=self._stream, flush=True)

    def _file(self, name: str) -> IO[str]:
        if name not in self._files:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self.folder / f"{name}.log"
            if path.exists() and path.stat().st_size > _KEEP_BYTES:
                path.replace(path.with_suffix(".log.1"))
            self._files[name] = path.open("a", buffering=1, errors="replace")
        return self._files[name]
