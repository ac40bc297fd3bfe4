"""A customer who blocks us wants to hear no more (spec 1.3); who lets us in again may be written to again."""

from __future__ import annotations

from crm.consent.models import Purpose
from crm.consent.operations import grant, withdraw
from crm.consent.queries import newest
from crm.contacts.models import Contact

BLOCKED, UNBLOCKED = "blocked", "unblocked"


def blocked(*, contact: Contact, kind: str, text: str = "") -> bool:
    """The customer blocked us on that kind of channel: an opt-out. True when it is news."""
    return withdraw(contact=contact, source=f"{kind}_{BLOCKED}", text=text)


def unblocked(*, contact: Contact, kind: str) -> bool:
    """Takes back what blocking said and nothing else: a spoken "stop" holds until the customer says otherwise."""
    decided = newest(contact, Purpose.FOLLOW_UP)
    if decided is None or decided.granted or decided.source != f"{kind}_{BLOCKED}":
        return False
    return grant(contact=contact, source=f"{kind}_{UNBLOCKED}", purposes=[Purpose.FOLLOW_UP])
