"""Closed leads of a history whose truth is known: the chance is a logistic function of the budget, the start and the
source, and chance decides (acceptance of the win chance).
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from math import exp
from typing import Any

from django.utils import timezone

from crm.pipeline.models import Lead, Stage, StageKind
from crm.qualification.models import Criterion
from tests.factories.crm import ContactFactory, CriterionFactory, sales_pipeline

SOURCES = ("webchat", "instagram", "referral", "email")
OF_SOURCE = {"webchat": 0.0, "instagram": -0.6, "referral": 0.8, "email": 0.0}


def truth(budget: int | None, start: int | None, source: str) -> float:
    """The chance of being won: a million more of budget is worth 2.4 log-odds, ten days of waiting cost 0.2."""
    by_budget = -1.2 if budget is None else 2.4 * (budget / 1_000_000 - 0.6)
    by_start = -0.3 if start is None else -0.02 * (start - 30)
    return 1 / (1 + exp(-(by_budget + by_start + OF_SOURCE[source] - 0.4)))


def history(
    count: int, *, name: str = "Sales", seed: int = 7, now: datetime | None = None, open_leads: int = 0
) -> list[Lead]:
    """`count` closed leads over a year, then open ones, with the criteria "budget", "start" and a "colour" that
    means nothing.
    """
    dice, now = random.Random(seed), now or timezone.now()
    if not Criterion.objects.exists():
        CriterionFactory(key="budget", kind="money", name="Budget", must_have=True)
        CriterionFactory(key="start", kind="duration", name="Start")
        CriterionFactory(key="colour", kind="choice", name="Colour", values=["red", "blue"])
    stages = {stage.name: stage for stage in sales_pipeline(name).stages.select_related("pipeline")}
    contact = ContactFactory()
    rows = [
        _lead(dice, stages, contact, now - timedelta(days=1 + place % 360), is_open=place >= count)
        for place in range(count + open_leads)
    ]
    return Lead.objects.bulk_create(rows)


def _lead(
    dice: random.Random, stages: dict[str, Stage], contact: Any, at: datetime, *, is_open: bool
) -> Lead:
    budget = None if dice.random() < 0.15 else dice.randrange(1, 25) * 50_000
    start = None if dice.random() < 0.2 else dice.randrange(1, 91)
    source = dice.choice(SOURCES)
    won = dice.random() < truth(budget, start, source)
    stage = stages["New" if is_open else "Won" if won else "Lost"]
    answers: dict[str, Any] = {"colour": dice.choice(["red", "blue"])}
    if budget is not None:
        answers["budget"] = {"amount": f"{budget}.0000", "currency": "AMD"}
    if start is not None:
        answers["start"] = start
    closed = stage.kind != StageKind.OPEN
    return Lead(
        title="Lead",
        contact=contact,
        stage=stage,
        pipeline=stage.pipeline,
        stage_kind=stage.kind,
        stage_entered_at=at,
        closed_at=at if closed else None,
        source=source,
        answers=answers,
        customer_messages=dice.randrange(1, 20),
    )
