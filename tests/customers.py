"""A customer with the widget open, over real HTTP, who repeats what was not accepted as the widget does."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.stack import RunningStack, wait_for

PATIENCE = 40.0


@dataclass
class Customer:
    """Speaks the wire of docs/webchat.md to a running product."""

    stack: RunningStack
    token: str
    session: str = ""
    sent: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.stack.url, timeout=5)

    def open(self, language: str = "en") -> None:
        answer = self._post(
            f"/chat/{self.token}/session/", {"session": self.session or None, "language": language}
        )
        self.session = answer["session"]

    def say(self, text: str) -> None:
        """Write, and keep trying until it is accepted; one client id however often."""
        body = {"version": 1, "type": "message", "client_id": str(uuid.uuid4()), "text": text}
        self._post(f"/hooks/webchat/{self.token}/", body)
        self.sent.append(text)

    def read(self) -> list[dict[str, Any]]:
        """Everything that the visitor's page would show, in order."""
        if not self.session:
            self.open()
        answer = self.http.get(f"/chat/{self.token}/messages/", headers=self._headers())
        answer.raise_for_status()
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages

    def wait_for_answer(self, number: int, *, seconds: float = PATIENCE) -> str:
        """The text of the company's n-th message, once it is there."""

        def answered() -> str | None:
            try:
                said = [message["text"] for message in self.read() if message["direction"] == "out"]
            except httpx.HTTPError:
                return None
            return said[number - 1] if len(said) >= number else None

        return wait_for(answered, seconds=seconds, what=f"answer {number}")

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        def accepted() -> dict[str, Any] | None:
            try:
                answer = self.http.post(path, json=body, headers=self._headers())
            except httpx.HTTPError:
                return None
            if answer.status_code >= 500:
                return None
            assert answer.status_code == 200, answer.text
            content: dict[str, Any] = answer.json()
            return content

        return wait_for(accepted, seconds=PATIENCE, what=f"{path} to accept")

    def _headers(self) -> dict[str, str]:
        return {"X-Parley-Session": self.session} if self.session else {}
