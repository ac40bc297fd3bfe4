"""Web chat sessions for the load: opened before the clock starts."""

from __future__ import annotations

import json
import urllib.request
import uuid

from benchmarks.load import post
from tests.stack import RunningStack


def account_token(stack: RunningStack) -> str:
    """The web chat of the demo, with its limits per visitor lifted."""
    stack.query(
        "UPDATE conversations_channelaccount SET settings = settings || '{\"messages_per_minute\": 0}' RETURNING id"
    )
    token: str = stack.query("SELECT token FROM conversations_channelaccount ORDER BY id LIMIT 1")[0][0]
    return token


def open_sessions(stack: RunningStack, token: str, count: int) -> list[str]:
    url = f"{stack.url}/chat/{token}/session/"
    sessions = []
    for _ in range(count):
        request = urllib.request.Request(url, data=b"{}", headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as response:
            sessions.append(json.load(response)["session"])
    return sessions


def message(stack: RunningStack, token: str, session: str, text: str) -> bytes:
    """The request of one message from a visitor."""
    body = json.dumps(
        {"version": 1, "type": "message", "client_id": str(uuid.uuid4()), "text": text}
    ).encode()
    return post(f"localhost:{stack.port}", f"/hooks/webchat/{token}/", body, {"X-Parley-Session": session})
