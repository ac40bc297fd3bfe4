"""Customers, accounts and conversations for tests of several rooms."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.test import Client
from django.utils import timezone

from conversations.accounts.models import ChannelAccount, ChannelIdentity
from conversations.accounts.operations import create_account
from conversations.threads.models import Conversation, Handler
from core.access.models import Role, User
from core.events.actor import SYSTEM
from crm.contacts.operations import create_contact
from crm.pipeline.models import Pipeline, StageKind
from crm.pipeline.operations import StageDraft, create_pipeline


def make_web_chat(**changes: Any) -> ChannelAccount:
    """A web chat without a limit of messages a minute, for sales unless said otherwise."""
    settings = {"messages_per_minute": 0, **changes.pop("settings", {})}
    return create_account(kind="webchat", name=changes.pop("name", "Site"), settings=settings, **changes)


def make_pipeline(name: str = "Sales") -> Pipeline:
    stages = [
        StageDraft("New", probability=10),
        StageDraft("Talking", probability=40),
        StageDraft("Won", kind=StageKind.WON, probability=100),
        StageDraft("Lost", kind=StageKind.LOST, probability=0),
    ]
    return create_pipeline(name=name, stages=stages, actor=SYSTEM)


def make_user(name: str = "Anna", role: str = Role.AGENT, **fields: Any) -> User:
    email = fields.pop("email", f"{name.lower()}-{uuid.uuid4().hex[:6]}@example.com")
    return User.objects.create_user(email, "a long enough password", name=name, role=role, **fields)


def make_conversation(
    account: ChannelAccount | None = None, *, name: str = "Aram", sender: str = "", **fields: Any
) -> Conversation:
    """A conversation without messages, waiting for a person unless said otherwise."""
    account = account or make_web_chat()
    contact = create_contact(actor=SYSTEM, name=name)
    identity = ChannelIdentity.objects.create(
        account=account, external_id=sender or uuid.uuid4().hex, contact=contact, display_name=name
    )
    values = {"handler": Handler.QUEUE, "last_message_at": timezone.now(), **fields}
    return Conversation.objects.create(account=account, identity=identity, contact=contact, **values)


@dataclass
class Visitor:
    """Somebody with the widget open: speaks the wire of docs/webchat.md over HTTP."""

    account: ChannelAccount
    client: Client = field(default_factory=Client)
    session: str = ""
    opened: dict[str, Any] = field(default_factory=dict)

    def open(self, **request: Any) -> dict[str, Any]:
        """Start a session, or resume it as after a reload."""
        answer = self.client.post(
            f"/chat/{self.account.token}/session/",
            {"session": self.session or None, **request},
            content_type="application/json",
        )
        assert answer.status_code == 200, answer.content
        self.opened = answer.json()
        self.session = self.opened["session"]
        return self.opened

    def say(self, text: str, *, client_id: str = "", **more: Any) -> str:
        """Send a message and return its client id."""
        return self.send({"type": "message", "text": text, **more}, client_id=client_id)

    def choose(self, label: str, payload: str, *, type: str = "postback") -> str:
        return self.send({"type": type, "text": label, "payload": payload})

    def send(self, body: dict[str, Any], *, client_id: str = "", expect: int = 200) -> str:
        if not self.session:
            self.open()
        client_id = client_id or str(uuid.uuid4())
        answer = self.post(json.dumps({"version": 1, "client_id": client_id, **body}))
        assert answer.status_code == expect, answer.content
        return client_id

    def post(self, body: str | bytes) -> Any:
        return self.client.post(
            f"/hooks/webchat/{self.account.token}/",
            body,
            content_type="application/json",
            headers=self.headers,
        )

    def fetch(self, after: str = "") -> dict[str, Any]:
        answer = self.client.get(
            f"/chat/{self.account.token}/messages/", {"after": after}, headers=self.headers
        )
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found

    def upload(self, name: str, content: bytes) -> Any:
        from django.core.files.uploadedfile import SimpleUploadedFile

        return self.client.post(
            f"/chat/{self.account.token}/upload/",
            {"file": SimpleUploadedFile(name, content)},
            headers=self.headers,
        )

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Parley-Session": self.session}


def at(text: str) -> datetime:
    """An instant from ISO 8601 with its offset."""
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None
    return moment
