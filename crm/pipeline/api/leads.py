from __future__ import annotations

from typing import Any
from uuid import UUID

from core.access.api import person_named, team_named
from core.api.endpoint import Call, Endpoint, operation
from core.history.api import ABOUT, PAGING, HistorySchema, history_of
from core.keys.scopes import Scope
from crm.contacts.api import contacts_of, refuse_points
from crm.contacts.errors import BadContactPoint
from crm.contacts.models import Contact
from crm.contacts.operations import find_or_create_contact
from crm.contacts.queries import found_or_heir
from crm.lists.api import FILTERING, wanted
from crm.pipeline.api.drafts import AssignDraft, LeadChangesDraft, LeadDraft, MoveDraft
from crm.pipeline.api.given import given_of, refuse_move
from crm.pipeline.api.shapes import LEADS, LeadShape, leads_of
from crm.pipeline.errors import BadGiven, StageIsFull, StageWants
from crm.pipeline.models import Lead, LostReason, Stage
from crm.pipeline.operations import (
    assign_lead,
    complete_next_step,
    intake,
    move_lead,
    set_next_step,
    update_lead,
)
from crm.pipeline.queries import leads
from crm.pipeline.queries.leads import locked_lead
from crm.qualification.api import ANSWERS, AnswersDraft
from crm.qualification.models import LeadAnswer

TAG = "Leads"


class Leads(Endpoint):
    tag = TAG

    @operation(Scope.LEADS_READ, "Leads", listing=LEADS, parameters=FILTERING)
    def get(self, call: Call) -> Any:
        return call.page(leads_of(call.key).filter(wanted(call)))

    @operation(
        Scope.LEADS_WRITE,
        "Add a lead",
        about="`contact` is an id, or the contact itself: then one with the same phone or email is taken, else a new one "
        "is added. The lead is scored at once.",
        into=LeadDraft,
        out=LeadShape,
        status=201,
    )
    def post(self, call: Call) -> Any:
        draft = _draft(call)
        contact = contact_of(call, call.data["contact"])
        lead = intake.take_in(contact=contact, draft=draft, actor=call.actor, user=call.key.person)
        return call.shown(lead)


class OneLead(Endpoint):
    tag = TAG

    @operation(Scope.LEADS_READ, "A lead", out=LeadShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(leads_of(call.key).filter(public_id=public_id))

    @operation(
        Scope.LEADS_WRITE,
        "Change a lead's details or its next step",
        about="If-Match compares the revision.",
        into=LeadChangesDraft,
        out=LeadShape,
    )
    def patch(self, call: Call, public_id: UUID) -> Any:
        pk = call.lock(leads_of(call.key).filter(public_id=public_id))
        changes = dict(call.data)
        step = {name: changes.pop(name) for name in ("next_step", "next_step_at") if name in changes}
        if "value" in changes:
            changes |= _money(changes.pop("value"))
        if changes:
            update_lead(lead_id=pk, actor=call.actor, **changes)
        if step:
            lead = Lead.objects.get(pk=pk)
            text, due_at = step.get("next_step", lead.next_step), step.get("next_step_at", lead.next_step_at)
            set_next_step(lead_id=pk, text=text, due_at=due_at, actor=call.actor)
        return call.one(leads().filter(pk=pk))


class Move(Endpoint):
    tag = TAG

    @operation(
        Scope.LEADS_WRITE,
        "Move a lead to another stage",
        about="A stage may ask for fields: 422 `stage_wants` names those that are missing, send them in `given`. They are "
        "stored with the move or not at all. 409 `stage_full` at the limit of the stage.",
        into=MoveDraft,
        out=LeadShape,
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        pk = call.lock(leads_of(call.key).filter(public_id=public_id))
        stage, reason = _stage(call, call.data["stage"]), None
        if "lost_reason" in call.data:
            reason = LostReason.objects.filter(name=call.data["lost_reason"], active=True).first()
            if reason is None:
                call.refuse(
                    "/lost_reason",
                    "unknown",
                    "There is no such reason. GET /api/v1/lost-reasons/ lists them.",
                )
        person = call.key.person
        try:
            move_lead(
                lead_id=pk,
                to_stage_id=stage.pk,
                lost_reason=reason,
                actor=call.actor,
                given=given_of(call, call.data.get("given", {})),
                beyond_limit=call.data.get("beyond_limit", False)
                and (person is None or person.sees_everything),
            )
        except (StageWants, StageIsFull, BadGiven) as error:
            refuse_move(error)
        return call.one(leads().filter(pk=pk))


class History(Endpoint):
    tag = TAG

    @operation(
        Scope.LEADS_READ,
        "Who changed a lead and its answers",
        about=ABOUT,
        out=HistorySchema,
        parameters=PAGING,
    )
    def get(self, call: Call, public_id: UUID) -> Any:
        return history_of(call, leads_of(call.key).get(public_id=public_id))


class Assign(Endpoint):
    tag = TAG

    @operation(Scope.LEADS_WRITE, "Give a lead to a person or a team", into=AssignDraft, out=LeadShape)
    def post(self, call: Call, public_id: UUID) -> Any:
        pk = call.lock(leads_of(call.key).filter(public_id=public_id))
        owner = person_named(call, call.data["owner"], "/owner")
        team = team_named(call, call.data.get("team"), "/team")
        assign_lead(lead_id=pk, owner=owner, team=team, actor=call.actor)
        return call.one(leads().filter(pk=pk))


class NextStepDone(Endpoint):
    tag = TAG

    @operation(
        Scope.LEADS_WRITE,
        "The next step of a lead was taken",
        about="It goes; PATCH the lead to say what follows. Nothing happens where there is none.",
        out=LeadShape,
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        pk = call.lock(leads_of(call.key).filter(public_id=public_id))
        complete_next_step(lead_id=pk, actor=call.actor)
        return call.one(leads().filter(pk=pk))


class Answers(Endpoint):
    tag = TAG

    @operation(Scope.LEADS_READ, "What is known of a lead, with where it came from", listing=ANSWERS)
    def get(self, call: Call, public_id: UUID) -> Any:
        lead = leads_of(call.key).get(public_id=public_id)
        return call.page(LeadAnswer.objects.filter(lead=lead))

    @operation(
        Scope.LEADS_WRITE,
        "Write answers",
        about="Those that are named are replaced, null takes one away; the lead is scored again. The old ones stay in "
        "the list with the time until which they held.",
        into=AnswersDraft,
        out=LeadShape,
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        pk = call.lock(leads_of(call.key).filter(public_id=public_id))
        lead = locked_lead(pk)
        intake.answer(lead=lead, answers=call.data["answers"], actor=call.actor, user=call.key.person)
        return call.one(leads().filter(pk=pk))


def _draft(call: Call) -> intake.LeadDraft:
    data = {name: value for name, value in call.data.items() if name != "contact"}
    return intake.LeadDraft(
        **{
            **data,
            **(_money(data.pop("value", None)) if "value" in data else {}),
            "stage": _stage(call, data["stage"]) if "stage" in data else None,
            "owner": person_named(call, data.get("owner"), "/owner"),
            "team": team_named(call, data.get("team"), "/team"),
        }
    )


def contact_of(call: Call, given: UUID | dict[str, Any]) -> Contact:
    """The contact of that id, or the one that is described: known by phone or email, else new. Raises Problem 400."""
    if isinstance(given, UUID):
        found = found_or_heir(contacts_of(call.key), given)
        return found or call.refuse("/contact", "unknown", "There is no such contact.")
    values = {"company_name" if name == "company" else name: value for name, value in given.items()}
    try:
        return find_or_create_contact(actor=call.actor, source="api", **values)
    except BadContactPoint as error:
        refuse_points(call, given, "/contact", error)
        raise


def _stage(call: Call, public_id: UUID) -> Stage:
    found = Stage.objects.select_related("pipeline").filter(public_id=public_id).first()
    return found or call.refuse("/stage", "unknown", "There is no such stage.")


def _money(value: Any) -> dict[str, Any]:
    return {"value": value[0], "currency": value[1]} if value else {"value": None}
