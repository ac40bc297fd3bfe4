"""Who wrote, and in which conversation: found or made exactly once, whatever arrives at the same moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from conversations.accounts.models import ChannelAccount, ChannelIdentity
from conversations.channels.contracts import InboundEvent
from conversations.inbound.timing import REOPEN_DAYS, reopens, said_at
from conversations.threads.models import (
    LIVE_STATUSES,
    Conversation,
    ConversationStatus,
    Handler,
    Message,
)
from conversations.threads.saving import change
from core.events.actor import CUSTOMER
from core.events.operations import EventDraft
from core.languages import Language
from crm.contacts.models import Contact
from crm.contacts.operations import create_contact


@dataclass(slots=True)
class Sender:
    """The locked conversation with the contact; `events` are still to be recorded."""

    contact: Contact
    conversation: Conversation
    new_contact: bool = False
    new_conversation: bool = False
    events: list[EventDraft] = field(default_factory=list)


def find_sender(
    *, account: ChannelAccount, event: InboundEvent, key: str, language: str, now: datetime
) -> Sender | None:
    """The sender's conversation, locked until the transaction ends; None for an event that was stored
    before.

    One statement where a conversation is open. Else a lock on (account, sender) makes twenty first messages
    at once one contact, one identity and one conversation.
    """
    conversation = _newest(account, event)
    if conversation is None or conversation.status not in LIVE_STATUSES:
        _lock_sender(account, event)
        return _without_open(account, event, key, language, now)
    return Sender(conversation.contact, conversation)


def _without_open(
    account: ChannelAccount, event: InboundEvent, key: str, language: str, now: datetime
) -> Sender | None:
    # Locked, and the contact read after it: a merge that is under way gives both to another contact.
    identities = ChannelIdentity.objects.select_for_update(no_key=True)
    identity = identities.filter(account=account, external_id=event.customer_id).first()
    if identity is None:
        return _first_contact(account, event, language, now)
    conversation = _newest(account, event)
    if conversation is not None and conversation.status in LIVE_STATUSES:
        return Sender(conversation.contact, conversation)
    if Message.objects.filter(account=account, dedupe_key=key).exists():
        return None
    if conversation is not None and conversation.status == ConversationStatus.SPAM:
        return Sender(conversation.contact, conversation)
    days = float(account.settings.get("reopen_days", REOPEN_DAYS))
    if conversation is not None and reopens(_over_since(conversation), now, days=days):
        return _reopened(conversation)
    return _started(
        Sender(identity.contact, _create_conversation(account, identity, event), new_conversation=True)
    )


def _newest(account: ChannelAccount, event: InboundEvent) -> Conversation | None:
    found = Conversation.objects.select_for_update(of=("self",)).select_related("contact", "identity")
    conversation = (
        found.filter(
            identity__account=account,
            identity__external_id=event.customer_id,
            thread_id=event.thread_id,
        )
        .order_by("-id")
        .first()
    )
    if conversation is not None:
        conversation.account = account
        if conversation.team_id == account.team_id:
            conversation.team = account.team
    return conversation


def _lock_sender(account: ChannelAccount, event: InboundEvent) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"sender:{account.pk}:{event.customer_id}"],
        )


def _first_contact(account: ChannelAccount, event: InboundEvent, language: str, now: datetime) -> Sender:
    name = event.sender_name if event.direction == "in" else ""
    language = language if language in Language.values else ""
    contact = create_contact(
        actor=CUSTOMER,
        name=name,
        language=language,
        source=account.kind,
        last_message_at=said_at(event.sent_at, now),
    )
    identity = ChannelIdentity.objects.create(
        account=account, external_id=event.customer_id, contact=contact, display_name=name
    )
    conversation = _create_conversation(account, identity, event)
    return _started(Sender(contact, conversation, new_contact=True, new_conversation=True))


def _create_conversation(
    account: ChannelAccount, identity: ChannelIdentity, event: InboundEvent
) -> Conversation:
    return Conversation.objects.create(
        account=account,
        identity=identity,
        contact=identity.contact,
        thread_id=event.thread_id,
        subject=event.subject,
        handler=Handler.FLOW if account.flow_key else Handler.QUEUE,
        team=account.team,
        referral=dict(event.referral),
    )


def _started(sender: Sender) -> Sender:
    payload = {"channel": sender.conversation.account.kind, "referral": sender.conversation.referral}
    sender.events.append(
        EventDraft(name="conversation.started", subject=sender.conversation, actor=CUSTOMER, payload=payload)
    )
    return sender


def _over_since(conversation: Conversation) -> datetime | None:
    """When it was solved; where we have asked something since (a follow-up does), the answer belongs there."""
    solved, spoke = conversation.solved_at, conversation.last_message_at
    return max(solved, spoke) if solved and spoke and conversation.talk else solved


def _reopened(conversation: Conversation) -> Sender:
    change(conversation, status=ConversationStatus.WAITING_US, solved_at=None)
    if conversation.talk:
        change(conversation, handler=Handler.QUEUE)  # it answers our question: whoever spoke here has done so
    payload = {
        "from": ConversationStatus.SOLVED.value,
        "to": ConversationStatus.WAITING_US.value,
        "why": "customer wrote",
    }
    event = EventDraft(
        name="conversation.status_changed", subject=conversation, actor=CUSTOMER, payload=payload
    )
    return Sender(conversation.contact, conversation, events=[event])
