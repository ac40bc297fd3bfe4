"""Where an order is talked about, and with whom."""

from __future__ import annotations

from django.db.models import Case, Q, QuerySet, Value, When

from conversations.threads.models import Conversation, ConversationStatus
from conversations.threads.queries import NOT_CLOSED, conversations
from core.access.models import Role, User
from core.events.models import Event
from crm.contacts.models import ContactPoint
from crm.orders.models import Order

LOOKED_UP = "order.looked_up"


def conversation_of(order: Order) -> Conversation | None:
    """The customer's conversation: a live one before a finished one, of the order's lead before others, the newest.

    A phone that somebody typed in a chat does not make an order theirs: where nobody said whose the order is, and phone or
    email of the purchase are not verified, only a chat in which this very order was looked up will do.
    """
    if order.contact_id is None:
        return None
    rows = conversations().filter(contact=order.contact_id).exclude(status=ConversationStatus.SPAM)
    if not _is_surely_theirs(order):
        rows = rows.filter(pk__in=_where_looked_up(order))
    of_lead = Q(lead=order.lead_id) if order.lead_id else Q(pk__isnull=True)
    return rows.order_by(_rank(NOT_CLOSED), _rank(of_lead), "-last_message_at", "-id").first()


def _is_surely_theirs(order: Order) -> bool:
    if order.contact_given or order.quote_id is not None:
        return True
    verified = ContactPoint.objects.filter(contact=order.contact_id, verified_at__isnull=False)
    return verified.filter(value__in=[each for each in (order.phone, order.email) if each]).exists()


def _where_looked_up(order: Order) -> QuerySet[Event, int | None]:
    of_contact = Conversation.objects.filter(contact=order.contact_id).values("pk")
    looks = Event.objects.filter(conversation_id__in=of_contact, name=LOOKED_UP)
    return looks.filter(payload__order=str(order.public_id)).values_list("conversation_id", flat=True)


def _rank(condition: Q) -> Case:
    return Case(When(condition, then=Value(0)), default=Value(1))


def people_of(order: Order) -> list[User]:
    """Who hears of what becomes of it: the lead's owner, else the contact's; where nobody is left, managers and admins."""
    owners = (order.lead.owner if order.lead else None, order.contact.owner if order.contact else None)
    for person in owners:
        if person is not None and person.is_active:
            return [person]
    return list(User.objects.filter(is_active=True, role__in=[Role.MANAGER, Role.ADMIN])[:50])
