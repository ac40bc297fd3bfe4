"""Leads and contacts that a colleague types in (spec 7.1): all of it is written, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.access.models import User
from core.errors import Refused
from core.events.actor import Actor
from crm.contacts.models import Contact, ContactPointKind
from crm.contacts.operations import find_or_create_contact, update_contact
from crm.contacts.queries import contacts, known_by_any
from crm.pipeline.enums import LeadSource
from crm.pipeline.models import Lead
from crm.pipeline.operations import keep_place, refuse_missing
from crm.pipeline.operations.intake import LeadDraft, take_in


class OutOfSight(Refused):
    """Somebody with this phone or email is known, and a colleague takes care of them."""


@dataclass(frozen=True, kw_only=True)
class PersonDraft:
    """`chosen` was taken from those who are known; else the rest was typed. Points are in stored form, `custom` is
    checked.
    """

    chosen: Contact | None = None
    name: str = ""
    phone: str = ""
    email: str = ""
    company_name: str = ""
    language: str = ""
    custom: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    """`was_known`: nobody was added, for the phone or the email is that of this contact."""

    contact: Contact
    was_known: bool = False


@transaction.atomic
def add_contact(*, draft: PersonDraft, user: User) -> Person:
    """The contact with this phone or email, who gets what was not known of them; else a new one. Raises OutOfSight."""
    if draft.chosen is not None:
        return Person(draft.chosen)
    actor = Actor.of(user)
    points = [(ContactPointKind.PHONE, draft.phone), (ContactPointKind.EMAIL, draft.email)]
    was_known = known_by_any([(kind, value) for kind, value in points if value])
    contact = find_or_create_contact(
        actor=actor,
        phones=[draft.phone] if draft.phone else [],
        emails=[draft.email] if draft.email else [],
        name=draft.name,
        language=draft.language,
        company_name=draft.company_name,
        source=LeadSource.MANUAL,
    )
    if not contacts().visible_to(user).filter(pk=contact.pk).exists():
        raise OutOfSight(_("A colleague takes care of the customer with this phone or email. Ask a manager."))
    lacking = {key: value for key, value in draft.custom.items() if key not in contact.custom}
    if lacking:
        update_contact(contact=contact, actor=actor, custom=lacking)
    return Person(contact, was_known)


@transaction.atomic
def add_lead(*, person: PersonDraft, draft: LeadDraft, user: User) -> tuple[Lead, Person]:
    """A lead in the stage of the draft. Raises OutOfSight, and what the stage asks for or refuses."""
    assert draft.stage is not None, "a colleague chooses the stage"
    stage = keep_place(stage_id=draft.stage.pk)
    found = add_contact(draft=person, user=user)
    lead = take_in(contact=found.contact, draft=replace(draft, stage=stage), actor=Actor.of(user), user=user)
    refuse_missing(lead, stage, {})
    return lead, found
