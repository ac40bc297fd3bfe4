from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from core.access.models import User
from core.access.queries import visible
from crm.calls.enums import UNREACHED
from crm.calls.models import Call
from crm.contacts.queries import contacts
from crm.pipeline.models import Lead, StageKind

RETURN_WITHIN = timedelta(days=14)
"""A call that nobody returned for so long is no work of today any more."""


class CallQuerySet(QuerySet[Call]):
    def visible_to(self, user: User) -> CallQuerySet:
        """Managers and admins see all; an agent own calls, those about leads in sight, and about contacts in sight
        where no lead is concerned.
        """
        if not (user.is_authenticated and user.is_active):
            return self.none()
        if user.sees_everything:
            return self
        in_sight = Exists(Lead.objects.filter(visible(user, person="owner"), pk=OuterRef("lead")))
        of_contact = Q(lead__isnull=True, contact__in=contacts().visible_to(user).values("pk"))
        return self.filter(Q(user=user) | in_sight | of_contact)

    def newest_first(self) -> CallQuerySet:
        return self.order_by("-called_at", "-id")

    def with_people(self) -> CallQuerySet:
        return self.select_related("contact", "lead", "user")


def calls() -> CallQuerySet:
    return CallQuerySet(Call)


def of_contact(contact_id: int, user: User, *, limit: int = 10) -> list[Call]:
    """The newest calls with a contact that `user` may see."""
    return list(calls().visible_to(user).filter(contact=contact_id).with_people().newest_first()[:limit])


def to_return(user: User, *, now: datetime) -> CallQuerySet:
    """Newest calls with contacts whom nobody has reached and with whom nothing is planned: `user`'s own, or about
    leads of theirs.
    """
    later = Call.objects.filter(contact=OuterRef("contact")).filter(
        Q(called_at__gt=OuterRef("called_at")) | Q(called_at=OuterRef("called_at"), pk__gt=OuterRef("pk"))
    )
    mine = Q(lead__owner=user) | Q(user=user, lead__owner__isnull=True)
    nothing_planned = Q(lead__isnull=True) | Q(
        lead__stage_kind=StageKind.OPEN, lead__next_step_at__isnull=True
    )
    rows = calls().filter(mine, nothing_planned, ~Exists(later), outcome__in=UNREACHED)
    return rows.filter(called_at__gt=now - RETURN_WITHIN)


def summary_of(lead: Lead) -> dict[str, Any]:
    """The lead's columns of calls, as its rows have them; one statement."""
    counted = Call.objects.filter(lead=lead).annotate(
        number=Window(RowNumber(), order_by=[F("called_at"), F("id")])
    )
    last = counted.order_by("-called_at", "-id").values_list("number", "outcome", "called_at").first()
    count, outcome, called_at = last or (0, "", None)
    return {"call_count": count, "last_call_outcome": outcome, "last_call_at": called_at}
