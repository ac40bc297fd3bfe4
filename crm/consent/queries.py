from __future__ import annotations

from django.db.models import Q

from crm.consent.models import ConsentRecord, Purpose
from crm.contacts.models import Contact

ALLOWED_WITHOUT_WORD = frozenset({Purpose.REPLY, Purpose.FOLLOW_UP, Purpose.TRANSACTIONAL})
"""Who wrote to us may be answered, told of bookings and orders, and followed up until they say stop; marketing
needs a yes first (spec 1.3).
"""


def newest(contact: Contact, purpose: Purpose | str, channel: str = "") -> ConsentRecord | None:
    """The record that decides: the newest of those for this channel and those for every channel."""
    records = ConsentRecord.objects.filter(contact=contact, purpose=purpose)
    if channel:
        records = records.filter(Q(channel=channel) | Q(channel=""))
    return records.order_by("-id").first()


def may(contact: Contact, purpose: Purpose | str, channel: str = "") -> bool:
    """Whether we may write to the contact for this purpose on this channel."""
    decided = newest(contact, purpose, channel)
    return decided.granted if decided else Purpose(purpose) in ALLOWED_WITHOUT_WORD


def has_opted_out(contact: Contact) -> bool:
    """Whether follow-ups are withdrawn on every channel: shown on the contact."""
    records = ConsentRecord.objects.filter(contact=contact, purpose=Purpose.FOLLOW_UP, channel="")
    decided = records.order_by("-id").first()
    return decided is not None and not decided.granted


def consent_history(contact: Contact) -> list[ConsentRecord]:
    """Every word on consent, newest first."""
    return list(ConsentRecord.objects.filter(contact=contact).select_related("recorded_by").order_by("-id"))


def ever_granted(contact: Contact, purpose: Purpose | str) -> bool:
    """Whether the contact has once said yes to it, on every channel."""
    records = ConsentRecord.objects.filter(contact=contact, purpose=purpose, channel="", granted=True)
    return records.exists()
