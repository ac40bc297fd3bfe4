"""Values of custom fields: checked, compared with what the writer saw, written with history, event and score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.events.actor import Actor
from crm.contacts.models import Contact
from crm.contacts.operations import update_contact
from crm.fields.errors import StaleValue
from crm.fields.models import FieldSubject
from crm.fields.queries import checked, field_named, shown
from crm.fields.values import same
from crm.pipeline.models import Lead
from crm.pipeline.operations.leads import update_lead
from crm.pipeline.queries.leads import locked_lead
from crm.scoring.operations import lock_concerned

Seen = Mapping[str, Any]
"""The stored values that the writer saw before, by key."""


@transaction.atomic
def set_lead_values(
    *,
    lead_id: int,
    values: Mapping[str, Any],
    actor: Actor,
    expected_revision: int | None = None,
    seen: Seen | None = None,
) -> Lead:
    """Write the named fields of a lead; None takes a value away. Scored again where a rule asks for one.

    Raises BadValues with a sentence by key, StaleLead by the revision, StaleValue where somebody has changed one of
    the fields that were `seen`.
    """
    written = checked(FieldSubject.LEAD, values)
    lead = locked_lead(lead_id)
    _check_seen(lead.custom, seen)
    return update_lead(lead_id=lead_id, actor=actor, expected_revision=expected_revision, custom=written)


@transaction.atomic
def set_contact_values(
    *, contact: Contact, values: Mapping[str, Any], actor: Actor, seen: Seen | None = None
) -> list[str]:
    """Write the named fields of a contact, and score its open leads again where a rule asks for one; returns what
    changed ("custom.size"). Raises BadValues, StaleValue.
    """
    written = checked(FieldSubject.CONTACT, values)
    if seen:
        lock_concerned(contact=contact, changed={f"custom.{key}" for key in written})
        row = Contact.objects.select_for_update(no_key=True).only("custom").get(pk=contact.pk)
        _check_seen(row.custom, seen)
    return update_contact(contact=contact, actor=actor, custom=written)


def _check_seen(held: Mapping[str, Any], seen: Seen | None) -> None:
    for key, before in (seen or {}).items():
        now = held.get(key)
        if not same(now, before):
            field = field_named(key)
            words = {"name": field.label, "value": shown(field, now) or _("not known")}
            sentence = _("Somebody has changed “%(name)s” in the meantime; it is now: %(value)s.") % words
            raise StaleValue(sentence, who="", when=None, changes=[key])
