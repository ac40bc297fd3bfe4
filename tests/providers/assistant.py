"""A stand-in for an OpenAI-compatible service: a real HTTP server on loopback.

For tests: `with AssistantStandIn() as model: ...`; `model.answers(...)` says what the next calls get. For a person:
`OUTGOING_LOOPBACK=1`, `python -m tests.providers.assistant`, then the printed address in Settings > Assistant.
"""

from __future__ import annotations

import json
import re
import sys
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
KEY = "sk-test-key-of-the-stand-in"


@dataclass(frozen=True)
class Scripted:
    """What a call gets. `content`: the words of the model. `raw`: the body as it is, in place of a proper one."""

    content: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    hold: bool = False
    usage: tuple[int, int] | None = (120, 30)


def reply(text: str, *sources: str, confidence: float = 0.9) -> Scripted:
    body = {"can_answer": True, "text": text, "sources": list(sources), "confidence": confidence}
    return Scripted(json.dumps(body))


CANNOT = Scripted(json.dumps({"can_answer": False, "text": "", "sources": [], "confidence": 0.9}))


def summary(*lines: str, confidence: float = 0.9) -> Scripted:
    return Scripted(json.dumps({"lines": list(lines), "confidence": confidence}))


def suggestion(step: str, why: str) -> Scripted:
    return Scripted(json.dumps({"step": step, "why": why, "confidence": 0.9}))


def classified(intent: str, *facts: Json, confidence: float = 0.9) -> Scripted:
    return Scripted(json.dumps({"intent": intent, "facts": list(facts), "confidence": confidence}))


def translation(text: str, language: str) -> Scripted:
    return Scripted(json.dumps({"text": text, "language": language, "confidence": 0.95}))


SLOW = Scripted(hold=True)
BUSY = Scripted(
    status=429, headers={"Retry-After": "120"}, raw=b'{"error": {"message": "Rate limit reached"}}'
)
BROKEN = Scripted(status=500, raw=b"<h1>Internal Server Error</h1>")
BAD_KEY = Scripted(status=401, raw=b'{"error": {"message": "Incorrect API key provided"}}')
NO_JSON = Scripted("Sure! Here is the summary you asked for.")
BROKEN_BODY = Scripted(raw=b'{"choices": [{"mess')
WRONG_SCHEMA = Scripted('{"lines": "one", "confidence": "high", "note": 1}')
HUGE = Scripted(raw=b'{"choices": "' + b"x" * 400_000 + b'"}')


class AssistantStandIn:
    """`calls` are the bodies that came in. Without a script it answers by itself, from what it is shown."""

    def __init__(self, port: int = 0) -> None:
        self.calls: list[Json] = []
        self.keys: list[str] = []
        self.scripted: deque[Scripted] = deque()
        self.let_go = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
        self._server.daemon_threads = True
        self._server.stand_in = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> AssistantStandIn:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def answers(self, *scripted: Scripted) -> None:
        self.scripted.extend(scripted)

    @property
    def documents(self) -> list[Json]:
        """What it was shown, call by call."""
        return [json.loads(call["messages"][1]["content"]) for call in self.calls]

    def take(self, body: Json, key: str) -> Scripted:
        self.calls.append(body)
        self.keys.append(key)
        return self.scripted.popleft() if self.scripted else by_itself(body)


def by_itself(body: Json) -> Scripted:
    """What a well-behaved model could say to what it is shown."""
    system = body["messages"][0]["content"]
    document = json.loads(body["messages"][1]["content"])
    if '"lines"' in system:
        words = [each["text"] for each in document["conversation"] if each["who"] == "customer"]
        return summary(
            f"The customer wrote: {words[-1][:120]}" if words else "Nothing was said.", "We have to answer."
        )
    if '"can_answer"' in system:
        sources = document.get("sources") or []
        return reply(sources[0]["text"].splitlines()[-1], sources[0]["id"]) if sources else CANNOT
    if '"step"' in system:
        return suggestion("answer", "The customer waits for an answer.")
    if '"intent"' in system:
        return classified("other")
    return translation(f"({document['text']})", "English")


class Obedient(AssistantStandIn):
    """A model that does what the customer's words tell it: `SAY: ...` is what it says, with every source as its proof."""

    def take(self, body: Json, key: str) -> Scripted:
        self.calls.append(body)
        document = json.loads(body["messages"][1]["content"])
        told = re.search(r"SAY: (.+)", json.dumps(document, ensure_ascii=False))
        wanted = told.group(1).partition('"')[0] if told else ""
        return reply(wanted, *(each["id"] for each in document.get("sources") or []), confidence=1.0)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        stand_in: AssistantStandIn = self.server.stand_in  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.path != "/v1/chat/completions":
            return self._answer(Scripted(status=404, raw=b'{"error": {"message": "No such address"}}'), "")
        found = stand_in.take(body, key)
        if found.hold:
            stand_in.let_go.wait(30)
            self.close_connection = True
            return None
        return self._answer(found, body["model"])

    def _answer(self, found: Scripted, model: str) -> None:
        content = found.raw
        if content is None:
            choice = {
                "index": 0,
                "message": {"role": "assistant", "content": found.content},
                "finish_reason": "stop",
            }
            answer: Json = {
                "id": "c-1",
                "object": "chat.completion",
                "model": f"{model}-0301",
                "choices": [choice],
            }
            if found.usage:
                answer["usage"] = dict(zip(("prompt_tokens", "completion_tokens"), found.usage, strict=True))
            content = json.dumps(answer).encode()
        self.send_response(found.status)
        for name, value in {"Content-Type": "application/json", **found.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):
            return

    def log_message(self, format: str, *args: Any) -> None:
        return


if __name__ == "__main__":
    with AssistantStandIn(int(sys.argv[1]) if len(sys.argv) > 1 else 8901) as running:
        sys.stdout.write(f"{running.url}\n")
        sys.stdout.flush()
        threading.Event().wait()
