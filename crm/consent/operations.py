from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from core.access.models import User
from core.events.actor import CUSTOMER, Actor
from core.events.operations import record
from crm.consent.models import ConsentRecord, Purpose
from crm.consent.queries import newest
from crm.consent.signals import follow_ups_ended
from crm.contacts.models import Contact

OPT_OUT = (Purpose.FOLLOW_UP, Purpose.MARKETING)
MERGED = "merge"
"""Source of an opt-out that holds because it was said by a contact that became part of this one."""


def withdraw(
    *,
    contact: Contact,
    source: str,
    channel: str = "",
    text: str = "",
    purposes: Iterable[Purpose] = OPT_OUT,
    recorded_by: User | None = None,
    conversation_id: int | None = None,
    actor: Actor | None = None,
) -> bool:
    """Record that the contact wants no more (spec 1.3); True when something was allowed before.

    Without `channel` it counts for every channel, as an opt-out does; replies, bookings and orders go on. The
    caller confirms to the customer only on True, so that it is confirmed once. What still waits to follow up is
    ended in the same transaction. `conversation_id`: where it was said.
    """
    purposes = tuple(purposes)
    with transaction.atomic():
        news = _decide(
            contact, source, channel, text, purposes, recorded_by, conversation_id, actor, granted=False
        )
        if Purpose.FOLLOW_UP in purposes and not channel:
            follow_ups_ended.send(sender=Contact, contact=contact)
    return news


def grant(
    *,
    contact: Contact,
    source: str,
    channel: str = "",
    text: str = "",
    purposes: Iterable[Purpose] = OPT_OUT,
    recorded_by: User | None = None,
    conversation_id: int | None = None,
    actor: Actor | None = None,
) -> bool:
    """Record that the contact allows it, with the words shown or said; True when that is news."""
    return _decide(
        contact, source, channel, text, tuple(purposes), recorded_by, conversation_id, actor, granted=True
    )


@transaction.atomic
def _decide(
    contact: Contact,
    source: str,
    channel: str,
    text: str,
    purposes: tuple[Purpose, ...],
    recorded_by: User | None,
    conversation_id: int | None,
    actor: Actor | None,
    *,
    granted: bool,
) -> bool:
    Contact.objects.select_for_update(no_key=True).filter(pk=contact.pk).values_list("pk").get()
    changed = [purpose for purpose in purposes if not _holds(contact, purpose, channel, granted=granted)]
    if not changed:
        return False
    ConsentRecord.objects.bulk_create(
        ConsentRecord(
            contact=contact,
            purpose=purpose,
            channel=channel,
            granted=granted,
            source=source,
            text=text,
            recorded_by=recorded_by,
        )
        for purpose in changed
    )
    record(
        name="contact.opted_in" if granted else "contact.opted_out",
        subject=contact,
        actor=actor or (Actor.of(recorded_by) if recorded_by else CUSTOMER),
        payload={"source": source, "purposes": [purpose.value for purpose in changed], "channel": channel},
        contact_id=contact.pk,
        conversation_id=conversation_id,
    )
    return True


def _holds(contact: Contact, purpose: Purpose, channel: str, *, granted: bool) -> bool:
    """Whether the newest word already says so for at least this reach.

    What a merge said in the name of another does not count: undoing the merge takes it away.
    """
    decided = newest(contact, purpose, channel)
    if decided is None or decided.source == MERGED:
        return False
    return decided.granted is granted and decided.channel in ("", channel)
