"""The demo company's closed leads of the last months: enough to learn win chances from, with no chat and no owner's diary.

Who was won follows the budget above all, then how soon the customer wants to start and where the lead came from, and
chance: so there is something to find.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import exp
from random import Random
from typing import Any

from core.access.models import Team, User
from core.text import normalise
from crm.chances.operations import learn, write
from crm.contacts.models import Contact
from crm.pipeline.models import Lead, LostReason, Stage, StageKind
from crm.qualification.models import AnswerSource, Criterion, LeadAnswer
from crm.scoring.operations.recalculation import recalculate
from crm.scoring.queries import fresh_rule_book, moment
from desk.demo.stories import LANGUAGES, texts

PAST = 260
DAYS = 300
STARTS = (7, 30, 90)
SOURCES = {"webchat": 0.0, "instagram": -0.7, "referral": 1.0, "form": 0.1}
BUDGETS = {200_000: -1.6, 350_000: -1.0, 600_000: -0.2, 900_000: 0.6, 1_200_000: 1.1, 2_000_000: 1.7}
"""What a budget is worth in log-odds."""


@dataclass(frozen=True)
class Past:
    """One closed lead; what nobody answered is None."""

    language: str
    name: str
    interest: str
    title: str
    budget: int | None
    start: int | None
    source: str
    messages: int
    is_won: bool
    days_ago: int


def past_leads() -> list[Past]:
    """The same at every installation."""
    random = Random(11)
    return [_past(number, random) for number in range(PAST)]


def _past(number: int, random: Random) -> Past:
    content, language = texts(), LANGUAGES[number % 4]
    interest = random.choice(content["interests"])
    budget = None if random.random() < 0.2 else random.choice(list(BUDGETS))
    start = None if random.random() < 0.25 else random.choice(STARTS)
    source = random.choice(list(SOURCES))
    odds = (
        -0.5
        + (BUDGETS[budget] if budget else -1.0)
        + ({7: 0.6, 30: 0.2, 90: -0.5}[start] if start else -0.3)
        + SOURCES[source]
    )
    return Past(
        language=language,
        name=random.choice(content["customers"][language]),
        interest=interest,
        title=content["titles"][interest][language],
        budget=budget,
        start=start,
        source=source,
        messages=random.randint(1, 4) + 2 * ((budget is not None) + (start is not None)),
        is_won=random.random() < 1 / (1 + exp(-odds)),
        days_ago=2 + number * DAYS // PAST,
    )


def install_history(*, people: list[User], stages: list[list[Stage]], now: datetime) -> None:
    """The closed leads with their answers and scores, the oldest first: they come before those of today."""
    past = past_leads()[::-1]
    contacts = Contact.objects.bulk_create(
        Contact(name=each.name, name_normal=normalise(each.name), language=each.language) for each in past
    )
    reasons, team = list(LostReason.objects.order_by("id")), Team.objects.get(name="Sales")
    rows = [_lead(each, contact, stages[0], now) for each, contact in zip(past, contacts, strict=True)]
    for number, row in enumerate(rows):
        row.owner, row.team = people[number % 3 + 1], team
        row.lost_reason = reasons[number % len(reasons)] if row.stage_kind == StageKind.LOST else None
    leads = Lead.objects.bulk_create(rows)
    criteria = {criterion.key: criterion for criterion in Criterion.objects.all()}
    LeadAnswer.objects.bulk_create(
        LeadAnswer(
            lead=lead,
            criterion=criteria[key],
            value=value,
            source=AnswerSource.FLOW,
            created_at=lead.created_at + timedelta(minutes=10),
        )
        for lead in leads
        for key, value in lead.answers.items()
    )
    recalculate(ids=[lead.pk for lead in leads], book=fresh_rule_book(), at=moment(now))


def learn_from_history(*, now: datetime) -> None:
    """The win chances of all open leads."""
    learn(now=now)
    write(list(Lead.objects.filter(stage_kind=StageKind.OPEN).values_list("pk", flat=True)))


def _lead(past: Past, contact: Contact, stages: list[Stage], now: datetime) -> Lead:
    kind = StageKind.WON if past.is_won else StageKind.LOST
    stage = next(each for each in stages if each.kind == kind)
    closed_at = now - timedelta(days=past.days_ago, hours=past.messages)
    return Lead(
        title=past.title,
        title_normal=normalise(past.title),
        contact=contact,
        pipeline_id=stage.pipeline_id,
        stage=stage,
        stage_kind=kind,
        stage_entered_at=closed_at,
        closed_at=closed_at,
        value=Decimal(past.budget) if past.budget else None,
        currency="AMD",
        goal="sales",
        source=past.source,
        answers=_answers(past),
        customer_messages=past.messages,
        customer_words=past.messages * 7,
        customer_wrote_at=closed_at - timedelta(days=1),
        customer_channel="webchat" if past.source == "webchat" else "",
        created_at=closed_at - timedelta(days=9),
    )


def _answers(past: Past) -> dict[str, Any]:
    found: dict[str, Any] = {"interest": past.interest}
    if past.start is not None:
        found["start"] = past.start
    if past.budget is not None:
        found["budget"] = {"amount": f"{past.budget}.0000", "currency": "AMD"}
    return found
