"""The leads and contacts of somebody who leaves (spec 15.2). Next steps go with their leads."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from core.access.leaving import Handed, Leaving
from core.events.actor import Actor
from core.events.operations import EventDraft, record_all
from crm.contacts.models import Contact
from crm.pipeline.models import Lead, StageKind
from crm.scoring.operations import start_rescoring
from crm.scoring.queries import rule_book

AT_ONCE = 1000


def hand_over_leads(leaving: Leaving) -> Handed:
    """Give open leads and contacts to whoever takes over; a team's leads have no owner until somebody takes them.

    Three statements a thousand leads. Closed leads stay where they were won or lost.
    """
    if not leaving.has_heir:
        return Handed(_("Leads"), 0)
    moved, actor = 0, Actor.of(leaving.by)
    owner, team = leaving.to_user, leaving.to_team
    payload = {
        "owner_id": owner.pk if owner else None,
        "owner": str(owner or ""),
        "team_id": team.pk if team else None,
        "team": str(team or ""),
    }
    values: dict[str, Any] = {
        "owner": owner,
        "revision": F("revision") + 1,
        **({"team": team} if team else {}),
    }
    mine = Lead.objects.filter(owner=leaving.user, stage_kind=StageKind.OPEN)
    while leads := list(mine.select_for_update(no_key=True).order_by("pk")[:AT_ONCE]):
        Lead.objects.filter(pk__in=[lead.pk for lead in leads]).update(**values)
        record_all(
            EventDraft(
                name="lead.assigned",
                subject=lead,
                actor=actor,
                payload=payload if team else {**payload, "team_id": lead.team_id},
            )
            for lead in leads
        )
        moved += len(leads)
    _hand_over_contacts(leaving, actor)
    if moved and "lead.owner" in rule_book().fields_used():
        start_rescoring(user=leaving.by)
    return Handed(_("Leads"), moved)


def _hand_over_contacts(leaving: Leaving, actor: Actor) -> None:
    mine = Contact.objects.filter(owner=leaving.user)
    while contacts := list(mine.select_for_update(no_key=True).order_by("pk").only("pk")[:AT_ONCE]):
        Contact.objects.filter(pk__in=[contact.pk for contact in contacts]).update(owner=leaving.to_user)
        record_all(
            EventDraft(
                name="contact.updated",
                subject=contact,
                actor=actor,
                payload={"changes": ["owner"]},
                contact_id=contact.pk,
            )
            for contact in contacts
        )
