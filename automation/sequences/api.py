"""Sequences of follow-ups by the API: which there are, who is in them, starting and stopping one for a lead."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from automation.sequences import operations
from automation.sequences.enums import EnrolmentState, Stop
from automation.sequences.models import Enrolment, Sequence
from core.api.drafts import Draft, Reference, Words
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import IDS, TEXT, TIME, Filter
from core.api.pages import CREATED, Listing
from core.api.shapes import Choice, Flag, Identifier, Instant, Optional, Ref, Shape, Text, Whole
from core.keys.queries import KnownKey
from core.keys.scopes import Scope
from crm.contacts.api import ContactShape
from crm.pipeline.api.shapes import LeadShape, leads_of

TAG = "Follow-ups"


class SequenceShape(Shape):
    scope = Scope.SETTINGS_READ

    id = Identifier()
    key = Text(help_text="What a lead is put into.")
    name = Text()
    active = Flag(help_text="Whether it is in use.")


class EnrolmentShape(Shape):
    scope = Scope.LEADS_READ

    id = Identifier()
    sequence = Text("sequence__key")
    lead = Ref(LeadShape)
    contact = Ref(ContactShape)
    state = Choice(choices=EnrolmentState.choices)
    stop_reason = Choice(choices=Stop.choices, allow_null=True)
    sent = Whole(help_text="Messages so far.")
    due_at = Instant(allow_null=True, help_text="When the next message leaves, null where none is to come.")
    last_sent_at = Instant(allow_null=True)
    answered_at = Instant(allow_null=True)
    converted = Optional(help_text="won, booked or accepted within a month.")
    created_at = Instant()
    ended_at = Instant(allow_null=True)


class EnrolmentDraft(Draft):
    lead = Reference()
    sequence = Words(max_length=60, help_text="The key of a sequence in use.")


SEQUENCES = Listing(SequenceShape, (Filter("key", TEXT),))
ENROLMENTS = Listing(
    EnrolmentShape,
    (
        Filter("lead", IDS, "lead__public_id"),
        Filter("contact", IDS, "contact__public_id"),
        Filter("sequence", TEXT, "sequence__key"),
        Filter("state", TEXT, choices=tuple(EnrolmentState.values)),
        Filter("created_at", TIME),
    ),
    (CREATED,),
)


def enrolments_of(key: KnownKey) -> Any:
    """Those of leads in sight of the key."""
    return Enrolment.objects.filter(lead__in=leads_of(key)) if key.person else Enrolment.objects.all()


class Sequences(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "Sequences of follow-ups", listing=SEQUENCES)
    def get(self, call: Call) -> Any:
        return call.page(Sequence.objects.order_by("id"))


class Enrolments(Endpoint):
    tag = TAG

    @operation(Scope.LEADS_READ, "Which leads are or were in sequences", listing=ENROLMENTS)
    def get(self, call: Call) -> Any:
        return call.page(enrolments_of(call.key))

    @operation(
        Scope.LEADS_WRITE,
        "Put a lead into a sequence",
        about="Its first message leaves as soon as it may: not in the customer's quiet hours and not above the weekly cap. "
        "What the lead was in ends; the same again changes nothing.",
        into=EnrolmentDraft,
        out=EnrolmentShape,
        status=201,
        refusals={
            422: "The lead is closed, has a meeting, wants no follow-ups, or the sequence is not in use."
        },
    )
    def post(self, call: Call) -> Any:
        lead = leads_of(call.key).filter(public_id=call.data["lead"]).first()
        if lead is None:
            call.refuse("/lead", "unknown", "There is no such lead.")
        made = operations.enrol(
            lead_id=lead.pk, sequence_key=call.data["sequence"], user=call.key.person, now=call.now
        )
        return call.one(Enrolment.objects.filter(pk=made.pk))


class OneEnrolment(Endpoint):
    tag = TAG

    @operation(Scope.LEADS_READ, "A lead in a sequence", out=EnrolmentShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(enrolments_of(call.key).filter(public_id=public_id))


class StopEnrolment(Endpoint):
    tag = TAG

    @operation(
        Scope.LEADS_WRITE,
        "Stop a sequence for a lead",
        about="Nothing more of it is sent. Again: nothing happens.",
        out=EnrolmentShape,
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        found = enrolments_of(call.key).get(public_id=public_id)
        operations.cancel(enrolment_id=found.pk, user=call.key.person)
        return call.one(Enrolment.objects.filter(pk=found.pk))
