"""The web chat's own JSON (docs/webchat.md) to our events. Pure."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

from conversations.channels.contracts import (
    UPLOADED,
    EventKind,
    InboundAttachment,
    InboundEvent,
    MalformedPayload,
)

VERSION = 1
UPLOADS = 5
"""Files of one message at most."""
LANGUAGES = frozenset({"en", "ru", "hy", "az"})
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_REFERRAL = {"campaign": 120, "topic": 60, "url": 500, "referrer": 500}


def load(body: bytes) -> dict[str, Any]:
    """The JSON object of a request; MalformedPayload when it is none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedPayload("The body is not JSON.") from None
    if not isinstance(document, dict):
        raise MalformedPayload("The body is not a JSON object.")
    return document


def event(document: Mapping[str, Any], *, visitor: str) -> InboundEvent:
    """The event of one request of the widget."""
    if document.get("version") != VERSION:
        raise MalformedPayload("The version is not 1.")
    read = _READERS.get(str(document.get("type")))
    if read is None:
        raise MalformedPayload("The type is not known.")
    client_id = document.get("client_id")
    if not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
        raise MalformedPayload("client_id is missing.")
    fields = {
        "external_id": client_id,
        "sender_id": visitor,
        "reply_to": _text(document, "reply_to")[:300],
        "identities": _language(document),
        "referral": _referral(document.get("referral")),
        "raw": dict(document),
    }
    return InboundEvent(**{**fields, **read(document)})


def _message(document: Mapping[str, Any]) -> dict[str, Any]:
    attachments = _attachments(document)
    text = _text(document, "text")
    if not attachments and not text.strip():
        raise MalformedPayload("There is neither text nor a file.")
    return {"kind": EventKind.MESSAGE, "text": text, "attachments": attachments}


def _postback(document: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": EventKind.POSTBACK, "text": _text(document, "text"), "payload": _payload(document)}


def _goal(document: Mapping[str, Any]) -> dict[str, Any]:
    payload = f"goal:{_payload(document)}"[:200]
    return {"kind": EventKind.POSTBACK, "text": _text(document, "text"), "payload": payload}


def _contact(document: Mapping[str, Any]) -> dict[str, Any]:
    contact = document.get("contact")
    if not isinstance(contact, dict):
        raise MalformedPayload("The contact is missing.")
    name, phone, email = (_text(contact, key)[:200].strip() for key in ("name", "phone", "email"))
    if not (name or phone or email):
        raise MalformedPayload("The contact is empty.")
    told = tuple((kind, value) for kind, value in (("phone", phone), ("email", email)) if value)
    return {
        "kind": EventKind.MESSAGE,
        "text": "\n".join(value for value in (name, phone, email) if value),
        "sender_name": name,
        "identities": (*told, *_language(document)),
    }


_READERS = {
    "message": _message,
    "attachment": _message,
    "postback": _postback,
    "goal": _goal,
    "contact": _contact,
}


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedPayload(f"{key} is not text.")
    return value


def _payload(document: Mapping[str, Any]) -> str:
    payload = _text(document, "payload").strip()
    if not payload:
        raise MalformedPayload("The payload is missing.")
    return payload[:200]


def _language(document: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    language = document.get("language")
    return (("language", language),) if language in LANGUAGES else ()


def _referral(value: Any) -> dict[str, str]:
    """Only what we know and in bounded length: the visitor's browser wrote it."""
    if not isinstance(value, dict):
        return {}
    return {
        key: text[:size]
        for key, size in _REFERRAL.items()
        if isinstance(text := value.get(key), str) and text
    }


def _attachments(document: Mapping[str, Any]) -> tuple[InboundAttachment, ...]:
    ids = document.get("attachments") or []
    if not isinstance(ids, list) or len(ids) > UPLOADS:
        raise MalformedPayload("attachments is not a list of upload ids.")
    return tuple(
        InboundAttachment(type="file", external_id=known, url=f"{UPLOADED}{known}")
        for known in map(_upload_id, ids)
    )


def _upload_id(value: Any) -> str:
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        raise MalformedPayload("attachments holds something that is no upload id.") from None
