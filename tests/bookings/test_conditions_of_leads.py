"""Every field that any room registers of a lead: Python and SQL agree on random leads (spec 7.4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db.models import BooleanField, ExpressionWrapper

from bookings.appointments.operations import cancel, mark
from core.conditions import Moment, parse, registry
from core.conditions.enums import Operator
from core.events.actor import CUSTOMER, SYSTEM
from crm.pipeline.models import Lead, Stage
from crm.pipeline.queries import leads
from tests.core.conditions.samples import natural, operand
from tests.factories.bookings import MONDAY, make_booking, make_hold, make_service
from tests.factories.core import UserFactory
from tests.factories.crm import ContactFactory, CriterionFactory, LeadFactory, PhoneFactory, sales_pipeline

pytestmark = pytest.mark.django_db
ZONES = ("Asia/Yerevan", "America/Havana", "Pacific/Kiritimati", "Pacific/Niue")
KINDS = ("choice", "number", "money", "date", "place", "text", "yes_no", "duration")
LEADS = 30
START = datetime(2026, 6, 2, 6, tzinfo=UTC)
EACH = 1
"""Conditions of each field, operator and zone."""


def made(at: Moment, random: Random) -> list[Lead]:
    """With a value here and none there, meetings of all fates, talk of some."""
    sales_pipeline()
    stages = list(Stage.objects.filter(kind="open"))
    owners = [None, UserFactory(name="Anna"), UserFactory(name="Davit")]
    fields = {key: each for key, each in registry.fields("lead").items() if key.startswith("answer.")}

    def instant() -> Any:
        return at.now + timedelta(days=random.choice([-30, -7, -1, 0, 1, 7]), minutes=random.randint(-1, 1))

    found = []
    for _ in range(LEADS):
        contact = ContactFactory(
            name=random.choice(["", "Անի", "Anna"]),
            language=random.choice(["", "hy", "en"]),
            tags=random.sample(["vip", "new", "a,b"], random.randrange(3)),
        )
        for number in random.sample(["+37491234567", "+994502345678"], random.randrange(3)):
            PhoneFactory(contact=contact, value=number)
        answers = {
            key.removeprefix("answer."): natural(each.type, at, random)
            for key, each in fields.items()
            if random.random() < 0.6
        }
        lead: Lead = LeadFactory(
            contact=contact,
            stage=random.choice(stages),
            owner=random.choice(owners),
            answers=answers,
            source=random.choice(["", "webchat", "telegram"]),
            campaign=random.choice(["", "spring"]),
            goal=random.choice(["", "price"]),
            tags=random.sample(["vip", "new", "a,b"], random.randrange(3)),
            value=random.choice([None, Decimal(500_000), Decimal("0.1")]),
            next_step_at=random.choice([None, instant()]),
            last_message_at=random.choice([None, instant()]),
            created_at=instant(),
            stage_entered_at=instant(),
            **points(random),
            grade=random.choice("ABCD"),
            qualification=random.choice(["unknown", "qualified"]),
        )
        found.append(lead)
    return found


def points(random: Random) -> dict[str, int]:
    fit, engagement = random.randint(-2, 6), random.randint(0, 3)
    return {"fit": fit, "engagement": engagement, "score": fit + engagement}


def met(found: list[Lead], random: Random) -> None:
    service = make_service(capacity=20)
    for lead in random.sample(found, len(found) // 2):
        match random.randrange(4):
            case 0:
                make_hold(service, START, lead=lead)
            case 1:
                make_booking(service, START, lead=lead)
            case 2:
                cancel(
                    booking_id=make_booking(service, START, lead=lead).pk,
                    now=MONDAY,
                    via="page",
                    actor=CUSTOMER,
                )
            case _:
                booking = make_booking(service, START, lead=lead)
                mark(
                    booking_id=booking.pk,
                    came=random.random() < 0.5,
                    now=START + timedelta(days=1),
                    actor=SYSTEM,
                )


@pytest.mark.usefixtures("firm")
def test_every_field_of_every_room_reads_alike_in_python_and_sql() -> None:
    random = Random(7)
    for kind in KINDS:
        CriterionFactory(key=kind, kind=kind, name=kind.title())
    known = registry.fields("lead")
    at = Moment(START + timedelta(hours=2), ZONES[0])
    made_leads = made(at, random)
    met(made_leads, random)
    in_python_only = {key for key, each in known.items() if each.orm is None}
    pairs = 0
    for zone in ZONES:
        moment = Moment(at.now, zone)
        asked = [
            (field, operator)
            for key, field in known.items()
            if key not in in_python_only
            for operator in field.operators
            if operator is not Operator.IS_OPEN
            for _ in range(EACH)
        ]
        conditions = [
            parse(leaf(field, operator, moment, random), "lead", fields=known) for field, operator in asked
        ]
        rows = list(Lead.objects.select_related("contact", "stage", "owner"))
        for start in range(0, len(conditions), 50):
            part = conditions[start : start + 50]
            columns = {
                f"c{place}": ExpressionWrapper(each.to_q(moment), output_field=BooleanField())
                for place, each in enumerate(part)
            }
            in_sql = {row["pk"]: row for row in leads().annotate(**columns).values("pk", *columns)}
            for place, each in enumerate(part):
                for row in rows:
                    assert in_sql[row.pk][f"c{place}"] is each.matches(row, moment), (each.to_json(), row.pk)
            pairs += len(part) * len(rows)
    assert pairs > 10_000


def leaf(field: Any, operator: Operator, at: Moment, random: Random) -> dict[str, Any]:
    given: dict[str, Any] = {"field": field.key, "op": operator.value}
    value = operand(field, operator.value, at, random)
    return given if value is None else {**given, "value": value}
