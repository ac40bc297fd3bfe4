"""A stand-in for Telegram: a real HTTP server that speaks the Bot API, and customers who write to the bot.

For tests: `with TelegramStandIn() as telegram: ...`. For a person: `python -m tests.providers.telegram`, then point
TELEGRAM_API_URL to the address that it prints.
"""

from __future__ import annotations

import json
import secrets
import socket
import threading
import time
import urllib.error
import urllib.request
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "123456789:AAEhBOweik6ad9rTestTokenForTheStandIn0"
Json = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What a call does instead of succeeding. `drop`: cut the connection "before" or "after" it was carried out."""

    status: int = 0
    description: str = ""
    parameters: Json = field(default_factory=dict)
    seconds: float = 0.0
    drop: str = ""
    gateway: bool = False


def too_many(seconds: int) -> Outcome:
    words = f"Too Many Requests: retry after {seconds}"
    return Outcome(429, words, {"retry_after": seconds})


BLOCKED = Outcome(403, "Forbidden: bot was blocked by the user")
NOT_FOUND = Outcome(400, "Bad Request: chat not found")
ACCEPTED_THEN_DROPPED = Outcome(drop="after")
DROPPED = Outcome(drop="before")
BROKEN = Outcome(500, "Internal Server Error")
GATEWAY = Outcome(502, gateway=True)


def slow(seconds: float) -> Outcome:
    return Outcome(seconds=seconds)


def migrated(chat_id: int) -> Outcome:
    words = "Bad Request: group chat was upgraded to a supergroup chat"
    return Outcome(400, words, {"migrate_to_chat_id": chat_id})


@dataclass(frozen=True)
class Call:
    """One call of the bot that was carried out or refused."""

    method: str
    values: Json
    files: Mapping[str, tuple[str, bytes]]
    refused: bool = False


@dataclass
class Bot:
    """A bot with its updates: sent to its webhook, or waiting to be fetched."""

    token: str
    name: str = "Aregak Interiors"
    username: str = "aregak_test_bot"
    webhook: Json = field(default_factory=dict)
    waiting: deque[Json] = field(default_factory=deque)
    next_update: int = 1000
    polling: bool = False
    last_error: str = ""

    @property
    def number(self) -> int:
        return int(self.token.partition(":")[0])


class TelegramStandIn:
    """The server with what it was asked and told. `outcomes[method]` are what the next calls of it do."""

    def __init__(self, port: int = 0, *, keep_calls: bool = True) -> None:
        self.bots: dict[str, Bot] = {TOKEN: Bot(TOKEN)}
        self.calls: list[Call] = []
        self.counts: dict[str, int] = defaultdict(int)
        self.outcomes: dict[str, deque[Outcome]] = defaultdict(deque)
        self.blocked: set[str] = set()
        self.files: dict[str, tuple[str, bytes]] = {}
        self.sent: list[Json] = []
        self.finished: list[float] = []
        self._keep = keep_calls
        self._numbers: dict[str, int] = defaultdict(int)
        self.lock = threading.Condition()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.stand_in = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> TelegramStandIn:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def bot(self) -> Bot:
        return self.bots[TOKEN]

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def number(self, chat_id: str) -> int:
        """The next message number of a chat: each chat counts for itself."""
        with self.lock:
            self._numbers[chat_id] += 1
            return self._numbers[chat_id]

    # What customers cause

    def deliver(self, update: Json, *, secret: str | None = None, number: int | None = None) -> int:
        """Give the bot an update by its webhook, or keep it for getUpdates. Returns the status, 0 for kept."""
        bot = self.bot
        with self.lock:
            bot.next_update += 1
            body = {"update_id": bot.next_update if number is None else number, **update}
            if not bot.webhook.get("url"):
                bot.waiting.append(body)
                self.lock.notify_all()
                return 0
        return self.post(body, secret=bot.webhook.get("secret_token", "") if secret is None else secret)

    def post(self, body: Json | bytes, *, secret: str) -> int:
        """Over HTTP, as Telegram does: JSON with everything beyond ASCII escaped."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": secret}
        request = urllib.request.Request(self.bot.webhook["url"], data=content, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            self.bot.last_error = f"Wrong response from the webhook: {error.code} {error.reason}"
            return error.code

    # What the bot calls

    def run(
        self, token: str, method: str, values: Json, files: dict[str, tuple[str, bytes]]
    ) -> Json | Outcome:
        bot = self.bots.get(token)
        if bot is None:
            return Outcome(401, "Unauthorized")
        outcome = self._scripted(method, values)
        if outcome.seconds:
            time.sleep(outcome.seconds)
        refused = bool(outcome.status) or outcome.drop == "before"
        self._note(Call(method, values, files, refused))
        if refused:
            return outcome
        handle = getattr(self, f"_{method.lower()}", None)
        if handle is None and method.startswith("send"):
            handle = self._sendmessage
        if handle is None:
            return Outcome(404, "Not Found: method not found")
        answer = handle(bot, values, files)
        return outcome if outcome.drop else answer

    def _scripted(self, method: str, values: Json) -> Outcome:
        with self.lock:
            if self.outcomes[method]:
                return self.outcomes[method].popleft()
        if method.startswith("send") and str(values.get("chat_id")) in self.blocked:
            return BLOCKED
        return Outcome()

    def _note(self, call: Call) -> None:
        with self.lock:
            self.counts[call.method] += 1
            if self._keep:
                self.calls.append(call)

    def _getme(self, bot: Bot, values: Json, files: Any) -> Json:
        about = {"id": bot.number, "is_bot": True, "first_name": bot.name, "username": bot.username}
        return ok({**about, "can_join_groups": True, "can_read_all_group_messages": False})

    def _sendmessage(self, bot: Bot, values: Json, files: dict[str, tuple[str, bytes]]) -> Json | Outcome:
        chat_id = str(values.get("chat_id"))
        text = str(values.get("text", ""))
        if len(text) > 4096:
            return Outcome(400, "Bad Request: message is too long")
        if not files and not text:
            return Outcome(400, "Bad Request: message text is empty")
        markup = _parsed(values.get("reply_markup"))
        for row in markup.get("inline_keyboard", ()) if isinstance(markup, dict) else ():
            if any(not 1 <= len(button.get("callback_data", "").encode()) <= 64 for button in row):
                return Outcome(400, "Bad Request: BUTTON_DATA_INVALID")
        message: Json = {
            "message_id": self.number(chat_id),
            "date": int(time.time()),
            "chat": {"id": int(chat_id), "type": "private" if int(chat_id) > 0 else "supergroup"},
            "from": {"id": bot.number, "is_bot": True, "first_name": bot.name},
            **({"text": text} if text else {}),
            **({"caption": values["caption"]} if values.get("caption") else {}),
            **({"reply_markup": markup} if markup else {}),
        }
        for kind, (name, content) in files.items():
            self.files[f"out-{len(self.files)}"] = (name, content)
            message[kind] = {"file_name": name, "file_size": len(content)}
        with self.lock:
            self.sent.append(message)
            self.finished.append(time.time())
            self.lock.notify_all()
        return ok(message)

    def _answercallbackquery(self, bot: Bot, values: Json, files: Any) -> Json:
        return ok(True)

    def _getfile(self, bot: Bot, values: Json, files: Any) -> Json | Outcome:
        found = self.files.get(str(values.get("file_id")))
        if found is None:
            return Outcome(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        name, content = found
        if len(content) > 20 * 1024 * 1024:
            return Outcome(400, "Bad Request: file is too big")
        answer = {"file_id": values["file_id"], "file_unique_id": "u", "file_size": len(content)}
        return ok({**answer, "file_path": f"files/{values['file_id']}/{name}"})

    def _setwebhook(self, bot: Bot, values: Json, files: Any) -> Json | Outcome:
        url = str(values.get("url", ""))
        if not url.startswith(("http://", "https://")):
            return Outcome(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        with self.lock:
            bot.webhook = dict(values)
        while bot.waiting:
            self.post(bot.waiting.popleft(), secret=str(values.get("secret_token", "")))
        return ok(True)

    def _deletewebhook(self, bot: Bot, values: Json, files: Any) -> Json:
        bot.webhook = {}
        return ok(True)

    def _getwebhookinfo(self, bot: Bot, values: Json, files: Any) -> Json:
        info: Json = {"url": bot.webhook.get("url", ""), "pending_update_count": len(bot.waiting)}
        if bot.last_error:
            info |= {"last_error_date": int(time.time()), "last_error_message": bot.last_error}
        return ok(info)

    def _getupdates(self, bot: Bot, values: Json, files: Any) -> Json | Outcome:
        if bot.webhook.get("url"):
            words = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"
            return Outcome(409, words)
        deadline = time.perf_counter() + float(values.get("timeout", 0))
        with self.lock:
            if bot.polling:
                return Outcome(409, "Conflict: terminated by other getUpdates request")
            bot.polling = True
            try:
                while bot.waiting and bot.waiting[0]["update_id"] < int(values.get("offset", 0)):
                    bot.waiting.popleft()
                while not bot.waiting and (left := deadline - time.perf_counter()) > 0:
                    self.lock.wait(min(left, 0.2))
                return ok(list(bot.waiting)[: int(values.get("limit", 100))])
            finally:
                bot.polling = False


def ok(result: Any) -> Json:
    return {"ok": True, "result": result}


def _parsed(value: Any) -> Any:
    """A form carries objects as JSON."""
    return json.loads(value) if isinstance(value, str) and value else value or {}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512
    stand_in: TelegramStandIn


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token, _, method = self.path.removeprefix("/bot").partition("/")
        values, files = self._values(body)
        self._answer(self.server.stand_in.run(token, method, values, files))

    def do_GET(self) -> None:
        stand_in = self.server.stand_in
        if self.path == "/_stats":
            with stand_in.lock:
                self._write(200, {"counts": dict(stand_in.counts), "finished": stand_in.finished})
            return
        parts = self.path.split("/")
        found = stand_in.files.get(parts[4]) if self.path.startswith("/file/bot") and len(parts) > 4 else None
        if found is None:
            self._write(404, {"ok": False, "error_code": 404, "description": "Not Found"})
            return
        self._send(200, found[1], "application/octet-stream")

    def _values(self, body: bytes) -> tuple[Json, dict[str, tuple[str, bytes]]]:
        kind = self.headers.get("Content-Type", "")
        if not kind.startswith("multipart/form-data"):
            return (json.loads(body) if body else {}), {}
        parsed = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=HTTP)
        values: Json = {}
        files: dict[str, tuple[str, bytes]] = {}
        for part in parsed.iter_parts():  # type: ignore[attr-defined]
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            if part.get_filename():
                files[name] = (part.get_filename(), content)
            else:
                values[name] = content.decode()
        return values, files

    def _answer(self, answer: Json | Outcome) -> None:
        if isinstance(answer, dict):
            self._write(200, answer)
        elif answer.drop:
            self.close_connection = True
            self.connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
            )
            self.connection.close()
        elif answer.gateway:
            self._send(answer.status, b"<html>Bad Gateway</html>", "text/html")
        elif not answer.status:
            self._write(200, ok(True))
        else:
            refusal: Json = {"ok": False, "error_code": answer.status, "description": answer.description}
            self._write(
                answer.status, refusal | ({"parameters": answer.parameters} if answer.parameters else {})
            )

    def _write(self, status: int, document: Json) -> None:
        self._send(status, json.dumps(document).encode(), "application/json")

    def _send(self, status: int, content: bytes, kind: str) -> None:
        head = f"HTTP/1.1 {status} -\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
        self.wfile.write(head.encode() + content)

    def log_message(self, format: str, *args: Any) -> None:
        return None


def new_token() -> str:
    return f"{secrets.randbelow(10**9) + 10**8}:{secrets.token_urlsafe(26)}"


if __name__ == "__main__":
    from tests.providers.telegram_console import main

    main()
