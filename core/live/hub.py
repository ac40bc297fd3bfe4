"""Who listens, and what each has still to be sent. Pure: no network, the time is passed in."""

import asyncio
import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.live.topics import Filter

MOST_WAITING = 100
"""A client that takes nothing for so many hints is told to fetch instead."""
MEMORY_SECONDS = 60.0
"""How far back a reconnecting client can ask."""


@dataclass(frozen=True, slots=True)
class Hint:
    at: float
    message: dict[str, Any]


def frame(event: str, data: dict[str, Any]) -> bytes:
    """One message of a text/event-stream."""
    return f"event: {event}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


class Client:
    """One open stream: the hints it may hear, kept until they are sent."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self.filter = Filter(allowed)
        self.is_closed = False
        self._waiting: deque[bytes] = deque()
        self._news = asyncio.Event()

    def offer(self, message: dict[str, Any]) -> None:
        """Queue a message for this client as far as it may hear it."""
        if message.get("gap"):
            self._put(_gap(message["sequence"]))
        elif topics := [topic for topic in message["topics"] if self.filter.allows(topic)]:
            self._put(frame("hint", {**message, "topics": topics}), message["sequence"])

    def close(self) -> None:
        self.is_closed = True
        self._news.set()

    async def take(self, seconds: float) -> bytes:
        """Everything that waits; empty when nothing came in that time or the stream was closed."""
        if not self._waiting and not self.is_closed:
            try:
                await asyncio.wait_for(self._news.wait(), seconds)
            except TimeoutError:
                return b""
        self._news.clear()
        chunk = b"".join(self._waiting)
        self._waiting.clear()
        return chunk

    def _put(self, chunk: bytes, sequence: int = 0) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            chunk = _gap(sequence)
        self._waiting.append(chunk)
        self._news.set()


class Hub:
    """All open streams, and the hints of the last minute for those that come back."""

    def __init__(self) -> None:
        self.clients: set[Client] = set()
        self.sequence = 0
        self._recent: deque[Hint] = deque()
        self._hears_since: float | None = None
        self._is_closed = False

    @property
    def is_connected(self) -> bool:
        """Whether hints arrive at all."""
        return self._hears_since is not None

    def hear(self, message: dict[str, Any], now: float) -> None:
        """Pass a message on. `now` is a monotonic clock in seconds, here and below."""
        self.sequence = max(self.sequence, message["sequence"])
        self._recent.append(Hint(now, message))
        while self._recent[0].at < now - MEMORY_SECONDS:
            self._recent.popleft()
        for client in self.clients:
            client.offer(message)

    def connected(self, now: float) -> None:
        """Hints arrive from now on. What came before is unknown, so every open stream fetches once."""
        self._hears_since = now
        self._recent.clear()
        for client in self.clients:
            client.offer({"gap": True, "sequence": self.sequence})

    def disconnected(self) -> None:
        self._hears_since = None

    def join(self, client: Client, *, back: float, now: float) -> None:
        """Add a stream that has missed the last `back` seconds: it gets their hints, or is told to fetch."""
        since = now - back
        if self._hears_since is None or since < self._hears_since or back > MEMORY_SECONDS:
            client.offer({"gap": True, "sequence": self.sequence})
        else:
            missed = [hint.message for hint in self._recent if hint.at >= since]
            topics = dict.fromkeys(topic for message in missed for topic in message["topics"])
            if any(message.get("gap") for message in missed):
                client.offer({"gap": True, "sequence": self.sequence})
            elif topics:
                client.offer({"topics": list(topics), "sequence": self.sequence})
        self.clients.add(client)
        if self._is_closed:
            client.close()

    def leave(self, client: Client) -> None:
        self.clients.discard(client)

    def close(self) -> None:
        """End every stream; the browsers come back to whoever serves next."""
        self._is_closed = True
        for client in self.clients:
            client.close()


def _gap(sequence: int) -> bytes:
    return frame("gap", {"sequence": sequence})
