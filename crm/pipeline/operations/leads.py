"""What people and flows do to a lead: each locks the row, raises its revision by one, records its event."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access.models import Team, User
from core.events.actor import Actor
from core.events.operations import EventDraft, record_all
from core.text import clean, normalise
from crm.contacts.models import Contact
from crm.pipeline.entering import STAGE_COLUMNS, enter
from crm.pipeline.errors import LostReasonNeeded, NoPipeline
from crm.pipeline.models import Lead, LostReason, Stage, StageKind
from crm.pipeline.operations.steps import set_next_step
from crm.pipeline.operations.writing import check_revision, save_changed
from crm.pipeline.queries import default_stage, locked_lead
from crm.pipeline.steps import Step
from crm.pipeline.talk import Heard
from crm.scoring.operations import score_new, write_first_entries
from crm.scoring.queries import moment

TITLE_LENGTH = 200
STAGE_FIELDS = frozenset({"lead.stage", "lead.status", "lead.stage_entered_at"})


class LeadChanges(TypedDict, total=False):
    """What `update_lead` may change."""

    title: str
    value: Decimal | None
    currency: str
    goal: str
    source: str
    campaign: str
    tags: list[str]


def create_lead(
    *,
    contact: Contact,
    actor: Actor,
    title: str = "",
    source: str = "",
    stage: Stage | None = None,
    team: Team | None = None,
    owner: User | None = None,
    goal: str = "",
    campaign: str = "",
    value: Decimal | None = None,
    currency: str = "",
    tags: Sequence[str] = (),
    last_message_at: datetime | None = None,
    heard: Heard | None = None,
) -> Lead:
    """A new lead, scored as far as anything is known of it; at most 3 statements while no rule gives points
    yet.

    Without a stage it begins in the first open one of the first pipeline (NoPipeline when there is none),
    without a title it bears the contact's name.
    """
    stage = stage or default_stage()
    if stage is None:
        raise NoPipeline(_("There is no pipeline yet. Create one with an open stage first."))
    now = timezone.now()
    kept, normal = _storable_title(title or str(contact))
    lead = Lead(
        title=kept,
        title_normal=normal,
        contact=contact,
        pipeline=stage.pipeline,
        stage=stage,
        stage_kind=stage.kind,
        stage_entered_at=now,
        closed_at=None if stage.kind == StageKind.OPEN else now,
        owner=owner,
        team=team,
        value=value,
        currency=currency or stage.pipeline.currency,
        goal=goal,
        source=source,
        campaign=clean(campaign)[:120],
        tags=list(tags),
        last_message_at=last_message_at,
        created_at=now,
        **(heard.values() if heard else {}),
    )
    payload = {"title": kept, "stage": stage.name, "source": source, "goal": goal}
    with transaction.atomic(savepoint=False):
        result = score_new(lead=lead, at=moment(now))
        lead.save(force_insert=True)
        created = EventDraft(name="lead.created", subject=lead, actor=actor, payload=payload)
        record_all([created, *write_first_entries(lead=lead, result=result, actor=actor)])
    return lead


@transaction.atomic
def move_lead(
    *,
    lead_id: int,
    to_stage_id: int,
    actor: Actor,
    expected_revision: int | None = None,
    lost_reason: LostReason | None = None,
    restored: Step | None = None,
) -> Lead:
    """Put the lead into another stage, also of another pipeline; nothing happens when it stands there
    already. A lead that is won or lost has no next step any more.

    `expected_revision` is what the mover saw: StaleLead, naming who did what and when, if it is no longer so.
    A lost stage needs a reason (LostReasonNeeded). `restored`: the next step that the lead gets back where it was
    closed by mistake. Raises Lead.DoesNotExist and Stage.DoesNotExist.
    """
    lead = locked_lead(lead_id)
    if lead.stage_id == to_stage_id:
        return lead
    check_revision(lead, expected_revision)
    stages = Stage.objects.select_related("pipeline").in_bulk([lead.stage_id, to_stage_id])
    if to_stage_id not in stages:
        raise Stage.DoesNotExist(f"There is no stage {to_stage_id}.")
    lead.stage = stages[lead.stage_id]
    _enter(lead, stages[to_stage_id], lost_reason, actor)
    if restored is not None and lead.stage_kind == StageKind.OPEN:
        return set_next_step(lead_id=lead.pk, text=restored.text, due_at=restored.due_at, actor=actor)
    return lead


@transaction.atomic
def lose_lead(*, lead: Lead, reason_code: str, actor: Actor) -> bool:
    """Close a locked lead as lost for a reason known by its code ("not_interested"); False when it is closed
    already.

    It goes to the first lost stage of its pipeline. Raises Stage.DoesNotExist where there is none.
    """
    if lead.stage_kind != StageKind.OPEN:
        return False
    stages = Stage.objects.filter(pipeline=lead.pipeline_id, kind=StageKind.LOST).select_related("pipeline")
    stage = stages.order_by("position", "id").first()
    if stage is None:
        raise Stage.DoesNotExist("The pipeline has no lost stage.")
    _enter(lead, stage, LostReason.objects.get(code=reason_code), actor)
    return True


@transaction.atomic
def assign_lead(
    *,
    lead_id: int,
    owner: User | None,
    actor: Actor,
    team: Team | None = None,
    expected_revision: int | None = None,
) -> Lead:
    """Give the lead to a person, or to nobody; `team` None leaves the team as it is."""
    lead = locked_lead(lead_id)
    check_revision(lead, expected_revision)
    wanted = {"owner": owner} | ({"team": team} if team else {})
    changed = [
        name for name, value in wanted.items() if getattr(lead, f"{name}_id") != (value.pk if value else None)
    ]
    if not changed:
        return lead
    for name in changed:
        setattr(lead, name, wanted[name])
    payload = {
        "owner_id": lead.owner_id,
        "owner": str(lead.owner or ""),
        "team_id": lead.team_id,
        "team": str(lead.team or ""),
    }
    save_changed(lead, changed, "lead.assigned", payload, actor, {"lead.owner"})
    return lead


@transaction.atomic
def update_lead(
    *, lead_id: int, actor: Actor, expected_revision: int | None = None, **changes: Unpack[LeadChanges]
) -> Lead:
    """Write the details that differ. Raises StaleLead."""
    lead = locked_lead(lead_id)
    check_revision(lead, expected_revision)
    values: dict[str, Any] = dict(changes)
    if "title" in values:
        values["title"], values["title_normal"] = _storable_title(values["title"])
    changed = [name for name, value in values.items() if getattr(lead, name) != value]
    if not changed:
        return lead
    for name in changed:
        setattr(lead, name, values[name])
    shown = sorted(name for name in changed if name != "title_normal")
    concerned = {"lead.value" if name == "currency" else f"lead.{name}" for name in shown}
    save_changed(lead, changed, "lead.updated", {"changes": shown}, actor, concerned)
    return lead


def note_goal(*, lead: Lead, goal: str, actor: Actor) -> list[EventDraft]:
    """Set what a locked lead is about, once: a later goal of the chat does not rename it. The caller saves
    `goal` and records the event.
    """
    if lead.goal or not goal:
        return []
    lead.goal = goal
    return [EventDraft(name="lead.updated", subject=lead, actor=actor, payload={"changes": ["goal"]})]


def retitle(*, lead: Lead, title: str, instead_of: Collection[str], actor: Actor) -> list[EventDraft]:
    """Give a locked lead a better title than one that nobody wrote; any title not in `instead_of` stays. The caller
    saves `title` and `title_normal` and records the event.
    """
    kept, normal = _storable_title(title)
    if not kept or lead.title == kept or lead.title not in instead_of:
        return []
    lead.title, lead.title_normal = kept, normal
    return [EventDraft(name="lead.updated", subject=lead, actor=actor, payload={"changes": ["title"]})]


def _enter(lead: Lead, stage: Stage, lost_reason: LostReason | None, actor: Actor) -> None:
    if stage.kind == StageKind.LOST and lost_reason is None:
        raise LostReasonNeeded(_("Say why the lead was lost."))
    payload = enter(lead, stage, now=timezone.now(), lost_reason=lost_reason)
    save_changed(lead, STAGE_COLUMNS, "lead.stage_changed", payload, actor, STAGE_FIELDS)


def _storable_title(title: str) -> tuple[str, str]:
    kept = " ".join(clean(title).split())[:TITLE_LENGTH]
    return kept, normalise(kept)[: 2 * TITLE_LENGTH]
