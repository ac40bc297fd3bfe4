"""What the sending policy is told about a message, when it is queued and again when its time has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from conversations.accounts.models import ChannelAccount
from conversations.channels import registry
from conversations.outbox.models import OutboxItem, Wait
from conversations.outbox.queries import quiet_hours, zone_of
from conversations.sending import policy
from conversations.threads.models import LIVE_STATUSES, AuthorKind, Conversation, ConversationStatus, Message
from core.company.queries import company
from crm.consent.models import Purpose
from crm.consent.queries import may
from crm.contacts.models import Contact

UNASKED = frozenset({Purpose.FOLLOW_UP, Purpose.MARKETING})
"""Nobody waits for these: quiet hours hold them, and they are looked at again at every try."""


def refusal_of(
    conversation: Conversation,
    account: ChannelAccount,
    *,
    purpose: str,
    has_text: bool,
    has_files: bool,
    **late: bool,
) -> policy.Refusal | None:
    """Why the message may not leave; `late` are the facts of one that has waited."""
    return policy.can_send(
        policy.Facts(
            **facts_of(conversation, account, purpose),
            has_text=has_text,
            has_files=has_files,
            channel_carries_files=registry.adapter(account.kind).abilities.media,
            **late,
        )
    )


def facts_of(conversation: Conversation, account: ChannelAccount, purpose: str) -> dict[str, Any]:
    """One statement where the purpose needs consent."""
    return {
        "account_active": account.active,
        "spam": conversation.status == ConversationStatus.SPAM,
        "consent": purpose == Purpose.REPLY or may(conversation.contact, purpose, account.kind),
    }


def late_facts(conversation: Conversation, item: OutboxItem, message: Message) -> dict[str, bool]:
    """What has happened while it waited; it counts for what nobody asked for."""
    if item.purpose not in UNASKED or not item.wait:
        return {}
    since = Message.objects.filter(
        conversation=conversation, author_kind=AuthorKind.CUSTOMER, sequence__gt=message.sequence
    )
    return {
        "is_late": True,
        "closed": conversation.status not in LIVE_STATUSES,
        "answered": since.exists(),
    }


def departure(
    contact: Contact, *, now: datetime, purpose: str, can_wait: bool, not_before: datetime | None
) -> tuple[datetime, str]:
    """When a message may leave, and why not at once ("" when it may): its own time, then the customer's quiet hours."""
    start = max(now, not_before or now)
    wait = Wait.SCHEDULED if start > now else ""
    if purpose in UNASKED or (purpose == Purpose.TRANSACTIONAL and can_wait):
        end = quiet_hours(company()).end_of_quiet(start, zone_of(contact))
        if end > start:
            return end, Wait.QUIET
    return start, wait


def end_of_quiet(contact: Contact, at: datetime) -> datetime:
    """The first instant from `at` on at which the contact may be written to unasked."""
    return quiet_hours(company()).end_of_quiet(at, zone_of(contact))
