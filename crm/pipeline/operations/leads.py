"""What people and flows do to a lead: each locks the row, raises its revision by one, records its event."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.access.models import Team, User
from core.events.actor import Actor
from core.events.operations import EventDraft, record_all
from core.text import clean, clean_words, normalise
from crm.chances.operations import refresh
from crm.contacts.models import Contact
from crm.fields.values import differing, merged
from crm.pipeline.entering import assigned, begin
from crm.pipeline.errors import NoPipeline
from crm.pipeline.models import Lead, Stage, StageKind
from crm.pipeline.operations.writing import check_revision, save_changed
from crm.pipeline.queries import default_stage, locked_lead
from crm.pipeline.talk import Heard
from crm.scoring.operations import score_new, write_first_entries
from crm.scoring.queries import moment

TITLE_LENGTH = 200


class LeadChanges(TypedDict, total=False):
    """What `update_lead` may change."""

    title: str
    value: Decimal | None
    currency: str
    goal: str
    source: str
    campaign: str
    tags: list[str]
    custom: dict[str, Any]


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
    custom: Mapping[str, Any] | None = None,
    last_message_at: datetime | None = None,
    heard: Heard | None = None,
) -> Lead:
    """A new lead, scored as far as anything is known of it; at most 3 statements while no rule gives points
    yet. `custom`: values by key of the field, checked (crm.fields.queries).

    Without a stage it begins in the first open one of the first pipeline (NoPipeline when there is none),
    without a title it bears the contact's name.
    """
    stage = stage or default_stage()
    if stage is None:
        raise NoPipeline(_("There is no pipeline yet. Create one with an open stage first."))
    now = clock.now()
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
        custom=dict(custom or {}),
        last_message_at=last_message_at,
        created_at=now,
        **(heard.values() if heard else {}),
    )
    payload = {"title": kept, "stage": stage.name, "source": source, "goal": goal}
    with transaction.atomic(savepoint=False):
        result = score_new(lead=lead, at=moment(now))
        lead.save(force_insert=True)
        created = EventDraft(name="lead.created", subject=lead, actor=actor, payload=payload)
        begun = begin(lead, stage, now=now)
        if begun.changed:
            lead.save(update_fields=sorted(begun.changed))
        first = write_first_entries(lead=lead, result=result, actor=actor)
        record_all([created, *begun.drafts, *first])
        refresh([lead])
    return lead


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
    save_changed(lead, changed, "lead.assigned", assigned(lead), actor, {"lead.owner"})
    return lead


@transaction.atomic
def update_lead(
    *, lead_id: int, actor: Actor, expected_revision: int | None = None, **changes: Unpack[LeadChanges]
) -> Lead:
    """Write the details that differ; of `custom`, which is checked already, only the fields that are named. Raises
    StaleLead.
    """
    lead = locked_lead(lead_id)
    check_revision(lead, expected_revision)
    values: dict[str, Any] = dict(changes)
    if "custom" in values:
        values["custom"] = merged(lead.custom, values["custom"])
    if "title" in values:
        values["title"], values["title_normal"] = _storable_title(values["title"])
    changed = [name for name, value in values.items() if getattr(lead, name) != value]
    if not changed:
        return lead
    fields = [f"custom.{key}" for key in differing(lead.custom, values.get("custom", lead.custom))]
    for name in changed:
        setattr(lead, name, values[name])
    plain = [name for name in changed if name not in ("title_normal", "custom")]
    shown = sorted([*plain, *fields])
    concerned = {"lead.value" if name == "currency" else f"lead.{name}" for name in plain} | set(fields)
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


def _storable_title(title: str) -> tuple[str, str]:
    kept = " ".join(clean_words(title).split())[:TITLE_LENGTH]
    return kept, normalise(kept)[: 2 * TITLE_LENGTH]
