"""A channel for tests that does what it is told: events go in as JSON, messages come out into a list."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from conversations.channels.contracts import (
    Abilities,
    InboundAttachment,
    InboundEvent,
    MalformedPayload,
    OutboundMessage,
    SendResult,
    SignatureError,
)


class StandIn:
    """`outcomes` are what the next sends do: a SendResult is returned, an error raised; then all goes well."""

    kind: ClassVar[str] = "api"
    abilities: Abilities = Abilities(text_limit=40, lease_seconds=30)
    acknowledgement: ClassVar[tuple[str, bytes]] = ("text/plain", b"success")
    public: ClassVar[bool] = False

    def __init__(self) -> None:
        self.sent: list[OutboundMessage] = []
        self.outcomes: list[SendResult | Exception] = []

    def handshake(self, credentials: Mapping[str, Any], query: Mapping[str, str]) -> str:
        if query.get("secret") != credentials["secret"]:
            raise SignatureError("no")
        return query["challenge"]

    def verify(
        self,
        credentials: Mapping[str, Any],
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, str],
    ) -> None:
        if headers.get("X-Secret") != credentials["secret"]:
            raise SignatureError("no")

    def lane(self, body: bytes, headers: Mapping[str, str]) -> str:
        events = self.parse(body, headers)
        return events[0].customer_id if len({event.customer_id for event in events}) == 1 else ""

    def keep(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {"User-Agent": headers.get("User-Agent", "")}

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[InboundEvent]:
        try:
            return [event_of(each) for each in json.loads(body)]
        except (ValueError, TypeError) as error:
            raise MalformedPayload("no list of events") from error

    def send(self, credentials: Mapping[str, Any], message: OutboundMessage) -> SendResult:
        self.sent.append(message)
        outcome = self.outcomes.pop(0) if self.outcomes else SendResult(external_id=f"out-{len(self.sent)}")
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def event_of(values: Mapping[str, Any]) -> InboundEvent:
    fields = dict(values)
    for name in ("sent_at", "watermark"):
        if fields.get(name):
            fields[name] = datetime.fromisoformat(fields[name])
    fields["attachments"] = tuple(InboundAttachment(**each) for each in fields.get("attachments", ()))
    fields["identities"] = tuple(map(tuple, fields.get("identities", ())))
    return InboundEvent(**fields)
