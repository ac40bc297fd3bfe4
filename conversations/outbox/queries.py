from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import QuerySet

from conversations.outbox.models import OutboxItem, OutboxStatus
from conversations.sending.quiet import QuietHours
from core.company.models import CompanyProfile
from core.company.queries import company
from crm.contacts.models import Contact


def sent() -> QuerySet[OutboxItem]:
    """Gone out, or never to go; the message itself stays, and what failed can be sent again."""
    return OutboxItem.objects.filter(status__in=[OutboxStatus.SENT, OutboxStatus.CANCELLED])


def quiet_hours(profile: CompanyProfile) -> QuietHours:
    return QuietHours(profile.quiet_from, profile.quiet_until, frozenset(profile.quiet_days))


def zone_of(contact: Contact) -> str:
    """The customer's zone where it is known, else the company's."""
    for name in (contact.timezone, company().timezone):
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError):
            continue
    return "UTC"
