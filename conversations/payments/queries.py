"""Where a payment is talked about, and with whom."""

from __future__ import annotations

from django.db.models import Case, Q, Value, When

from conversations.threads.models import Conversation, ConversationStatus
from conversations.threads.queries import NOT_CLOSED, conversations
from core.access.models import Role, User
from core.company.queries import company
from crm.contacts.models import Contact
from crm.payments.models import PaymentRequest


def conversation_of(payment: PaymentRequest) -> Conversation | None:
    """The customer's conversation: a live one before a finished one, of the lead before others, the newest."""
    return conversation_with(payment.contact_id, payment.lead_id)


def conversation_with(contact_id: int, lead_id: int | None) -> Conversation | None:
    rows = conversations().filter(contact=contact_id).exclude(status=ConversationStatus.SPAM)
    of_lead = Q(lead=lead_id) if lead_id else Q(pk__isnull=True)
    found = rows.select_related("identity", "account", "contact")
    return found.order_by(_rank(NOT_CLOSED), _rank(of_lead), "-last_message_at", "-id").first()


def _rank(condition: Q) -> Case:
    return Case(When(condition, then=Value(0)), default=Value(1))


def people_of(payment: PaymentRequest) -> list[User]:
    """Who hears of it: the lead's owner, else who asked; where nobody is left, managers and admins."""
    for person in (payment.lead.owner if payment.lead else None, payment.user):
        if person is not None and person.is_active:
            return [person]
    return list(User.objects.filter(is_active=True, role__in=[Role.MANAGER, Role.ADMIN])[:50])


def language_of(contact: Contact) -> str:
    """Of the words that this customer reads."""
    return contact.language or company().language
