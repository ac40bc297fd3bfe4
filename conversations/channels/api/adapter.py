"""A company's own app as a channel: signed JSON in, a signed webhook out (spec 2.1; docs/api-channel.md)."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from conversations.channels.api import signature, wire
from conversations.channels.contracts import (
    Abilities,
    FetchedFile,
    FetchError,
    InboundEvent,
    OutboundMessage,
    SendError,
    SendResult,
    SignatureError,
)
from core.ids import uuid7
from core.outgoing import client
from core.outgoing.addresses import NotAllowed
from core.outgoing.client import Answer, NotReached, TooLarge, Unanswered

RETRIED = frozenset({408, 425, 429})
NO_ADDRESS = _("This channel has no address to send to. Enter it in the settings.")
NO_SECRET = _("This channel has no secret yet. Make one in the settings.")
FORBIDDEN_ADDRESS = _("The address of this channel may not be called: it must be a public https address.")
NOT_REACHED = _("The app cannot be reached at the moment.")
NO_ANSWER = _("The app did not answer in time.")
REFUSED = _("The app refused the message.")
REDIRECTED = _("The app answered with a redirect, which is not followed. Enter its final address.")
TROUBLE = _("The app has trouble at the moment.")


class ApiAdapter:
    kind: ClassVar[str] = "api"
    abilities: ClassVar[Abilities] = Abilities(
        text_limit=10_000, quick_replies=20, quick_reply_label=80, media=False, lease_seconds=60
    )
    acknowledgement: ClassVar[tuple[str, bytes]] = ("application/json", b'{"accepted": true}')
    public: ClassVar[bool] = False

    def handshake(self, credentials: Mapping[str, Any], query: Mapping[str, str]) -> str:
        raise SignatureError("This channel has no handshake.")

    def verify(
        self,
        credentials: Mapping[str, Any],
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, str],
    ) -> None:
        signature.check(signature.good_secrets(credentials, timezone.now()), headers, body)

    def lane(self, body: bytes, headers: Mapping[str, str]) -> str:
        senders = {event.customer_id for event in self.parse(body, headers)}
        return senders.pop() if len(senders) == 1 else ""

    def keep(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {signature.ID: _delivery(headers)}

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[InboundEvent]:
        return wire.events(wire.load(body), delivery=_delivery(headers))

    def send(self, credentials: Mapping[str, Any], message: OutboundMessage) -> SendResult:
        """One signed POST; its webhook-id is the message's id at every try, so that the app can drop a repetition."""
        answer = _post(credentials, message_id=str(message.message_id), body=wire.outgoing(message))
        if not answer.ok:
            raise _refusal(answer)
        return _result(answer, str(message.message_id))

    def fetch(self, credentials: Mapping[str, Any], external_id: str, *, most: int) -> FetchedFile:
        """A file from the address that the app gave."""
        try:
            answer = client.get(external_id, most=most)
        except (NotAllowed, TooLarge) as fault:
            raise FetchError(type(fault).__name__, permanent=True) from None
        except (NotReached, Unanswered) as fault:
            raise FetchError(type(fault).__name__) from None
        if not answer.ok:
            raise FetchError(f"HTTP {answer.status}", permanent=answer.status < 500)
        return FetchedFile(answer.body)


@dataclass(frozen=True, slots=True)
class Pinged:
    """How an app answered a test: `error` in plain words, English source text, empty when all is well."""

    milliseconds: int
    status: int = 0
    error: str = ""


def ping(credentials: Mapping[str, Any]) -> Pinged:
    """Send the app a signed test."""
    begun = time.monotonic()
    status, error = 0, ""
    try:
        answer = _post(credentials, message_id=f"ping-{uuid7()}", body=wire.ping())
        status = answer.status
        error = "" if answer.ok else _refusal(answer).message
    except SendError as fault:
        error = fault.message
    return Pinged(int((time.monotonic() - begun) * 1000), status, error)


def _post(credentials: Mapping[str, Any], *, message_id: str, body: bytes) -> Answer:
    now = timezone.now()
    url, good = str(credentials.get("url") or ""), signature.good_secrets(credentials, now)
    if not url:
        raise SendError(NO_ADDRESS, permanent=True, code="no_address")
    if not good:
        raise SendError(NO_SECRET, permanent=True, code="no_secret")
    headers = signature.signed(good, message_id=message_id, body=body, now=now)
    headers |= {"Content-Type": "application/json", "User-Agent": "Parley"}
    try:
        return client.post(url, body=body, headers=headers)
    except NotAllowed as fault:
        raise SendError(FORBIDDEN_ADDRESS, permanent=True, code=fault.code) from None
    except NotReached:
        raise SendError(NOT_REACHED, code="not_reached") from None
    except Unanswered:
        raise SendError(NO_ANSWER, code="no_answer") from None
    except TooLarge:
        # It has answered: what it did with the message is done.
        return Answer(200)


def _refusal(answer: Answer) -> SendError:
    code = f"HTTP {answer.status}"
    if answer.status >= 500 or answer.status in RETRIED:
        return SendError(TROUBLE, retry_after=answer.retry_after, code=code)
    words = REDIRECTED if 300 <= answer.status < 400 else REFUSED
    return SendError(words, permanent=True, code=code)


def _result(answer: Answer, message_id: str) -> SendResult:
    """The app may give the message an id of its own, by which its statuses then name it, and say that it arrived."""
    try:
        said = json.loads(answer.body or b"{}")
    except (ValueError, RecursionError):
        said = {}
    if not isinstance(said, dict):
        said = {}
    own = said.get("id")
    return SendResult(
        external_id=own[:300] if isinstance(own, str) and own else message_id,
        delivered=said.get("status") == "delivered",
    )


def _delivery(headers: Mapping[str, str]) -> str:
    return next((value for name, value in headers.items() if name.lower() == signature.ID), "")[:200]
