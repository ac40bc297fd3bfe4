"""What a lead's chance may be learned from: only what is known before it closes, and what does not come of closing.

Left out: stage, dates, owner and next step, which closing changes or which say more of us than of the lead; score,
grade and qualification, which are judged apart; tags, custom fields and the value, which people write as they close.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.db.models import Case, Exists, OuterRef, Q, TextField, Value, When
from django.db.models.functions import Coalesce, Now

from core.conditions import Field, registry
from crm.chances.binning import KNOWN, NAMED, RANGED
from crm.contacts.models import ContactPoint
from crm.qualification.queries import active_criteria

SUBJECT = "lead"
OWN = (
    "lead.source",
    "lead.campaign",
    "lead.goal",
    "talk.channel",
    "talk.messages",
    "talk.words",
    "talk.reply_minutes",
    "lead.calls",
    "contact.language",
    "contact.phone",
    "contact.email",
)
POINTS = {"contact.phone": "phone", "contact.email": "email"}


def usable() -> Mapping[str, Field]:
    """By key, in order: the lead's own fields, then the answers to criteria that are asked."""
    known = registry.fields(SUBJECT)
    keys = (*OWN, *(f"answer.{criterion.key}" for criterion in active_criteria()))
    return {key: _in_time(known[key]) for key in keys if key in known and _counts(known[key])}


def _counts(field: Field) -> bool:
    return field.orm is not None and field.type in NAMED | RANGED | KNOWN


def _in_time(field: Field) -> Field:
    """Phone and email count where they were known before the lead closed."""
    kind = POINTS.get(field.key)
    return field if kind is None else replace(field, orm=lambda _at: _had_point(kind))


def _had_point(kind: str) -> Case:
    known = Q(contact=OuterRef("contact"), kind=kind)
    in_time = Q(created_at__lte=Coalesce(OuterRef("closed_at"), Now()))
    points = ContactPoint.objects.filter(known & in_time)
    return Case(When(Exists(points), then=Value("yes")), output_field=TextField())
