"""The live process as it is run: granian on a port of its own."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import httpx

from core.live import tickets

PROJECT = Path(__file__).resolve().parents[3]


class LiveProcess:
    """Runs inside `with`; environment variables may differ from those of the test."""

    def __init__(self, port: int = 0, **environment: str) -> None:
        self.port = port or free_port()
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=10, trust_env=False)
        self._environment = environment

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, "--workers", "1", "config.asgi:application"],
            cwd=PROJECT,
            env={**os.environ, **self._environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._wait_until_ready()
        except AssertionError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.wait(10)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                if self.client.get("/healthz").text == "ok\n":
                    return
            time.sleep(0.05)
        raise AssertionError("The live process does not answer.")

    @contextlib.contextmanager
    def stream(self, *topics: str, back: float = 0, origin: str | None = None) -> Iterator["Stream"]:
        query = {"ticket": tickets.issue(topics), "back": str(back)}
        headers = {"Origin": origin} if origin else {}
        with self.client.stream("GET", "/stream", params=query, headers=headers) as response:
            yield Stream(response)


class Stream:
    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.iter_lines()

    def next(self) -> tuple[str, dict[str, Any]]:
        event = next(line for line in self._lines if line)
        data = next(self._lines)
        return event.removeprefix("event: "), json.loads(data.removeprefix("data: "))

    def next_but_gaps(self) -> tuple[str, dict[str, Any]]:
        while (message := self.next())[0] == "gap":
            pass
        return message


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
