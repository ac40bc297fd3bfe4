"""Many leads changed by a program: begun, looked at, taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn
from uuid import UUID

from core.access.api import PersonShape, person_named, team_named
from core.api.drafts import Draft, List, OneOf, Reference, Tags, When, Words, YesNo
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import TEXT, Filter
from core.api.pages import CREATED, Listing
from core.api.shapes import Choice, Free, Identifier, Instant, Made, Ref, Shape, Whole
from core.keys.scopes import Scope
from crm.bulk import actions
from crm.bulk.enums import BulkKind, Outcome, Reason, Undone
from crm.bulk.errors import BadBulk
from crm.bulk.models import BulkItem
from crm.bulk.operations import start_bulk, start_undo
from crm.bulk.queries import CEILING, UNDO_HOURS, LeadBulkQuerySet, bulks
from crm.lists.api import CONDITION, JsonObject
from crm.pipeline.models import LostReason, Pipeline, Stage, StageKind
from crm.pipeline.selection import MOST_NAMED, BadSelection, LeadSelection
from crm.scoring.queries import moment

TAG = "Leads"
NOTHING = UUID(int=0)
STATUSES = ("working", "done", "undoing", "undone")
Action = tuple[str, Mapping[str, Any]]


def _status(finished_at: Any, undo_started_at: Any, undo_finished_at: Any) -> str:
    if undo_started_at is not None:
        return "undone" if undo_finished_at is not None else "undoing"
    return "done" if finished_at is not None else "working"


class BulkShape(Shape):
    scope = Scope.LEADS_READ

    id = Identifier()
    url = Made(
        of=["public_id"],
        write=lambda public_id: f"/api/v1/leads/bulk/{public_id}/",
        schema={"type": "string"},
        help_text="Where to ask how far it is.",
    )
    action = Choice("kind", choices=BulkKind.choices)
    status = Made(
        of=["finished_at", "undo_started_at", "undo_finished_at"],
        write=_status,
        schema={"type": "string", "enum": list(STATUSES)},
    )
    created_by = Ref(PersonShape, allow_null=True)
    total = Whole(help_text="Leads that were chosen when it began.")
    changed = Whole()
    already = Whole(help_text="Were so already.")
    refused = Whole(help_text="Left as they were; the rows say why.")
    undone = Whole(help_text="Put back.")
    kept = Whole(help_text="Not put back: changed since.")
    created_at = Instant()
    finished_at = Instant(allow_null=True)
    undo_finished_at = Instant(allow_null=True)


class BulkRowShape(Shape):
    lead = Identifier("lead__public_id", help_text="Of the lead.")
    outcome = Choice(choices=[each for each in Outcome.choices if each[0]], allow_null=True)
    reason = Choice(choices=Reason.choices, allow_null=True)
    details = Free("told", allow_null=True, help_text="Who was quicker, or the fields that a stage asks for.")
    undone = Choice(choices=[each for each in Undone.choices if each[0]], allow_null=True)


BULKS = Listing(BulkShape)
BULK_ROWS = Listing(
    BulkRowShape,
    (
        Filter("outcome", TEXT, choices=tuple(filter(None, Outcome.values))),
        Filter("reason", TEXT, choices=tuple(Reason.values)),
        Filter("undone", TEXT, choices=tuple(filter(None, Undone.values))),
    ),
    (CREATED,),
    "created",
)


class BulkDraft(Draft):
    leads = List(
        child=Reference(), max_length=MOST_NAMED, required=False, help_text="These, by id; or `filter`."
    )
    filter = JsonObject(required=False, help_text=f"All leads that meet it. {CONDITION} {{}} means all.")
    pipeline = Reference(required=False, help_text="Of this pipeline alone.")
    excluded = List(
        child=Reference(), max_length=MOST_NAMED, required=False, help_text="Of `filter`, all but these."
    )
    action = OneOf(choices=BulkKind.choices)
    owner = Reference(required=False, allow_null=True, help_text="For assign; null gives them to nobody.")
    team = Reference(required=False, help_text="For share.")
    stage = Reference(required=False, help_text="For move.")
    reopen = YesNo(required=False, help_text="For move: also leads that are won or lost.")
    outcome = OneOf(
        choices=[StageKind.WON.value, StageKind.LOST.value], required=False, help_text="For close."
    )
    lost_reason = Words(max_length=100, required=False, help_text="By name; needed where leads are lost.")
    add_tags = Tags(required=False, help_text="For tag.")
    remove_tags = Tags(required=False, help_text="For tag.")
    next_step = Words(
        max_length=200, required=False, allow_blank=True, help_text="For next_step; empty clears."
    )
    next_step_at = When(required=False, allow_null=True)


class Bulks(Endpoint):
    tag = TAG

    @operation(Scope.LEADS_READ, "Changes to many leads", listing=BULKS)
    def get(self, call: Call) -> Any:
        return call.page(_seen(call))

    @operation(
        Scope.LEADS_WRITE,
        "Change many leads",
        about=f"Which leads is fixed when it begins, {CEILING:,} at most; then they are changed in the background. "
        "GET its `url` for how far it is.",
        into=BulkDraft,
        out=BulkShape,
        status=202,
    )
    def post(self, call: Call) -> Any:
        action = _ACTIONS[call.data["action"]](call)
        try:
            rows = _selection(call).leads(call.key.person, moment(call.now))
            bulk = start_bulk(rows=rows, action=action, user=call.key.person, at_once=0)
        except BadSelection as error:
            _refuse(call, _SELECTED.get(error.path, error.path), "bad_selection", str(error))
        except BadBulk as error:
            _refuse(call, _GIVEN.get(error.path, error.path), "bad_action", str(error))
        return call.one(bulks().filter(pk=bulk.pk))


class OneBulk(Endpoint):
    tag = TAG

    @operation(Scope.LEADS_READ, "How far a change to many leads is", out=BulkShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(_seen(call).filter(public_id=public_id))


class BulkRows(Endpoint):
    tag = TAG

    @operation(Scope.LEADS_READ, "What became of each lead", listing=BULK_ROWS)
    def get(self, call: Call, public_id: UUID) -> Any:
        bulk = _seen(call).get(public_id=public_id)
        return call.page(BulkItem.objects.filter(bulk=bulk))


class UndoBulk(Endpoint):
    tag = TAG

    @operation(
        Scope.LEADS_WRITE,
        "Undo a change to many leads",
        about=f"Within {UNDO_HOURS} hours; leads that somebody has changed since stay as they are.",
        out=BulkShape,
        status=202,
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        bulk = _seen(call).get(public_id=public_id)
        start_undo(bulk_id=bulk.pk, user=call.key.person, now=call.now, at_once=0)
        return call.one(bulks().filter(pk=bulk.pk))


_SELECTED = {"ids": "leads"}
_GIVEN = {"add": "add_tags", "remove": "remove_tags"}


def _seen(call: Call) -> LeadBulkQuerySet:
    return bulks().visible_to(call.key.person) if call.key.person else bulks()


def _selection(call: Call) -> LeadSelection:
    pipeline = None
    if "pipeline" in call.data:
        pipeline = Pipeline.objects.filter(public_id=call.data["pipeline"]).first()
        if pipeline is None:
            call.refuse("/pipeline", "unknown", "There is no such pipeline.")
    return LeadSelection(
        ids=tuple(call.data.get("leads", ())),
        everything="filter" in call.data,
        condition=call.data.get("filter", {}),
        excluded=tuple(call.data.get("excluded", ())),
        pipeline_id=pipeline.pk if pipeline else None,
    )


def _assign(call: Call) -> Action:
    if "owner" not in call.data:
        call.refuse("/owner", "required", "Name the person, or null for nobody.")
    return actions.assign_to(person_named(call, call.data["owner"], "/owner"))


def _share(call: Call) -> Action:
    team = team_named(call, call.data.get("team"), "/team")
    return actions.share_among(team) if team else call.refuse("/team", "required", "Name the team.")


def _move(call: Call) -> Action:
    stage = Stage.objects.filter(public_id=call.data.get("stage", NOTHING)).first()
    if stage is None:
        call.refuse("/stage", "unknown", "There is no such stage.")
    return actions.move_to(stage, reason=_lost_reason(call), reopen=call.data.get("reopen", False))


def _close(call: Call) -> Action:
    return actions.close_as(call.data.get("outcome", ""), reason=_lost_reason(call))


def _tag(call: Call) -> Action:
    return actions.tag_with(add=call.data.get("add_tags", ()), remove=call.data.get("remove_tags", ()))


def _next_step(call: Call) -> Action:
    if "next_step" not in call.data:
        call.refuse("/next_step", "required", "Say what happens next; an empty text clears it.")
    return actions.plan_step(call.data["next_step"], call.data.get("next_step_at"))


def _lost_reason(call: Call) -> LostReason | None:
    if "lost_reason" not in call.data:
        return None
    found = LostReason.objects.filter(name=call.data["lost_reason"], active=True).first()
    hint = "There is no such reason. GET /api/v1/lost-reasons/ lists them."
    return found or call.refuse("/lost_reason", "unknown", hint)


_ACTIONS: Mapping[str, Callable[[Call], Action]] = {
    BulkKind.ASSIGN: _assign,
    BulkKind.SHARE: _share,
    BulkKind.MOVE: _move,
    BulkKind.CLOSE: _close,
    BulkKind.TAG: _tag,
    BulkKind.NEXT_STEP: _next_step,
}


def _refuse(call: Call, path: str, code: str, message: str) -> NoReturn:
    call.refuse(f"/{path.replace('.', '/')}", code, message)
