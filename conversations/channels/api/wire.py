"""The JSON of a company's own app (docs/api-channel.md) to our events and back. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from conversations.channels.contracts import (
    OPTED_IN,
    OPTED_OUT,
    EventKind,
    InboundAttachment,
    InboundEvent,
    MalformedPayload,
    OutboundMessage,
)

MOST_EVENTS = 200
MOST_FILES = 20
_REFERRAL = {"campaign": 120, "topic": 60, "url": 500, "referrer": 500}
_STATUSES = frozenset({"sent", "delivered", "read", "failed"})
_IDENTITIES = ("phone", "email", "language")
Json = Mapping[str, Any]


def load(body: bytes) -> list[Json]:
    """The events of a request: one object, or `events` with at most 200. MalformedPayload otherwise."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedPayload("The body is not JSON.") from None
    if not isinstance(document, dict):
        raise MalformedPayload("The body is not a JSON object.")
    found = document.get("events", [document])
    if not isinstance(found, list) or not 0 < len(found) <= MOST_EVENTS:
        raise MalformedPayload(f"events must hold 1 to {MOST_EVENTS} events.")
    if not all(isinstance(each, dict) for each in found):
        raise MalformedPayload("events holds something that is no object.")
    return found


def events(documents: list[Json], *, delivery: str) -> list[InboundEvent]:
    """`delivery`: the webhook-id, which names an event that has no id of its own."""
    several = len(documents) > 1
    return [
        event(document, own_id=f"{delivery}:{number}" if several else delivery)
        for number, document in enumerate(documents)
    ]


def event(document: Json, *, own_id: str) -> InboundEvent:
    kind = _text(document, "type")
    if not kind:
        raise MalformedPayload("type is missing.")
    given = _text(document, "id")
    common = {
        "external_id": given or own_id,
        "thread_id": _text(document, "thread"),
        "sent_at": _moment(document, "sent_at"),
        "raw": dict(document),
        **_people(document),
    }
    read = _READERS.get(kind, _unknown)
    return InboundEvent(**{**common, **read(document)})


def _people(document: Json) -> dict[str, Any]:
    """The customer, who speaks, or is spoken to where the direction is "out"."""
    out = _text(document, "direction") == "out"
    customer = _object(document, "customer")
    found: dict[str, Any] = {"recipient_id" if out else "sender_id": _text(customer, "id")}
    if out:
        return {**found, "direction": "out"}
    told = tuple((name, value) for name in _IDENTITIES if (value := _text(customer, name).strip()))
    return {**found, "sender_name": _text(customer, "name"), "identities": told}


def _message(document: Json) -> dict[str, Any]:
    text, files = _text(document, "text"), _files(document)
    if not text.strip() and not files:
        raise MalformedPayload("There is neither text nor a file.")
    return {
        "kind": EventKind.MESSAGE,
        "text": text,
        "attachments": files,
        "subject": _text(document, "subject"),
        "reply_to": _text(document, "reply_to"),
        "referral": _referral(document),
        **_customer_needed(document),
    }


def _postback(document: Json) -> dict[str, Any]:
    payload = _text(document, "payload").strip()
    if not payload:
        raise MalformedPayload("payload is missing.")
    return {
        "kind": EventKind.POSTBACK,
        "text": _text(document, "text"),
        "payload": payload,
        "referral": _referral(document),
        **_customer_needed(document),
    }


def _status(document: Json) -> dict[str, Any]:
    status = _text(document, "status")
    if status not in _STATUSES:
        raise MalformedPayload("status must be sent, delivered, read or failed.")
    return {
        "kind": EventKind.STATUS,
        "external_id": _target(document),
        "status": status,
        "text": _text(document, "error"),
        "payload": _text(document, "code"),
    }


def _edit(document: Json) -> dict[str, Any]:
    return {"kind": EventKind.EDIT, "reply_to": _target(document), "text": _text(document, "text")}


def _delete(document: Json) -> dict[str, Any]:
    return {"kind": EventKind.DELETE, "reply_to": _target(document)}


def _reaction(document: Json) -> dict[str, Any]:
    return {"kind": EventKind.REACTION, "reply_to": _target(document), "text": _text(document, "emoji")}


def _opt_out(document: Json) -> dict[str, Any]:
    return {"kind": EventKind.OTHER, "payload": OPTED_OUT, **_customer_needed(document)}


def _opt_in(document: Json) -> dict[str, Any]:
    return {"kind": EventKind.OTHER, "payload": OPTED_IN, **_customer_needed(document)}


def _unknown(document: Json) -> dict[str, Any]:
    """What this release does not know is kept and shown under its own word."""
    return {"kind": EventKind.OTHER, "text": _text(document, "text"), "payload": _text(document, "type")[:40]}


_READERS = {
    "message": _message,
    "postback": _postback,
    "status": _status,
    "edit": _edit,
    "delete": _delete,
    "reaction": _reaction,
    "opt_out": _opt_out,
    "opt_in": _opt_in,
}


def _customer_needed(document: Json) -> dict[str, Any]:
    if not _text(_object(document, "customer"), "id").strip():
        raise MalformedPayload("customer.id is missing.")
    return {}


def _target(document: Json) -> str:
    target = _text(document, "message").strip()
    if not target:
        raise MalformedPayload("message is missing: the id of the message that is meant.")
    return target


def _files(document: Json) -> tuple[InboundAttachment, ...]:
    found = document.get("attachments") or []
    if not isinstance(found, list) or len(found) > MOST_FILES:
        raise MalformedPayload(f"attachments must be a list of at most {MOST_FILES}.")
    return tuple(_file(each) for each in found)


def _file(value: Any) -> InboundAttachment:
    if not isinstance(value, dict) or not _text(value, "url").startswith("https://"):
        raise MalformedPayload("Each attachment needs a url that begins with https://.")
    return InboundAttachment(
        type=_text(value, "type") or "file",
        external_id=_text(value, "url"),
        url=_text(value, "url"),
        mime=_text(value, "mime"),
        caption=_text(value, "caption"),
        name=_text(value, "name"),
    )


def _referral(document: Json) -> dict[str, str]:
    found = _object(document, "referral")
    return {key: text[:size] for key, size in _REFERRAL.items() if (text := _text(found, key))}


def _object(document: Json, key: str) -> Json:
    value = document.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedPayload(f"{key} is not an object.")
    return value


def _text(document: Json, key: str) -> str:
    value = document.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedPayload(f"{key} is not text.")
    return value


def _moment(document: Json, key: str) -> datetime | None:
    text = _text(document, key)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise MalformedPayload(f"{key} is no time with its offset, such as 2026-03-02T09:00:00Z.")
    return moment


def outgoing(message: OutboundMessage) -> bytes:
    """What the app is sent; the same bytes at every try."""
    document = {
        "type": "message",
        "message": {
            "id": str(message.message_id),
            "customer": {"id": message.recipient_id},
            "thread": message.thread_id,
            "text": message.text,
            "quick_replies": [
                {"label": label, "payload": payload} for label, payload in message.quick_replies
            ],
            "reply_to": message.reply_to,
        },
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def ping() -> bytes:
    return b'{"type":"ping"}'
