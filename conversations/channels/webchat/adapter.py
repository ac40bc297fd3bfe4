"""The own web chat as a channel like any other."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

from conversations.channels.contracts import (
    Abilities,
    InboundEvent,
    MalformedPayload,
    OutboundMessage,
    SendResult,
    SignatureError,
)
from conversations.channels.webchat import signature, wire

SESSION_HEADER = "X-Parley-Session"


class WebChatAdapter:
    kind: ClassVar[str] = "webchat"
    abilities: ClassVar[Abilities] = Abilities(
        text_limit=4000, quick_replies=10, quick_reply_label=80, typing=True, lease_seconds=5
    )
    acknowledgement: ClassVar[tuple[str, bytes]] = ("application/json", b'{"accepted": true}')
    public: ClassVar[bool] = True

    def handshake(self, credentials: Mapping[str, Any], query: Mapping[str, str]) -> str:
        raise SignatureError("Web chat has no handshake.")

    def verify(
        self,
        credentials: Mapping[str, Any],
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, str],
    ) -> None:
        secret = str(credentials.get("session_secret", ""))
        signature.read(secret, _token(headers), now=time.time())

    def lane(self, body: bytes, headers: Mapping[str, str]) -> str:
        wire.load(body)
        return _visitor(headers)

    def keep(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {SESSION_HEADER: signature.unsigned(_token(headers))}

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[InboundEvent]:
        return [wire.event(wire.load(body), visitor=_visitor(headers))]

    def send(self, credentials: Mapping[str, Any], message: OutboundMessage) -> SendResult:
        """Nothing leaves the house: the visitor's page fetches what is marked as sent."""
        return SendResult(external_id=str(message.message_id))


def _token(headers: Mapping[str, str]) -> str:
    wanted = SESSION_HEADER.lower()
    return headers.get(SESSION_HEADER) or next(
        (value for name, value in headers.items() if name.lower() == wanted), ""
    )


def _visitor(headers: Mapping[str, str]) -> str:
    try:
        return signature.claims_of(_token(headers)).visitor
    except SignatureError as error:
        raise MalformedPayload(str(error)) from None
