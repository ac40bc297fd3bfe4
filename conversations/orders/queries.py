"""Where an order is talked about, and with whom."""

from __future__ import annotations

from django.db.models import Case, Q, Value, When

from conversations.threads.models import Conversation, ConversationStatus
from conversations.threads.queries import NOT_CLOSED, conversations
from core.access.models import Role, User
from crm.orders.models import Order


def conversation_of(order: Order) -> Conversation | None:
    """The customer's conversation: a live one before a finished one, of the order's lead before others, the newest."""
    if order.contact_id is None:
        return None
    rows = conversations().filter(contact=order.contact_id).exclude(status=ConversationStatus.SPAM)
    of_lead = Q(lead=order.lead_id) if order.lead_id else Q(pk__isnull=True)
    return rows.order_by(_rank(NOT_CLOSED), _rank(of_lead), "-last_message_at", "-id").first()


def _rank(condition: Q) -> Case:
    return Case(When(condition, then=Value(0)), default=Value(1))


def people_of(order: Order) -> list[User]:
    """Who hears of what becomes of it: the lead's owner, else the contact's; where nobody is left, managers and admins."""
    owners = (order.lead.owner if order.lead else None, order.contact.owner if order.contact else None)
    for person in owners:
        if person is not None and person.is_active:
            return [person]
    return list(User.objects.filter(is_active=True, role__in=[Role.MANAGER, Role.ADMIN])[:50])
