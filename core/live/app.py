"""The live process: one ASGI application that keeps event streams open and holds no database connection.

`GET .../stream?ticket=...&back=SECONDS` answers text/event-stream: `ready` at once, then `hint` {"topics",
"sequence"}, `gap` {"sequence"} (hints were lost: fetch what you show) and `beat` while all is quiet.
"""

import asyncio
import contextlib
import signal
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from types import FrameType
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings

from core.live import tickets
from core.live.hub import Client, Hub, frame
from core.live.listener import listen

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

HEARTBEAT_SECONDS = 15.0
_MOST_BACK_SECONDS = 3600.0


class LiveApp:
    """`heartbeat` in seconds; a browser that hears nothing for a few of them connects anew."""

    def __init__(self, *, heartbeat: float = HEARTBEAT_SECONDS) -> None:
        self.hub = Hub()
        self.heartbeat = heartbeat
        self._listener: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._start_listening()
                _on_stop_signal(self.hub.close)
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _start_listening(self) -> None:
        if self._listener is None:
            self._listener = asyncio.create_task(listen(self.hub))

    async def _stop(self) -> None:
        self.hub.close()
        if self._listener is not None:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._start_listening()
        path = scope["path"].rstrip("/")
        origin = _origin(scope)
        if path.endswith("/healthz"):
            await _reply(send, 200, [], b"ok\n")
        elif not path.endswith("/stream"):
            await _reply(send, 404, [])
        elif origin is not None and origin not in settings.PAGE_ORIGINS:
            await _reply(send, 403, [])
        elif scope["method"] == "OPTIONS":
            await _reply(send, 204, _cors(origin))
        elif scope["method"] != "GET":
            await _reply(send, 405, [*_cors(origin), (b"allow", b"GET, OPTIONS")])
        else:
            await self._open(scope, receive, send, origin)

    async def _open(self, scope: Scope, receive: Receive, send: Send, origin: str | None) -> None:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        try:
            allowed = tickets.read(query.get("ticket", [""])[0])
        except tickets.BadTicket:
            await _reply(send, 403, _cors(origin))
            return
        client = Client(allowed)
        leaving = asyncio.create_task(_wait_for_leaving(receive, client))
        try:
            await self._stream(client, send, _seconds(query), origin)
        finally:
            self.hub.leave(client)
            leaving.cancel()

    async def _stream(self, client: Client, send: Send, back: float, origin: str | None) -> None:
        headers = [
            *_cors(origin),
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await _write(send, frame("ready", {"sequence": self.hub.sequence}))
        self.hub.join(client, back=back, now=time.monotonic())
        while not client.is_closed:
            chunk = await client.take(self.heartbeat)
            if not client.is_closed:
                await _write(send, chunk or frame("beat", {"sequence": self.hub.sequence}))
        with contextlib.suppress(OSError):
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def _on_stop_signal(act: Callable[[], None]) -> None:
    """Let `act` run in the loop when the server is asked to stop, before it waits for open answers to end.

    ASGI tells an application of the shutdown only after that wait, which an event stream would never end.
    """
    loop = asyncio.get_running_loop()

    def chain(number: int, previous: Callable[[int, FrameType | None], Any]) -> None:
        def handle(signum: int, stack: FrameType | None) -> None:
            loop.call_soon_threadsafe(act)
            previous(signum, stack)

        signal.signal(number, handle)

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            previous = signal.getsignal(number)
            if callable(previous):
                chain(number, previous)


def _origin(scope: Scope) -> str | None:
    """The page's origin. A browser leaves it out only where page and stream share one (behind a proxy)."""
    for name, value in scope["headers"]:
        if name == b"origin":
            return bytes(value).decode("latin-1")
    return None


def _cors(origin: str | None) -> Headers:
    vary = (b"vary", b"origin")
    return [vary, (b"access-control-allow-origin", origin.encode("latin-1"))] if origin else [vary]


def _seconds(query: dict[str, list[str]]) -> float:
    """How long the page has heard nothing; what makes no sense counts as very long, so that it fetches."""
    try:
        back = float(query.get("back", ["0"])[0])
    except ValueError:
        return _MOST_BACK_SECONDS
    return back if 0 <= back <= _MOST_BACK_SECONDS else _MOST_BACK_SECONDS


async def _wait_for_leaving(receive: Receive, client: Client) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    client.close()


async def _write(send: Send, chunk: bytes) -> None:
    await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _reply(send: Send, status: int, headers: Headers, body: bytes = b"") -> None:
    length = (b"content-length", str(len(body)).encode())
    plain = (b"content-type", b"text/plain; charset=utf-8")
    extra = [] if status == 204 else [plain, length]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *extra]})
    await send({"type": "http.response.body", "body": body})


application = LiveApp()
