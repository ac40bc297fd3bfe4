"""What people, customers and opt-outs do to messages that have not left yet (spec 3.4, 15.2)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.outbox.errors import OnItsWay
from conversations.outbox.models import OutboxItem, OutboxStatus, Wait
from conversations.outbox.operations.judging import UNASKED
from conversations.outbox.operations.releasing import release
from conversations.outbox.operations.settling import hold, settle, withdraw
from conversations.outbox.operations.speaking import stamp, told, unsay
from conversations.sending import policy
from conversations.threads.models import AuthorKind, Conversation, Message
from conversations.threads.queries import locked_conversation
from conversations.threads.saving import change, save
from core.access.models import User
from core.errors import Refused
from core.events.actor import Actor
from core.events.operations import record_all
from core.nudge import nudge
from core.text import clean_words
from crm.contacts.models import Contact

_WAITS = (OutboxStatus.PENDING, OutboxStatus.HELD)


@transaction.atomic
def take_back(*, message_id: int, user: User) -> Message:
    """Undo: the writer's message does not leave, and the conversation is as it was before. OnItsWay when too late."""
    conversation, item = _locked(message_id, user)
    message = item.message
    if item.wait != Wait.UNDO or message.author_id != user.pk:
        raise OnItsWay(_("Too late: the message is on its way already."))
    withdraw(conversation, item, Actor.of(user))
    unsay(conversation, message, item.before)
    save(conversation)
    return message


@transaction.atomic
def cancel_message(*, message_id: int, user: User) -> Message:
    """Let a message that waits for its time never leave. OnItsWay when it has begun to."""
    conversation, item = _locked(message_id, user)
    withdraw(conversation, item, Actor.of(user))
    if item.wait == Wait.UNDO:
        unsay(conversation, item.message, item.before)
    save(conversation)
    return item.message


@transaction.atomic
def reschedule(
    *, message_id: int, user: User, at: datetime, now: datetime, text: str | None = None
) -> Message:
    """Give a message that a person has scheduled another time, and other words where `text` is given.

    One that was held, since the customer had written, waits for its time again. OnItsWay when it has begun to leave.
    """
    conversation, item = _locked(message_id, user)
    message = item.message
    if item.wait != Wait.SCHEDULED:
        raise OnItsWay(_("Only a scheduled message can be changed."))
    if at <= now:
        raise Refused(_("Choose a time that is still to come."))
    if text is not None:
        message.text = clean_words(text).strip()
        if not message.text and not message.attachments.exists():
            raise Refused(_("Write something first."))
    # Its new number makes every open screen show it anew.
    message.sequence, message.sent_at = conversation.last_sequence + 1, at
    message.save(update_fields=["text", "sequence", "sent_at"])
    change(conversation, last_sequence=message.sequence)
    save(conversation)
    item.status, item.next_attempt_at = OutboxStatus.PENDING, at
    item.save(update_fields=["status", "next_attempt_at"])
    actor = Actor.of(user)
    record_all([told(conversation, message, "message.rescheduled", actor=actor, at=stamp(at))])
    return message


@transaction.atomic
def send_now(*, message_id: int, user: User, now: datetime) -> Message:
    """Let a message of a person that waits leave at once, also one that was held. OnItsWay when it has begun to."""
    conversation, item = _locked(message_id, user)
    if item.wait not in (Wait.SCHEDULED, Wait.UNDO):
        raise OnItsWay(_("It leaves by itself when the customer's quiet hours are over."))
    item.status = OutboxStatus.PENDING
    item.save(update_fields=["status"])
    release(conversation, item, now)
    save(conversation)
    nudge("outbox")
    return item.message


def hurry(conversation: Conversation, now: datetime) -> None:
    """Nobody can take back any more what people have just written here: somebody else is about to speak."""
    waiting = OutboxItem.objects.filter(
        conversation_id=conversation.pk, status=OutboxStatus.PENDING, wait=Wait.UNDO, next_attempt_at__gt=now
    )
    if waiting.update(next_attempt_at=now):
        nudge("outbox")


def hold_scheduled(conversation: Conversation) -> None:
    """The customer wrote in the locked conversation: what people have scheduled there waits for their word."""
    if not conversation.scheduled:
        return
    items = OutboxItem.objects.select_for_update(of=("self",)).select_related("message__author")
    waiting = items.filter(
        conversation_id=conversation.pk,
        status=OutboxStatus.PENDING,
        wait=Wait.SCHEDULED,
        message__author_kind=AuthorKind.USER,
    )
    hold(conversation, waiting)


def stop_unasked(contact: Contact) -> None:
    """The contact wants no more: follow-ups that wait on any channel are cancelled, visibly."""
    items = OutboxItem.objects.select_for_update(of=("self",)).select_related(
        "message__conversation", "message__author"
    )
    waiting = items.filter(
        status=OutboxStatus.PENDING,
        purpose__in=UNASKED,
        claimed_until__isnull=True,
        message__conversation__contact=contact,
    )
    for item in waiting.order_by("pk"):
        settle(item.message.conversation, item, policy.Refusal.NO_CONSENT)


def _locked(message_id: int, user: User) -> tuple[Conversation, OutboxItem]:
    """The locked conversation, then the message's place in the outbox; OnItsWay when it waits no longer.

    Raises Conversation.DoesNotExist when `user` may not see it.
    """
    conversation_id = Message.objects.values_list("conversation_id", flat=True).get(pk=message_id)
    conversation = locked_conversation(conversation_id, user)
    items = OutboxItem.objects.select_for_update(of=("self",)).select_related("message__author")
    item = items.filter(message_id=message_id, status__in=_WAITS).exclude(wait="").first()
    if item is None:
        raise OnItsWay(_("Too late: the message is on its way already."))
    return conversation, item
