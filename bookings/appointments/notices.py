"""Telling the customer, by the way that reaches them: the chat of the booking, else mail, else a colleague does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from django.core.mail import EmailMessage
from django.db import transaction

from bookings.appointments import messages
from bookings.appointments.models import Booking, BookingStatus
from bookings.appointments.operations.rows import locked_booking
from bookings.appointments.operations.telling import ask_colleagues
from bookings.appointments.queries import bookings
from conversations.outbox.operations import send_message
from conversations.sending.drafts import QuickReply
from conversations.threads.models import (
    LIVE_STATUSES,
    AuthorKind,
    Conversation,
    ConversationStatus,
    MessageStatus,
)
from conversations.threads.queries import conversations, locked_conversation
from conversations.threads.saving import change, held
from core import clock
from core.outgoing.mails import sender
from crm.consent.models import Purpose
from crm.contacts.queries import points_of_contact

What = Literal["confirmed", "moved", "cancelled"]
Way = Literal["chat", "mail", "colleague"]

TOLERANCE = {"24h": timedelta(hours=3), "2h": timedelta(minutes=30), "10m": timedelta(minutes=5)}
"""A reminder that could not leave in this time is no longer one."""
NO_SHOW_WITHIN = timedelta(days=2)

_TEXTS: dict[What, tuple[Callable[[Booking], str], Callable[[Booking], list[QuickReply]]]] = {
    "confirmed": (messages.confirmation_text, messages.change_buttons),
    "moved": (messages.moved_text, messages.change_buttons),
    "cancelled": (messages.cancelled_text, messages.rebook_buttons),
}


@transaction.atomic
def tell(booking: Booking, what: What, *, now: datetime | None = None) -> Way:
    """What a page, a colleague or a program did to the booking reaches the customer too.

    In its conversation; without one the mail with the calendar entry, which every change sends, says the same; without
    an address a colleague is asked to call.
    """
    text, buttons = _TEXTS[what]
    if _say(booking, text(booking), buttons(booking), now or clock.now()):
        return "chat"
    if _email(booking) is not None:
        return "mail"
    ask_colleagues(booking, occasion=what)
    return "colleague"


@transaction.atomic
def remind(*, booking_id: int, kind: str, revision: int, due_at: datetime, now: datetime) -> Way | None:
    """The reminder of that kind, also while a colleague is writing; None where it no longer fits.

    Not for a booking that was moved (it has rows of its own), is off or has begun, and never late.
    """
    if now > due_at + TOLERANCE[kind]:
        return None
    found = _standing(booking_id, revision, BookingStatus.CONFIRMED)
    if found is None or now >= found.starts_at:
        return None
    return _reach(
        found, messages.reminder_text(found, kind), messages.reminder_buttons(found), f"reminder {kind}", now
    )


@transaction.atomic
def regret(*, booking_id: int, revision: int, now: datetime) -> Way | None:
    """The polite word after a no-show, with one tap to another time; None when the mark was taken back."""
    found = _standing(booking_id, revision, BookingStatus.NO_SHOW)
    if found is None or now > found.starts_at + NO_SHOW_WITHIN:
        return None
    return _reach(found, messages.no_show_text(found), messages.rebook_buttons(found), "no-show", now)


def _standing(booking_id: int, revision: int, status: BookingStatus) -> Booking | None:
    """The booking when it is still what it was when the row was written.

    Where a chat will be written to, it is locked after its conversation: what the chat says is then never older than
    the booking. A mail may take its time, and nobody waits for it.
    """
    seen = Booking.objects.filter(pk=booking_id).select_related("conversation").first()
    if seen is None:
        return None
    conversation = _conversation(seen)
    booking = locked_booking(booking_id) if conversation else _unlocked(booking_id)
    booking.conversation = conversation
    return booking if (booking.revision, booking.status) == (revision, status) else None


def _unlocked(booking_id: int) -> Booking:
    return bookings().with_details().get(pk=booking_id)


def _reach(booking: Booking, text: str, buttons: Sequence[QuickReply], occasion: str, now: datetime) -> Way:
    if booking.conversation is not None and _send(booking.conversation, text, buttons, now):
        return "chat"
    if (email := _email(booking)) is not None:
        EmailMessage(messages.subject_text(booking), text, sender(), [email]).send()
        return "mail"
    ask_colleagues(booking, occasion=occasion)
    return "colleague"


def _say(booking: Booking, text: str, buttons: Sequence[QuickReply], now: datetime) -> bool:
    conversation = _conversation(booking)
    return conversation is not None and _send(conversation, text, buttons, now)


def _send(conversation: Conversation, text: str, buttons: Sequence[QuickReply], now: datetime) -> bool:
    """Whether it may leave; what may not stands in the thread with its reason. A finished conversation stays finished."""
    status = ConversationStatus(conversation.status)
    with held(conversation):
        message = send_message(
            conversation=conversation,
            text=text,
            author_kind=AuthorKind.SYSTEM,
            quick_replies=buttons,
            purpose=Purpose.TRANSACTIONAL,
            now=now,
        )
        if status not in LIVE_STATUSES:
            change(conversation, status=status)
    return message.status != MessageStatus.FAILED


def _conversation(booking: Booking) -> Conversation | None:
    """The booking's conversation, locked, or the one in which the same person writes now."""
    known = booking.conversation
    if known is None:
        return None
    if known.status not in LIVE_STATUSES:
        same = conversations().live().filter(identity=known.identity_id, thread_id=known.thread_id)
        known = same.order_by("-id").first() or known
    return locked_conversation(known.pk)


def _email(booking: Booking) -> str | None:
    return points_of_contact(booking.contact).get("email") if booking.contact else None
