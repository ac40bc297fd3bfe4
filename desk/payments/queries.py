"""What the screens of payments show. The list is five statements, whatever the number of payments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from conversations.payments.queries import conversation_of, conversation_with
from conversations.threads.models import Conversation
from conversations.threads.queries import conversations
from core.access.models import User
from crm.contacts.models import Contact
from crm.contacts.queries import contacts
from crm.payments.models import PaymentRequest, PaymentState
from crm.payments.moves import MOVES, OPEN
from crm.payments.queries import PaymentQuerySet, Sums, is_overdue, payments, sums, whole
from desk.contacts.queries import matching

PAGE = 50
SECTION = 5
OVERDUE, AWAITED = "overdue", "awaited"
STATES = (AWAITED, OVERDUE, *PaymentState.values[1:])
TONES = {"paid": "is-good", "failed": "is-bad", OVERDUE: "is-warn"}


@dataclass(frozen=True, slots=True)
class PaymentRow:
    payment: PaymentRequest
    state: str
    label: str
    tone: str


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """`after` is the id behind which the next page begins, None on the last."""

    rows: list[PaymentRow]
    after: int | None


def label_of(state: str) -> str:
    if state == AWAITED:
        return _("Awaited")
    return _("Overdue") if state == OVERDUE else str(PaymentState(state).label)


def row_of(payment: PaymentRequest, now: datetime) -> PaymentRow:
    state = OVERDUE if is_overdue(payment, now) else str(payment.state)
    return PaymentRow(payment, state, label_of(state), TONES.get(state, ""))


def found_by(user: User, *, now: datetime, state: str, text: str) -> PaymentQuerySet:
    """What the filters of the list leave."""
    rows = payments().visible_to(user)
    if state == OVERDUE:
        rows = rows.overdue(now)
    elif state == AWAITED:
        rows = rows.filter(state=PaymentState.REQUESTED)
    elif state in STATES:
        rows = rows.filter(state=state)
    return rows.filter(_like(user, text.strip())) if text.strip() else rows


def payment_page(
    user: User, *, now: datetime, state: str = "", text: str = "", after: int | None = None
) -> PaymentPage:
    """Newest first."""
    rows = found_by(user, now=now, state=state, text=text)
    if after is not None:
        rows = rows.filter(pk__lt=after)
    found = list(rows.newest_first().select_related("contact", "lead", "user")[: PAGE + 1])
    last = found[PAGE - 1].pk if len(found) > PAGE else None
    return PaymentPage([row_of(payment, now) for payment in found[:PAGE]], last)


def sums_of(user: User, *, now: datetime, state: str, text: str) -> Sequence[Sums]:
    return sums(found_by(user, now=now, state=state, text=text))


def _like(user: User, text: str) -> Q:
    """The beginning of a number, or somebody's name, phone or email."""
    if text.upper().startswith("PAY-"):
        return Q(reference__startswith=text.upper())
    return Q(contact__in=matching(contacts().visible_to(user), text).values("pk"))


def payment_for(user: User, public_id: UUID) -> PaymentRequest:
    """Where `user` may see it; Http404 otherwise."""
    seen = payments().visible_to(user).filter(public_id=public_id).values("pk")
    return get_object_or_404(whole().filter(pk__in=seen))


def chat_of(payment: PaymentRequest, user: User) -> Conversation | None:
    """The customer's conversation, where `user` may write in it."""
    return _writable(conversation_of(payment), user)


def chat_with(contact_id: int, lead_id: int | None, user: User) -> Conversation | None:
    return _writable(conversation_with(contact_id, lead_id), user)


def _writable(found: Conversation | None, user: User) -> Conversation | None:
    if found is None or not conversations().visible_to(user).filter(pk=found.pk).exists():
        return None
    return found


def moves_of(payment: PaymentRequest) -> list[tuple[str, str]]:
    """What a person may say that became of it."""
    labels = {
        "paid": _("The money has come"),
        "failed": _("It did not go through"),
        "requested": _("Ask again"),
        "cancelled": _("No longer asked for"),
        "refunded": _("The money went back"),
    }
    return [(state, label) for state, label in labels.items() if state in MOVES[payment.state]]


def is_open(payment: PaymentRequest) -> bool:
    return payment.state in OPEN


def beside(contact: Contact, user: User, *, now: datetime) -> list[PaymentRow]:
    """The newest payments of a contact; one statement."""
    rows = payments().visible_to(user).filter(contact=contact).newest_first()
    return [row_of(payment, now) for payment in rows[:SECTION]]
