"""The live process as it is run: granian on a port of its own, Valkey beside it."""

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings

from core.live import publish, tickets

pytestmark = pytest.mark.services

PROJECT = Path(__file__).resolve().parents[3]


class LiveProcess:
    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, "--workers", "1", "config.asgi:application"],
            cwd=PROJECT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=10, trust_env=False)

    def wait_until_ready(self) -> None:
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


@pytest.fixture(scope="module")
def live() -> Iterator[LiveProcess]:
    live = LiveProcess()
    try:
        live.wait_until_ready()
        yield live
    finally:
        live.process.kill()
        live.process.wait()


def test_a_hint_reaches_the_streams_that_listen(live: LiveProcess) -> None:
    with live.stream("inbox", "lead:*") as person, live.stream("visitor:abc") as visitor:
        assert person.next()[0] == visitor.next()[0] == "ready"
        publish.publish(["inbox", "lead:4", "board"], {}, sequence=41)
        publish.publish(["visitor:abc"], {"typing": True}, sequence=42)

        assert person.next_but_gaps() == ("hint", {"topics": ["inbox", "lead:4"], "sequence": 41})
        assert visitor.next_but_gaps() == (
            "hint",
            {"typing": True, "topics": ["visitor:abc"], "sequence": 42},
        )


def test_who_comes_back_hears_what_it_missed(live: LiveProcess) -> None:
    with live.stream("inbox") as before:
        before.next()
        publish.publish(["inbox"], {}, sequence=50)
        before.next_but_gaps()
    with live.stream("inbox", back=5000) as after:
        assert after.next()[0] == "ready"
        assert after.next() == ("gap", {"sequence": 50})


def test_headers_let_the_page_of_this_origin_read_and_nobody_keep(live: LiveProcess) -> None:
    origin = settings.PAGE_ORIGINS[0]
    with live.stream("inbox", origin=origin) as stream:
        assert stream.response.status_code == 200
        assert stream.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert stream.response.headers["access-control-allow-origin"] == origin
        assert stream.response.headers["vary"] == "origin"
        assert stream.response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{settings.PAGE_ORIGINS[0]}.evil.example"])
def test_other_origins_are_refused(live: LiveProcess, origin: str) -> None:
    with live.stream("inbox", origin=origin) as stream:
        assert stream.response.status_code == 403
        assert "access-control-allow-origin" not in stream.response.headers


def test_bad_requests(live: LiveProcess) -> None:
    good = tickets.issue(["inbox"])

    assert live.client.get("/stream").status_code == 403
    assert live.client.get("/stream", params={"ticket": f"{good}x"}).status_code == 403
    assert live.client.get("/stream", params={"ticket": tickets.issue(["inbox"], seconds=-1)}).status_code == 403
    assert live.client.post("/stream", params={"ticket": good}).status_code == 405
    assert live.client.options("/stream").status_code == 204
    assert live.client.get("/elsewhere").status_code == 404


def test_it_holds_a_hundred_streams_and_tells_all(live: LiveProcess) -> None:
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(live.stream("inbox")) for _ in range(100)]
        assert {stream.next()[0] for stream in streams} == {"ready"}
        publish.publish(["inbox"], {}, sequence=60)

        assert {stream.next_but_gaps()[1]["sequence"] for stream in streams} == {60}


def test_it_stops_at_once_with_open_streams() -> None:
    live = LiveProcess()
    try:
        live.wait_until_ready()
        with live.stream("inbox") as stream:
            stream.next()
            started = time.monotonic()
            live.process.send_signal(signal.SIGTERM)
            live.process.wait(10)
            assert time.monotonic() - started < 3
    finally:
        live.process.kill()
        live.process.wait()
