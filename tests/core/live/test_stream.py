"""The live process as it is run: granian on a port of its own, Valkey beside it."""

import contextlib
import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings

from config.embedded.valkey import Valkey
from config.processes import spawn, wait_until
from core.live import publish, tickets
from tests.core.live.processes import LiveProcess

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def live() -> Iterator[LiveProcess]:
    with LiveProcess() as live:
        yield live


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


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", f"{settings.PAGE_ORIGINS[0]}.evil.example"]
)
def test_other_origins_are_refused(live: LiveProcess, origin: str) -> None:
    with live.stream("inbox", origin=origin) as stream:
        assert stream.response.status_code == 403
        assert "access-control-allow-origin" not in stream.response.headers


def test_bad_requests(live: LiveProcess) -> None:
    good = tickets.issue(["inbox"])

    assert live.client.get("/stream").status_code == 403
    assert live.client.get("/stream", params={"ticket": f"{good}x"}).status_code == 403
    assert (
        live.client.get("/stream", params={"ticket": tickets.issue(["inbox"], seconds=-1)}).status_code == 403
    )
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
    with LiveProcess() as live, live.stream("inbox") as stream:
        stream.next()
        started = time.monotonic()
        live.process.send_signal(signal.SIGTERM)
        live.process.wait(10)

        assert time.monotonic() - started < 3


def test_valkey_may_die_and_come_back_under_open_streams(tmp_path: Path) -> None:
    server = Valkey(tmp_path / "valkey", durable=False)
    server.prepare(lambda message: None)
    program = server.program()
    valkey = spawn(program, output=subprocess.DEVNULL)
    assert wait_until(server.answers, seconds=10)
    try:
        with LiveProcess(CACHE_URL=server.url) as live, live.stream("inbox") as stream:
            assert stream.next()[0] == "ready"
            valkey.kill()
            valkey.wait()
            valkey = spawn(program, output=subprocess.DEVNULL)
            assert wait_until(server.answers, seconds=10)
            until_heard(server, sequence=7)

            assert stream.next() == ("gap", {"sequence": 0})
            assert stream.next_but_gaps() == ("hint", {"topics": ["inbox"], "sequence": 7})
    finally:
        valkey.kill()
        valkey.wait()


def until_heard(server: Valkey, *, sequence: int) -> None:
    """Publish until the live process, which comes back in its own time, is there to hear it."""
    message = json.dumps({"topics": ["inbox"], "sequence": sequence})
    with redis.Redis.from_url(server.url) as client:
        assert wait_until(lambda: client.publish("parley:live:0", message) == 1, seconds=10)
