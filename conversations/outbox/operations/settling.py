"""What becomes of a locked message that waits and does not leave: held for a person, given up, or taken back."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from conversations.outbox.models import OutboxItem, OutboxStatus, Wait
from conversations.outbox.operations.speaking import told
from conversations.sending import policy
from conversations.threads.links import conversation_url
from conversations.threads.models import AuthorKind, Conversation, Message, MessageStatus
from conversations.threads.saving import change
from core.events.actor import Actor
from core.events.operations import record_all
from core.notifications.operations import notify


def hold(conversation: Conversation, items: Iterable[OutboxItem]) -> None:
    """Locked messages of people do not leave until one of them says so; their writers are told."""
    for item in items:
        item.status = OutboxStatus.HELD
        item.save(update_fields=["status"])
        event = record_all([told(conversation, item.message, "message.held")])[0]
        if item.message.author is not None:
            notify(
                users=[item.message.author],
                kind="message.held",
                key=str(event.public_id),
                params={"contact": str(conversation.contact), "number": conversation.pk},
                url=conversation_url(conversation),
            )


def settle(conversation: Conversation, item: OutboxItem, refusal: policy.Refusal) -> None:
    """A locked message may not leave: cancelled for good, or failed so that it can be sent again; its writer is told."""
    message = item.message
    lasting = refusal in policy.LASTING
    reason = str(policy.REASONS[refusal])
    item.status = OutboxStatus.CANCELLED if lasting else OutboxStatus.FAILED
    item.error, item.claimed_until, item.finished_at = reason, None, timezone.now()
    item.save(update_fields=["status", "error", "claimed_until", "finished_at"])
    message.status = MessageStatus.CANCELLED if lasting else MessageStatus.FAILED
    message.error = reason
    message.save(update_fields=["status", "error"])
    if lasting:
        record_all([told(conversation, message, "message.cancelled", why=refusal.value)])
    else:
        record_all([told(conversation, message, "message.failed", error=reason)])
    uncount(conversation, item)
    tell_author(conversation, message)


def tell_author(conversation: Conversation, message: Message) -> None:
    if message.author is None:
        return
    notify(
        users=[message.author],
        kind="message.failed",
        key=str(message.public_id),
        params={"number": message.conversation_id, "error": message.error},
        url=conversation_url(conversation),
    )


def withdraw(conversation: Conversation, item: OutboxItem, actor: Actor) -> None:
    """A person wants it so: nobody sees the message any more."""
    message = item.message
    item.status, item.finished_at = OutboxStatus.CANCELLED, timezone.now()
    item.save(update_fields=["status", "finished_at"])
    message.status, message.error = MessageStatus.CANCELLED, ""
    message.save(update_fields=["status", "error"])
    uncount(conversation, item)
    record_all([told(conversation, message, "message.cancelled", actor=actor, why="")])


def uncount(conversation: Conversation, item: OutboxItem) -> None:
    """One less of what people have scheduled in the locked conversation."""
    if item.wait == Wait.SCHEDULED and item.message.author_kind == AuthorKind.USER:
        change(conversation, scheduled=max(0, conversation.scheduled - 1))
