"""Telephone calls by the API, as a telephone system logs them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from core.access.api import PersonShape
from core.api.drafts import Draft, OneOf, Reference, When, Whole, Words
from core.api.endpoint import Call as ApiCall
from core.api.endpoint import Endpoint, operation
from core.api.filters import IDS, TEXT, TIME, Filter
from core.api.pages import CREATED, Listing, Sort
from core.api.shapes import Choice, Identifier, Instant, Optional, Ref, Shape
from core.api.shapes import Whole as WholeOut
from core.keys.queries import KnownKey
from core.keys.scopes import Scope
from crm.calls.enums import CallDirection, CallOutcome
from crm.calls.models import Call
from crm.calls.operations import log_call
from crm.calls.queries import CallQuerySet, calls
from crm.contacts.api import ContactShape, contacts_of
from crm.contacts.queries import found_or_heir
from crm.pipeline.api.shapes import LeadShape, leads_of
from crm.pipeline.steps import Step


class CallShape(Shape):
    id = Identifier()
    contact = Ref(ContactShape)
    lead = Ref(LeadShape, allow_null=True)
    person = Ref(PersonShape, "user", allow_null=True)
    direction = Choice(choices=CallDirection.choices)
    outcome = Choice(choices=CallOutcome.choices)
    phone = Optional()
    seconds = WholeOut(allow_null=True)
    note = Optional()
    called_at = Instant()
    created_at = Instant()


class CallDraft(Draft):
    contact = Reference(required=False, help_text="The lead's when left out.")
    lead = Reference(required=False, allow_null=True)
    outcome = OneOf(choices=CallOutcome.choices)
    direction = OneOf(choices=CallDirection.choices, required=False, help_text="out when left out.")
    phone = Words(max_length=20, required=False, allow_blank=True)
    seconds = Whole(required=False, allow_null=True, max_value=86_400)
    note = Words(max_length=2000, required=False, allow_blank=True)
    called_at = When(required=False, help_text="Now when left out.")
    next_step = Words(max_length=200, required=False, help_text="What follows for the lead.")
    next_step_at = When(required=False, allow_null=True)


CALLS = Listing(
    CallShape,
    (
        Filter("contact", IDS, "contact__public_id"),
        Filter("lead", IDS, "lead__public_id", nullable=True),
        Filter("person", IDS, "user__public_id", nullable=True),
        Filter("direction", TEXT, choices=tuple(CallDirection.values)),
        Filter("outcome", TEXT, choices=tuple(CallOutcome.values)),
        Filter("called_at", TIME),
    ),
    (CREATED, Sort("called_at", "called_at", TIME)),
)


def calls_of(key: KnownKey) -> CallQuerySet:
    """The calls in sight of the key."""
    return calls().visible_to(key.person) if key.person else calls()


class Calls(Endpoint):
    tag = "Calls"

    @operation(Scope.LEADS_READ, "Calls", listing=CALLS)
    def get(self, call: ApiCall) -> Any:
        return call.page(calls_of(call.key))

    @operation(Scope.LEADS_WRITE, "Log a call", into=CallDraft, out=CallShape, status=201)
    def post(self, call: ApiCall) -> Any:
        data = dict(call.data)
        lead, contact = _subjects(call, data.pop("lead", None), data.pop("contact", None))
        text, due_at = data.pop("next_step", ""), data.pop("next_step_at", None)
        step = Step(text, due_at) if text else None
        logged = log_call(contact=contact, lead=lead, step=step, now=call.now, actor=call.actor, **data)
        return call.one(Call.objects.filter(pk=logged.pk))


class OneCall(Endpoint):
    tag = "Calls"

    @operation(Scope.LEADS_READ, "A call", out=CallShape)
    def get(self, call: ApiCall, public_id: UUID) -> Any:
        return call.one(calls_of(call.key).filter(public_id=public_id))


def _subjects(call: ApiCall, lead_id: UUID | None, contact_id: UUID | None) -> tuple[Any, Any]:
    lead = leads_of(call.key).select_related("contact").filter(public_id=lead_id).first() if lead_id else None
    if lead_id is not None and lead is None:
        call.refuse("/lead", "unknown", "There is no such lead.")
    if contact_id is None:
        if lead is None:
            call.refuse("/contact", "required", "Name the contact or the lead.")
        return lead, lead.contact
    contact = found_or_heir(contacts_of(call.key), contact_id)
    return lead, contact or call.refuse("/contact", "unknown", "There is no such contact.")
