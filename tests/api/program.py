"""A program that holds a key: speaks JSON over HTTP as docs/api.md tells."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from core.access.models import User
from core.keys.operations import create_key
from core.keys.scopes import Scope

ROOT = "/api/v1/"


@dataclass
class Program:
    token: str
    client: Client = field(default_factory=Client)

    def ask(self, method: str, path: str, body: Any = None, *, expect: int = 200, **headers: str) -> Any:
        """The answer's JSON (None without a body), after its status was compared; headers with underscores."""
        response = self.send(method, path, body, **headers)
        assert response.status_code == expect, response.content.decode()
        return response.json() if response.content else None

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.client.generic(
            method,
            path if path.startswith(("/", "http")) else f"{ROOT}{path}",
            data,
            content_type="application/json",
            headers=sent,
        )

    def get(self, path: str, *, expect: int = 200, **headers: str) -> Any:
        return self.ask("GET", path, expect=expect, **headers)

    def post(self, path: str, body: Any = None, *, expect: int = 201, **headers: str) -> Any:
        return self.ask("POST", path, {} if body is None else body, expect=expect, **headers)

    def patch(self, path: str, body: Any, *, expect: int = 200, **headers: str) -> Any:
        return self.ask("PATCH", path, body, expect=expect, **headers)

    def delete(self, path: str, *, expect: int = 204, **headers: str) -> Any:
        return self.ask("DELETE", path, expect=expect, **headers)


def make_program(
    scopes: Iterable[str] = tuple(Scope.values), *, person: User | None = None, per_minute: int = 100_000
) -> Program:
    """With a key of all scopes for a day, unless said otherwise."""
    now = timezone.now()
    made = create_key(
        name="Site",
        scopes=scopes,
        expires_at=now + timedelta(days=1),
        created_by=None,
        now=now,
        person=person,
        per_minute=per_minute,
    )
    return Program(made.token)
