"""A lead from elsewhere: a form, an advertisement, another program (spec 14.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from core.access.models import Team, User
from core.events.actor import Actor
from crm.contacts.models import Contact
from crm.pipeline.models import Lead, Stage
from crm.pipeline.operations.leads import create_lead
from crm.pipeline.operations.steps import set_next_step
from crm.qualification.answers import NewAnswer
from crm.qualification.models import AnswerSource
from crm.qualification.operations import apply_answers


@dataclass(frozen=True, kw_only=True)
class LeadDraft:
    """What is known of it; fields as on the model. `answers`: value by key of the criterion.
    `custom`: value by key of the field, checked."""

    title: str = ""
    stage: Stage | None = None
    owner: User | None = None
    team: Team | None = None
    value: Decimal | None = None
    currency: str = ""
    goal: str = ""
    source: str = "api"
    campaign: str = ""
    tags: Sequence[str] = ()
    next_step: str = ""
    next_step_at: datetime | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    custom: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic(savepoint=False)
def take_in(*, contact: Contact, draft: LeadDraft, actor: Actor, user: User | None = None) -> Lead:
    """A lead of the contact with its answers and its next step. Raises NoPipeline, UnknownCriterion, BadAnswer."""
    lead = create_lead(
        contact=contact,
        actor=actor,
        title=draft.title,
        source=draft.source,
        stage=draft.stage,
        team=draft.team,
        owner=draft.owner,
        goal=draft.goal,
        campaign=draft.campaign,
        value=draft.value,
        currency=draft.currency,
        tags=draft.tags,
        custom={key: value for key, value in draft.custom.items() if value is not None},
    )
    if draft.answers:
        answer(lead=lead, answers=draft.answers, actor=actor, user=user)
    if draft.next_step:
        return set_next_step(lead_id=lead.pk, text=draft.next_step, due_at=draft.next_step_at, actor=actor)
    return lead


@transaction.atomic(savepoint=False)
def answer(*, lead: Lead, answers: Mapping[str, Any], actor: Actor, user: User | None = None) -> list[str]:
    """Write answers that a program knows to a locked lead; None takes one away. Returns the keys that changed."""
    told = [
        NewAnswer(key=key, value=value, source=AnswerSource.API, user=user) for key, value in answers.items()
    ]
    return apply_answers(lead=lead, answers=told, actor=actor)
