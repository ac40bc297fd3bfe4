"""Both servers together, for whoever needs them for the length of one process: the tests."""

import fcntl
import subprocess
from pathlib import Path
from typing import IO, Self

from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey
from config.processes import HelpfulError, Program, spawn, stop, wait_until


class Services:
    """Servers in a folder that belongs to this process while it lives.

    Folders are numbered slots under `root`: the first one that no live process holds is taken, and servers
    that a dead process left there are ended, so several test runs work side by side and nothing piles up.
    """

    def __init__(self, root: Path, *, postgres: bool = True, valkey: bool = True) -> None:
        self.folder, self._lock = _take_slot(root)
        self.postgres = Postgres(self.folder / "postgres", durable=False) if postgres else None
        self.valkey = Valkey(self.folder / "valkey", durable=False) if valkey else None
        self._running: list[tuple[subprocess.Popen[bytes], Program]] = []

    def start(self) -> Self:
        """Start what was asked for and return when it answers. Raises HelpfulError with the log's place."""
        for server in (self.postgres, self.valkey):
            if server is not None:
                server.prepare(lambda message: None)
                self._run(server.program())
        return self

    def stop(self) -> None:
        for process, program in reversed(self._running):
            stop(process, program)
        self._running.clear()
        self._lock.close()

    def _run(self, program: Program) -> None:
        log = self.folder / f"{program.name}.log"
        with log.open("wb") as stream:
            process = spawn(program, output=stream)
        self._running.append((process, program))
        ready = program.ready or (lambda: True)
        wait_until(lambda: ready() or process.poll() is not None, seconds=program.ready_seconds)
        if process.poll() is not None or not ready():
            self.stop()
            raise HelpfulError(f"{program.name} did not start; its last words are in {log}.")


def _take_slot(root: Path) -> tuple[Path, IO[str]]:
    root.mkdir(parents=True, exist_ok=True)
    for number in range(100):
        folder = root / str(number)
        folder.mkdir(exist_ok=True)
        lock = (folder / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return folder, lock
    raise HelpfulError(f"All places under {root} are taken; other test runs seem to hang.")
