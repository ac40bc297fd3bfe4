"""Walking through a list page by page gives every lead once, in order, those without a value last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from crm.lists.columns import ORDERS, Order, order_of
from crm.lists.places import Place
from crm.lists.queries import page_of
from crm.pipeline.errors import BadCursor
from crm.pipeline.models import Lead, Pipeline
from crm.pipeline.queries import leads
from tests.crm.conftest import AtMost
from tests.factories.crm import DAY, ContactFactory, LeadFactory, sales_pipeline

pytestmark = pytest.mark.django_db
COUNT = 40


@pytest.fixture
def pipeline(company: Any) -> Pipeline:
    pipeline, chance = sales_pipeline(), Random(7)
    stage, contact = pipeline.stages.first(), ContactFactory()
    for _number in range(COUNT):
        some = chance.randrange(6)
        LeadFactory(
            stage=stage,
            contact=contact,
            title=chance.choice(["Sofa", "Kitchen", "Դուռ"]),
            value=None if some < 2 else Decimal(some),
            fit=some - 2,
            score=some - 2,
            win_chance=None if some == 3 else some,
            next_step="x",
            next_step_at=None if some == 1 else DAY + timedelta(days=some),
            stage_entered_at=DAY + timedelta(hours=some),
            last_message_at=None if some == 4 else DAY - timedelta(days=some),
        )
    return pipeline


def expected(order: Order) -> list[int]:
    rows = list(Lead.objects.all())
    known = [lead for lead in rows if getattr(lead, order.column) is not None]
    unknown = [lead for lead in rows if getattr(lead, order.column) is None]
    sides = (
        sorted(known, key=lambda lead: (getattr(lead, order.column), lead.pk), reverse=order.falling),
        sorted(unknown, key=lambda lead: lead.pk, reverse=order.falling),
    )
    return [lead.pk for side in sides for lead in side]


@pytest.mark.parametrize("text", [f"{sign}{name}" for name in ORDERS for sign in ("", "-")])
def test_pages_follow_one_another_in_every_order(text: str, pipeline: Pipeline, at_most: AtMost) -> None:
    order = order_of(text)
    assert order is not None
    found: list[int] = []
    place = None
    for _page in range(COUNT):
        with at_most(2):
            rows, place = page_of(leads().in_pipeline(pipeline), order, place, 7)
        found += [lead.pk for lead in rows]
        if place is None:
            break
        place = Place.decode(place.encode())
    assert found == expected(order)


def test_a_page_behind_a_place_does_not_repeat_what_came_in_between(pipeline: Pipeline) -> None:
    order = order_of("-created")
    assert order is not None
    rows, place = page_of(leads(), order, None, 10)
    LeadFactory(stage=pipeline.stages.first())
    after, _place = page_of(leads(), order, place, 10)
    assert [lead.pk for lead in after] == [rows[-1].pk - number for number in range(1, 11)]


DAMAGED: list[Callable[[], str]] = [
    lambda: "",
    lambda: "é",
    lambda: "x" * 9000,
    lambda: Place("value", "1", -1).encode(),
    lambda: Place("value", "1\0", 1).encode(),
    lambda: Place("value", "1", 2**63).encode(),
]


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_place_is_refused(text: Callable[[], str]) -> None:
    with pytest.raises(BadCursor):
        Place.decode(text())


@pytest.mark.parametrize(
    "place", [Place("score", "1", 1), Place("value", "much", 1), Place("-value", "1", 1)]
)
def test_a_place_of_another_order_is_refused(place: Place, pipeline: Pipeline) -> None:
    with pytest.raises(BadCursor):
        page_of(leads(), ORDERS["value"], place)
