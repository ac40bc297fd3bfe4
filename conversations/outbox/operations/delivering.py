from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.accounts.operations import record_error
from conversations.accounts.queries import account_by_id
from conversations.channels import registry
from conversations.channels.contracts import (
    UNCONFIRMED,
    Abilities,
    NotYet,
    OutboundAttachment,
    OutboundMessage,
    SendError,
    SendResult,
)
from conversations.consent.operations import blocked
from conversations.outbox.backoff import ATTEMPTS, pause
from conversations.outbox.models import OutboxItem, OutboxStatus
from conversations.outbox.operations.releasing import look_at_next
from conversations.outbox.operations.settling import tell_author
from conversations.sending.adaptation import as_buttons
from conversations.sending.drafts import QuickReply
from conversations.threads.models import Attachment, Conversation, Message, MessageStatus
from core.claims import fault_of
from core.events.operations import record
from core.live import topics
from core.live.publish import publish

log = structlog.get_logger(__name__)

# One worker wins the row; the messages of a conversation wait for the earlier ones; the lease of a worker
# that died runs out, and `interrupted` tells of it. What waits or was not asked for is looked at first
# (releasing.py); until its time has come it holds up nobody.
_CLAIM = """
UPDATE conversations_outboxitem AS item
   SET attempts = item.attempts + 1,
       claimed_until = %(now)s + make_interval(secs => COALESCE(
           (SELECT lease.seconds FROM unnest(%(kinds)s::text[], %(leases)s::int[]) AS lease (kind, seconds)
              JOIN conversations_channelaccount account ON account.kind = lease.kind
             WHERE account.id = item.account_id), 60))
  FROM (
       SELECT next.id, next.claimed_until FROM conversations_outboxitem next
        WHERE next.status = 'pending' AND next.next_attempt_at <= %(now)s
          AND next.wait = '' AND next.purpose NOT IN ('follow_up', 'marketing')
          AND (next.claimed_until IS NULL OR next.claimed_until < %(now)s)
          AND NOT EXISTS (
              SELECT 1 FROM conversations_outboxitem earlier
               WHERE earlier.status = 'pending' AND earlier.conversation_id = next.conversation_id
                 AND earlier.id < next.id AND (earlier.wait = '' OR earlier.next_attempt_at <= %(now)s))
        ORDER BY next.next_attempt_at, next.id
        LIMIT 1 FOR UPDATE SKIP LOCKED) AS chosen
 WHERE item.id = chosen.id
RETURNING item.*, chosen.claimed_until IS NOT NULL AS interrupted,
          EXISTS (SELECT 1 FROM conversations_attachment AS file WHERE file.message_id = item.message_id) AS has_files
"""

# Both rows with one statement: this is done for every message that goes out.
_NOTE_SENT = """
WITH finished AS (
     UPDATE conversations_outboxitem SET status = 'sent', claimed_until = NULL, error = '', finished_at = %(now)s
      WHERE id = %(item)s AND status = 'pending' AND attempts = %(attempts)s
  RETURNING message_id),
noted AS (
     UPDATE conversations_message AS message
        SET status = %(status)s, external_id = %(external_id)s,
            delivered_at = COALESCE(%(delivered_at)s, message.delivered_at)
       FROM finished WHERE message.id = finished.message_id AND message.status = 'queued')
SELECT count(*) FROM finished
"""


def deliver_next(*, now: datetime | None = None) -> bool:
    """Send the message that is due and first in its conversation, answers before all else; False when there is none."""
    now = now or timezone.now()
    item = _claim(now)
    if item is None:
        looked = look_at_next(now=now)
        if looked is None or looked.claimed is None:
            return looked is not None
        item = looked.claimed
    message = Message.objects.select_related("conversation__identity").get(pk=item.message_id)
    if item.attempts > ATTEMPTS:
        _failed(item, message, SendError(_("Something went wrong on our side.")), now)
        return True
    if _may_have_arrived(item):
        _failed(item, message, SendError(_(UNCONFIRMED), code="unconfirmed"), now)
        return True
    results: list[SendResult] = []
    fault = fault_of(lambda: results.append(_send(item, message)))
    if fault is None:
        _sent(item, message, results[0], now)
    elif isinstance(fault, NotYet):
        _put_off(item, now + timedelta(seconds=fault.seconds))
    else:
        _not_sent(item, message, _as_send_error(fault, message), now)
    return True


def _may_have_arrived(item: OutboxItem) -> bool:
    """A worker died with it in hand, on a channel where a message that is sent twice arrives twice."""
    if not item.interrupted:
        return False
    kind = account_by_id(item.account_id).kind
    return kind in registry.kinds() and not registry.adapter(kind).abilities.repeatable


def _send(item: OutboxItem, message: Message) -> SendResult:
    account = account_by_id(message.account_id)
    adapter = registry.adapter(account.kind)
    files = item.has_files and adapter.abilities.media
    return adapter.send(account.credentials, _outbound(message, adapter.abilities, files=files))


def _claim(now: datetime) -> OutboxItem | None:
    leases = {kind: registry.adapter(kind).abilities.lease_seconds for kind in registry.kinds()}
    params = {"now": now, "kinds": list(leases), "leases": list(leases.values())}
    return next(iter(OutboxItem.objects.raw(_CLAIM, params)), None)


def _as_send_error(fault: Exception, message: Message) -> SendError:
    if isinstance(fault, SendError):
        return fault
    log.error("message not sent", message=message.pk, account=message.account_id, exc_info=fault)
    return SendError(_("Something went wrong on our side."), code=type(fault).__name__)


def _outbound(message: Message, abilities: Abilities, *, files: bool) -> OutboundMessage:
    replies = tuple(QuickReply(reply["label"], reply["payload"]) for reply in message.quick_replies)
    conversation = message.conversation
    attached = Attachment.objects.filter(message=message).order_by("id") if files else ()
    return OutboundMessage(
        message_id=message.public_id,
        recipient_id=conversation.identity.external_id,
        thread_id=conversation.thread_id,
        text=message.text,
        quick_replies=replies if as_buttons(replies, abilities) else (),
        attachments=tuple(
            OutboundAttachment(
                file.public_id, file.kind, file.name, file.mime, file.size, file.file.name or ""
            )
            for file in attached
        ),
        reply_to=message.reply_to_external_id,
    )


@transaction.atomic
def _sent(item: OutboxItem, message: Message, result: SendResult, now: datetime) -> None:
    if not _note_sent(item, result, now):
        return
    if result.thread_id:
        Conversation.objects.filter(pk=message.conversation_id).update(thread_id=result.thread_id)
    payload = {"message": str(message.public_id), "sequence": message.sequence, "attempts": item.attempts}
    record(name="message.sent", subject=message.conversation, payload=payload)
    if registry.adapter(account_by_id(item.account_id).kind).public:  # its customers have our own widget open
        visitor = topics.visitor(message.conversation.identity.external_id)
        transaction.on_commit(lambda: publish([visitor], {}, sequence=0))


def _note_sent(item: OutboxItem, result: SendResult, now: datetime) -> bool:
    """As `_finish`, with what the provider told of the message."""
    params: dict[str, Any] = {
        "item": item.pk,
        "attempts": item.attempts,
        "now": now,
        "status": (MessageStatus.DELIVERED if result.delivered else MessageStatus.SENT).value,
        "external_id": result.external_id,
        "delivered_at": now if result.delivered else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_SENT, params)
        (finished,) = cursor.fetchone()
    return bool(finished)


def _put_off(item: OutboxItem, until: datetime) -> None:
    """Nothing was sent, so that it was no try."""
    OutboxItem.objects.filter(pk=item.pk, status=OutboxStatus.PENDING, attempts=item.attempts).update(
        next_attempt_at=until, claimed_until=None, attempts=item.attempts - 1
    )


def _not_sent(item: OutboxItem, message: Message, error: SendError, now: datetime) -> None:
    if error.permanent or item.attempts >= ATTEMPTS:
        _failed(item, message, error, now)
        return
    OutboxItem.objects.filter(pk=item.pk, status=OutboxStatus.PENDING, attempts=item.attempts).update(
        next_attempt_at=now + pause(item.attempts, retry_after=error.retry_after),
        claimed_until=None,
        error=error.message,
    )


@transaction.atomic
def _failed(item: OutboxItem, message: Message, error: SendError, now: datetime) -> None:
    if not _finish(item, OutboxStatus.FAILED, now, error=error.message):
        return
    Message.objects.filter(pk=message.pk).update(status=MessageStatus.FAILED, error=error.message)
    account = account_by_id(item.account_id)
    if error.blocked:
        blocked(contact=message.conversation.contact, kind=account.kind, text=error.message)
    else:
        record_error(account=account, error=error.message)
    payload = {"message": str(message.public_id), "sequence": message.sequence, "error": error.message}
    record(name="message.failed", subject=message.conversation, payload={**payload, "code": error.code})
    message.error = error.message
    tell_author(message.conversation, message)


def _finish(item: OutboxItem, status: OutboxStatus, now: datetime, *, error: str = "") -> bool:
    """False when the lease ran out and another worker has the row: then the outcome is that one's to tell."""
    return bool(
        OutboxItem.objects.filter(pk=item.pk, status=OutboxStatus.PENDING, attempts=item.attempts).update(
            status=status, claimed_until=None, error=error, finished_at=now
        )
    )
