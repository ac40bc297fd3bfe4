"""Telephone calls (spec 7.7): logged with their outcome, taken back when that was a mistake."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.access.models import User
from core.events.actor import Actor
from core.events.operations import EventDraft, record_all
from core.text import clean_words
from crm.calls.enums import CallDirection, CallOutcome
from crm.calls.errors import BadCall, NotYourCall
from crm.calls.models import Call
from crm.calls.queries import summary_of
from crm.chances.operations import refresh
from crm.contacts.models import Contact
from crm.pipeline.enums import LeadSource
from crm.pipeline.models import Lead
from crm.pipeline.operations import create_lead, set_next_step
from crm.pipeline.queries import locked_lead
from crm.pipeline.steps import Step
from crm.scoring.operations import assess_if_concerned

NOTE_LENGTH = 2000
FIELDS = frozenset({"lead.calls", "lead.last_call_outcome", "lead.last_call_at"})


@transaction.atomic
def log_call(
    *,
    contact: Contact,
    outcome: CallOutcome | str,
    now: datetime,
    actor: Actor,
    direction: CallDirection | str = CallDirection.OUT,
    lead: Lead | None = None,
    phone: str = "",
    seconds: int | None = None,
    note: str = "",
    called_at: datetime | None = None,
    step: Step | None = None,
) -> Call:
    """Keep that there was a call, about a lead or not, and what follows from it.

    `called_at` is now where it is not given; BadCall when it lies ahead, or the lead is another contact's. A `step`
    needs a lead.
    """
    called_at = called_at or now
    if called_at > now:
        raise BadCall(_("A call is logged after it was made."))
    if lead is not None and lead.contact_id != contact.pk:
        raise BadCall(_("This lead is another contact's."))
    if step is not None and lead is None:
        raise BadCall(_("A next step needs a lead."))
    locked = locked_lead(lead.pk) if lead is not None else None
    call = Call.objects.create(
        contact=contact,
        lead=locked,
        user_id=actor.user_id,
        direction=CallDirection(direction).value,
        outcome=CallOutcome(outcome).value,
        phone=phone[:20],
        seconds=seconds,
        note=clean_words(note).strip()[:NOTE_LENGTH],
        called_at=called_at,
        created_at=now,
    )
    _record(call, "call.logged", locked, actor, {"seconds": seconds})
    if locked is not None and step is not None:
        set_next_step(lead_id=locked.pk, text=step.text, due_at=step.due_at, actor=actor)
    return call


@transaction.atomic
def take_back_call(*, call_id: int, user: User, restored: Step | None = None) -> Lead | None:
    """Remove a call that was logged by mistake; returns its lead, with the next step `restored` where one is given.

    Only who logged it and managers may (NotYourCall). Raises Call.DoesNotExist.
    """
    lead_id = Call.objects.values_list("lead", flat=True).get(pk=call_id)
    lead = locked_lead(lead_id) if lead_id is not None else None
    call = Call.objects.select_for_update().get(pk=call_id)
    if call.user_id != user.pk and not user.sees_everything:
        raise NotYourCall(_("Only who logged a call, or a manager, takes it back."))
    actor, pk = Actor.of(user), call.pk
    call.delete()
    call.pk = pk
    _record(call, "call.removed", lead, actor, {})
    if lead is not None and restored is not None:
        return set_next_step(lead_id=lead.pk, text=restored.text, due_at=restored.due_at, actor=actor)
    return lead


@transaction.atomic
def lead_from_call(*, call_id: int, user: User) -> Lead:
    """A lead for a call that was about none; the one it has already, if it has one.

    Raises NoPipeline, Call.DoesNotExist.
    """
    call = Call.objects.select_for_update(of=("self",)).select_related("contact", "lead").get(pk=call_id)
    if call.lead is not None:
        return call.lead
    lead = create_lead(contact=call.contact, actor=Actor.of(user), source=LeadSource.PHONE, owner=user)
    call.lead = lead
    call.save(update_fields=["lead"])
    _write_columns(lead, [], Actor.of(user))
    return lead


def _record(call: Call, event: str, lead: Lead | None, actor: Actor, more: dict[str, int | None]) -> None:
    """The event, and the lead's columns of calls with what they score."""
    payload = {
        "direction": call.direction,
        "outcome": call.outcome,
        "called_at": call.called_at.isoformat(),
        **more,
    }
    drafts = [EventDraft(name=event, subject=call, actor=actor, payload=payload)]
    if lead is None:
        record_all(drafts)
    else:
        _write_columns(lead, drafts, actor)


def _write_columns(lead: Lead, drafts: list[EventDraft], actor: Actor) -> None:
    """The locked lead's columns of calls, what they score, and the events."""
    values = summary_of(lead)
    for name, value in values.items():
        setattr(lead, name, value)
    assessment = assess_if_concerned(lead=lead, changed=FIELDS, actor=actor)
    lead.save(update_fields=sorted({*values, *assessment.changed_fields}))
    record_all([*drafts, *assessment.drafts])
    refresh([lead], changed=FIELDS)
