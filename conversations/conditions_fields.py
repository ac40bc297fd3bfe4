"""What conditions may ask about a lead's conversations beyond what the lead itself keeps (spec 7.4)."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from conversations.threads.models import Conversation
from conversations.threads.queries import conversations
from core.conditions import Field, FieldType, registry
from crm.scoring.queries import SUBJECT

WAITING = "talk.waiting"


def register() -> None:
    registry.register(
        Field(
            key=WAITING,
            type=FieldType.BOOLEAN,
            label=_("Waits for our answer"),
            subjects=(SUBJECT,),
            getter=lambda lead, at: _waiting(lead.pk).exists(),
            orm=lambda at: _is_there(_waiting(OuterRef("pk"))),
            fleeting=True,
        )
    )


def _waiting(lead: Any) -> QuerySet[Conversation]:
    return conversations().live().filter(lead=lead, waiting_since__isnull=False).order_by()


def _is_there(rows: QuerySet[Conversation]) -> Coalesce:
    """As EXISTS; the planner would gather every conversation that waits to answer an EXISTS for twenty leads."""
    one = rows.values(one=Value(value=True))[:1]
    return Coalesce(Subquery(one, output_field=BooleanField()), Value(value=False))
