"""The key on which the same event falls away when it comes twice (architecture 3). Pure."""

from __future__ import annotations

import hashlib
import json

from conversations.channels.contracts import EventKind, InboundEvent

# A button that comes as a message and as a postback would be two; everything that becomes a message is one
# kind here.
_FAMILY = {
    EventKind.POSTBACK: "message",
    EventKind.MESSAGE: "message",
}


def dedupe_key(event: InboundEvent) -> str:
    """Hash of event kind, external id and thread; of everything that was said where the provider gives no
    id."""
    identity = event.external_id or _fingerprint(event)
    parts = (_FAMILY.get(event.kind, str(event.kind)), identity, event.thread_id)
    return hashlib.sha256(json.dumps(parts).encode("utf-8", "replace")).hexdigest()


def _fingerprint(event: InboundEvent) -> str:
    moment = event.sent_at.isoformat() if event.sent_at else ""
    return json.dumps(
        [event.customer_id, event.reply_to, event.text, event.payload, event.status, moment, dict(event.raw)],
        sort_keys=True,
        default=str,
    )
