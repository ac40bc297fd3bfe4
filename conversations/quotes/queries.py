"""Where a quote is talked about, and with whom."""

from __future__ import annotations

from django.db.models import Case, Q, Value, When

from conversations.threads.models import Conversation, ConversationStatus
from conversations.threads.queries import NOT_CLOSED, conversations
from core.access.models import Role, User
from crm.contacts.models import Contact, ContactPointKind
from crm.quotes.models import Quote


def conversation_of(quote: Quote) -> Conversation | None:
    """The customer's conversation: a live one before a finished one, of the quote's lead before others, the newest."""
    rows = conversations().filter(contact=quote.contact_id).exclude(status=ConversationStatus.SPAM)
    rows = rows.select_related("identity")
    of_lead = Q(lead=quote.lead_id) if quote.lead_id else Q(pk__isnull=True)
    return rows.order_by(_rank(NOT_CLOSED), _rank(of_lead), "-last_message_at", "-id").first()


def _rank(condition: Q) -> Case:
    return Case(When(condition, then=Value(0)), default=Value(1))


def people_of(quote: Quote) -> list[User]:
    """Who hears of what the customer does: the owner, else the lead's; where nobody is left, managers and admins."""
    for person in (quote.owner, quote.lead.owner if quote.lead else None):
        if person is not None and person.is_active:
            return [person]
    return list(User.objects.filter(is_active=True, role__in=[Role.MANAGER, Role.ADMIN])[:50])


def emails_of(contact: Contact) -> list[str]:
    """All addresses of the contact, the first known first."""
    rows = contact.points.filter(kind=ContactPointKind.EMAIL).order_by("id")
    return list(rows.values_list("value", flat=True))
