"""A stand-in for a company's own app: a real HTTP server that takes our webhooks, and customers who write in it.

For tests: `with App() as app: ...`. `outcomes` are what the next calls get: a status, or (status, headers, body).
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

Json = dict[str, Any]
Outcome = int | tuple[int, dict[str, str], bytes]


@dataclass(frozen=True)
class Taken:
    """A webhook that carried a good signature; `id` is its webhook-id."""

    id: str
    document: Json


@dataclass
class App:
    """`drip`: seconds between single bytes of an answer that never ends."""

    secret: str = ""
    outcomes: deque[Outcome] = field(default_factory=deque)
    taken: list[Taken] = field(default_factory=list)
    refused: int = 0
    drip: float = 0.0

    def __enter__(self) -> App:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.app = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/parley"

    @property
    def messages(self) -> list[Json]:
        return [each.document["message"] for each in self.taken if each.document["type"] == "message"]

    def take(self, headers: dict[str, str], body: bytes) -> Outcome:
        try:
            document = Webhook(self.secret).verify(body, headers)
        except Exception:  # noqa: BLE001
            self.refused += 1
            return 401
        self.taken.append(Taken(headers["webhook-id"], document))
        return self.outcomes.popleft() if self.outcomes else 200


def signed(secret: str, body: str | bytes, *, id: str = "d-1", at: datetime | None = None) -> dict[str, str]:
    """The headers with which an app signs what it sends us."""
    text = body if isinstance(body, str) else body.decode()
    moment = at or datetime.now(UTC)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(id, moment, text),
    }


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    app: App


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        outcome = self.server.app.take({name.lower(): value for name, value in self.headers.items()}, body)
        status, headers, answer = (outcome, {}, b"") if isinstance(outcome, int) else outcome
        if self.server.app.drip:
            self._drip(self.server.app.drip)
            return
        self.send_response(status)
        for name, value in {"Content-Length": str(len(answer)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def _drip(self, pause: float) -> None:
        try:
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 10_000:
                self.wfile.write(bytes([byte]))
                time.sleep(pause)
        except OSError:
            return

    def log_message(self, *_: Any) -> None:
        return


def compact(document: Json) -> str:
    return json.dumps(document, ensure_ascii=False)
