"""The whole product in a folder of its own, as `make run` starts it: for browser stories, fault tests and benchmarks."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psycopg

PROJECT = Path(__file__).resolve().parent.parent
START_SECONDS = 420.0
_PRIVATE = (
    "DATABASE_URL",
    "BROKER_URL",
    "CACHE_URL",
    "DJANGO_SETTINGS_MODULE",
    "PARLEY_TESTING",
    "PARLEY_DATA_DIR",
)
T = TypeVar("T")


def wait_for(question: Callable[[], T | None], *, seconds: float, what: str) -> T:
    """The first answer that is not None or False; AssertionError naming `what` when the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = question()
        if answer is not None and answer is not False:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds:.0f} s in vain for {what}")


def free_port_pair() -> int:
    """A port that is free and whose successor is too, for web and live."""
    while True:
        with closing(socket.socket()) as first, closing(socket.socket()) as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


@dataclass
class RunningStack:
    """`folder` holds data and logs; `port` web, the next one live."""

    folder: Path
    port: int = field(default_factory=free_port_pair)
    process: subprocess.Popen[bytes] | None = None
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def output(self) -> Path:
        return self.folder / "output.txt"

    def environment(self) -> dict[str, str]:
        outer = {name: value for name, value in os.environ.items() if name not in _PRIVATE}
        own = {"PARLEY_DATA_DIR": str(self.folder), "PORT": str(self.port), "LIVE_PORT": str(self.port + 1)}
        return outer | own | self.variables

    def start(self) -> RunningStack:
        """Start and return when the address is printed and answers. What it said stands in `output`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.output.open("wb") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "run"],
                cwd=PROJECT,
                env=self.environment(),
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_for(self._has_started, seconds=START_SECONDS, what=f"the start; see {self.output}")
        return self

    def _has_started(self) -> bool:
        assert self.process is not None
        said = self.output.read_text(errors="replace")
        if self.process.poll() is not None:
            raise AssertionError(f"the run ended with {self.process.returncode}:\n{said[-3000:]}")
        return f"Parley is running: {self.url}" in said and self.answers()

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> int:
        """Ctrl-C, as a user stops it; returns the exit code."""
        if self.process is None or self.process.poll() is not None:
            return self.process.returncode if self.process else 0
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise

    @contextmanager
    def worker_paused(self) -> Iterator[None]:
        """What happens in the background waits until the end of the block."""
        import psutil

        known = json.loads((self.folder / "supervisor.json").read_text())["children"]
        worker = psutil.Process(next(child["pid"] for child in known if child["name"] == "worker"))
        family = [worker, *worker.children(recursive=True)]
        for process in family:
            process.suspend()
        try:
            yield
        finally:
            for process in family:
                process.resume()

    @property
    def services(self) -> dict[str, Any]:
        """Addresses of the embedded servers: database_url, broker_url."""
        content: dict[str, Any] = json.loads((self.folder / "services.json").read_text())
        return content

    def query(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """Rows of one statement on the product's own database; none of one that returns none."""
        with psycopg.connect(self.services["database_url"], connect_timeout=5) as connection:
            cursor = connection.execute(sql, params or None)
            return cursor.fetchall() if cursor.description else []

    def manage(self, *arguments: str, seconds: float = 300) -> str:
        """What a management command of this installation prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=True,
            timeout=seconds,
        )
        return done.stdout
