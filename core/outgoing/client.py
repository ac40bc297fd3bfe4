"""Calls to addresses that people and programs give: guarded, bounded in time and size, never redirected."""

from __future__ import annotations

import functools
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpcore
import httpx

from core.outgoing.addresses import check
from core.outgoing.lines import Switchboard

TIMEOUTS = {"connect": 5.0, "read": 10.0, "write": 10.0, "pool": 5.0}
SECONDS = 20.0
"""The longest that one call may take in all."""
MOST_BYTES = 64 * 1024


class NotReached(Exception):
    """No connection: nothing was carried out."""


class Unanswered(Exception):
    """It went out and no whole answer came back: it may have been carried out or not."""


class TooLarge(Exception):
    """The answer is larger than asked for."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def retry_after(self) -> float | None:
        """Seconds that the other side asks for; None where it does not say, or says a date."""
        value = self.headers.get("retry-after", "").strip()
        return float(value) if value.isascii() and value.isdecimal() and len(value) < 8 else None


def post(
    url: str, *, body: bytes, headers: Mapping[str, str], seconds: float | None = None, most: int = MOST_BYTES
) -> Answer:
    """POST, once, in so many seconds in all. NotAllowed, NotReached, Unanswered or TooLarge otherwise."""
    return _call("POST", url, body=body, headers=headers, most=most, seconds=seconds)


def get(url: str, *, most: int) -> Answer:
    """GET at most `most` bytes. NotAllowed, NotReached, Unanswered or TooLarge otherwise."""
    return _call("GET", url, body=b"", headers={}, most=most)


def _call(
    method: str,
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    most: int,
    seconds: float | None = None,
) -> Answer:
    check(url)
    patience = TIMEOUTS if seconds is None else {**TIMEOUTS, "read": seconds}
    # A pool of its own: connections are not kept, and no proxy of the environment stands between.
    with httpcore.ConnectionPool(
        ssl_context=_tls(), network_backend=Switchboard(time.monotonic() + (seconds or SECONDS))
    ) as pool:
        try:
            with pool.stream(
                method,
                url.partition("#")[0],
                headers=list(headers.items()),
                content=body,
                extensions={"timeout": patience},
            ) as response:
                return _answer(response, most)
        except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout):
            raise NotReached from None
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError):
            raise Unanswered from None


def _answer(response: httpcore.Response, most: int) -> Answer:
    """The body as it comes: a packed one could be unpacked to any size."""
    content = bytearray()
    for piece in response.iter_stream():
        content += piece
        if len(content) > most:
            raise TooLarge
    told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
    return Answer(response.status, told, bytes(content))


@functools.cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()
