from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject

from core.access.api import PersonShape, TeamShape
from core.api.filters import IDS, NUMBER, TEXT, TIME, WHOLE, WORDS, Filter
from core.api.pages import CREATED, Listing, Sort
from core.api.shapes import (
    Amount,
    Choice,
    Flag,
    Free,
    Identifier,
    Instant,
    Made,
    Optional,
    Ref,
    Shape,
    Text,
    Texts,
    Whole,
)
from core.keys.queries import KnownKey
from core.keys.scopes import Scope
from crm.contacts.api import ContactShape
from crm.fields.api import VALUES, shown_values
from crm.pipeline.models import Grade, Pipeline, Qualification, Stage, StageKind
from crm.pipeline.queries import leads
from crm.pipeline.queries.leads import LeadQuerySet
from crm.qualification.answers import plain

ANSWERS = {"type": "object", "additionalProperties": {}, "description": "Value by key of the criterion."}
STAGES = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "name": {"type": "string"},
            "kind": {"type": "string", "enum": list(StageKind.values)},
            "probability": {"type": "integer"},
        },
        "required": ["id", "name", "kind", "probability"],
    },
}


def shown_answers(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {key: plain(value) for key, value in answers.items()}


def _stages(prefix: str) -> Any:
    rows = Stage.objects.filter(pipeline=OuterRef(f"{prefix}pk")).order_by("position", "id")
    line = JSONObject(id="public_id", name="name", kind="kind", probability="probability")
    return ArraySubquery(rows.values(line=line))


class PipelineShape(Shape):
    small = Pipeline

    id = Identifier()
    name = Text()
    currency = Text()
    position = Whole()
    stages = Made(of=[_stages], write=list, schema=STAGES)


class StageShape(Shape):
    small = Stage

    id = Identifier()
    pipeline = Ref(PipelineShape)
    name = Text()
    kind = Choice(choices=StageKind.choices)
    position = Whole()
    probability = Whole(help_text="Percent.")
    rotting_days = Whole(allow_null=True)
    takes_qualified = Flag(help_text="Leads that become qualified come here by themselves.")
    required = Made(
        of=["required"],
        write=list,
        schema={"type": "array", "items": {"type": "string"}},
        help_text="Keys of what a lead must have to enter.",
    )
    actions = Free(help_text='What happens to a lead that enters: [{"action", "settings"}].')
    wip_limit = Whole(allow_null=True, help_text="How many leads people may bring here; null: any number.")
    leaving_for = Made(
        of=["leaving_for__public_id"],
        write=lambda found: str(found) if found else None,
        schema={"type": ["string", "null"], "format": "uuid"},
        help_text="The stage is being removed, and its leads go there.",
    )


class LostReasonShape(Shape):
    id = Identifier()
    name = Text()
    code = Optional(help_text="Of those that came with the product.")
    active = Flag(help_text="It can be given to a lead.")


class LeadShape(Shape):
    scope = Scope.LEADS_READ
    version = "revision"

    id = Identifier()
    title = Text()
    contact = Ref(ContactShape)
    pipeline = Ref(PipelineShape)
    stage = Ref(StageShape)
    status = Choice("stage_kind", choices=StageKind.choices)
    stage_entered_at = Instant()
    owner = Ref(PersonShape, allow_null=True)
    team = Ref(TeamShape, allow_null=True)
    value = Amount(allow_null=True)
    goal = Optional()
    source = Optional()
    campaign = Optional()
    tags = Texts()
    next_step = Optional()
    next_step_at = Instant(allow_null=True)
    lost_reason = Optional("lost_reason__name")
    closed_at = Instant(allow_null=True)
    answers = Made(of=["answers"], write=shown_answers, schema=ANSWERS)
    custom = Made(of=["custom"], write=shown_values, schema=VALUES)
    score = Whole()
    fit = Whole()
    engagement = Whole()
    grade = Choice(choices=Grade.choices)
    qualification = Choice(choices=Qualification.choices)
    scored_at = Instant(allow_null=True)
    win_chance = Whole(
        allow_null=True, help_text="Percent, learned from closed leads; never part of the score."
    )
    last_message_at = Instant(allow_null=True)
    revision = Whole(help_text="Rises with every change that a person or program makes.")
    created_at = Instant()


LEADS = Listing(
    LeadShape,
    (
        Filter("title", WORDS, "title_normal"),
        Filter("contact", IDS, "contact__public_id"),
        Filter("pipeline", IDS, "pipeline__public_id"),
        Filter("stage", IDS, "stage__public_id"),
        Filter("status", TEXT, "stage_kind", choices=tuple(StageKind.values)),
        Filter("owner", IDS, "owner__public_id", nullable=True),
        Filter("team", IDS, "team__public_id", nullable=True),
        Filter("value", NUMBER, nullable=True, about="Whatever the currency."),
        Filter("currency", TEXT),
        Filter("goal", TEXT),
        Filter("source", TEXT),
        Filter("campaign", TEXT),
        Filter("tag", TEXT, where=lambda tag: Q(tags__contains=[tag])),
        Filter("score", WHOLE),
        Filter("win_chance", WHOLE, nullable=True),
        Filter("grade", TEXT, choices=tuple(Grade.values)),
        Filter("qualification", TEXT, choices=tuple(Qualification.values)),
        Filter("next_step_at", TIME, nullable=True),
        Filter("stage_entered_at", TIME),
        Filter("closed_at", TIME, nullable=True),
        Filter("last_message_at", TIME, nullable=True),
        Filter("created_at", TIME),
    ),
    (
        CREATED,
        Sort("score", "score"),
        Sort("win_chance", "win_chance", nullable=True),
        Sort("stage_entered_at", "stage_entered_at", TIME),
        Sort("next_step_at", "next_step_at", TIME, nullable=True),
    ),
)
PIPELINES = Listing(PipelineShape, (), (Sort("position", "position"),), "position")
STAGE_LIST = Listing(
    StageShape,
    (
        Filter("pipeline", IDS, "pipeline__public_id"),
        Filter("kind", TEXT, choices=tuple(StageKind.values)),
    ),
    (Sort("position", "position"),),
    "position",
)
LOST_REASONS = Listing(LostReasonShape, default="created")


def leads_of(key: KnownKey) -> LeadQuerySet:
    """The leads in sight of the key."""
    return leads().visible_to(key.person) if key.person else leads()
