from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.access.models import User
from core.company.models import CompanyProfile
from core.conditions import parse, registry
from core.events.actor import SYSTEM
from crm.contacts.models import Company
from crm.payments.operations import set_state
from crm.pipeline.models import Lead
from crm.pipeline.queries import leads
from crm.scoring.queries import moment
from tests.factories.core import AdminFactory
from tests.factories.crm import DAY, ContactFactory, CriterionFactory, LeadFactory, PhoneFactory, StageFactory
from tests.factories.orders import make_order
from tests.factories.payments import NOW, make_payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(company: CompanyProfile) -> User:
    CriterionFactory(key="start", kind="duration", name="Start")
    return AdminFactory(name="Anna")


@pytest.fixture
def known(anna: User) -> Lead:
    """A lead with a value in every field."""
    company = Company.objects.create(name="Արարատ", name_normal="ararat")
    contact = ContactFactory(name="Անի", language="hy", tags=["vip"], company=company)
    PhoneFactory(contact=contact, value="+37491234567")
    PhoneFactory(contact=contact, value="+994502345678")
    PhoneFactory(contact=contact, kind="email", value="ani@example.com")
    lead: Lead = LeadFactory(
        contact=contact,
        stage=StageFactory(kind="won"),
        source="webchat",
        campaign="spring",
        goal="price",
        owner=anna,
        tags=["kitchen", "big"],
        value=Decimal(500_000),
        next_step_at=DAY,
        last_message_at=DAY,
        created_at=DAY,
        answers={"start": 5},
        score=7,
        fit=5,
        engagement=2,
        grade="B",
        qualification="qualified",
    )
    for number, days, status in (("1", 10, "new"), ("2", 90, "delivered"), ("3", 1, "cancelled")):
        make_order(number, contact=contact, status=status, ordered_at=DAY - timedelta(days=days))
    for state, more in (
        ("paid", {}),
        ("paid", {"amount": Decimal(20_000)}),
        ("paid", {"amount": Decimal(900), "currency": "USD"}),
        ("failed", {"due_on": date(2026, 3, 12)}),
    ):
        payment = make_payment(lead, **more)
        set_state(payment_id=payment.pk, state=state, actor=SYSTEM, now=NOW)
    return lead


CASES: list[tuple[str, str, Any]] = [
    ("lead.source", "is", "webchat"),
    ("lead.campaign", "is_set", None),
    ("lead.goal", "in", ["price", "booking"]),
    ("lead.tags", "has_all", ["kitchen"]),
    ("lead.status", "is", "won"),
    ("lead.stage_entered_at", "before", "2026-03-03"),
    ("lead.created_at", "is_set", None),
    ("lead.next_step_at", "within_last", 1),
    ("lead.last_message_at", "within_last", {"hours": 2}),
    ("lead.value", "gte", {"amount": 500_000, "currency": "AMD"}),
    ("lead.score", "between", [7, 8]),
    ("lead.fit", "gt", 4),
    ("lead.engagement", "lt", 3),
    ("lead.grade", "in", ["A", "B"]),
    ("lead.qualification", "is", "qualified"),
    ("contact.phone", "starts_with", "+374"),
    ("contact.email", "is", "ANI@example.com"),
    ("contact.name", "is", "Ani"),
    ("contact.language", "is", "hy"),
    ("contact.tags", "has_any", ["vip"]),
    ("contact.company", "contains", "Արարատ"),
    ("time.now", "is_open", True),
    ("lead.created_at", "is_open", True),
    ("lead.last_message_at", "within_last", {"business_hours": 2}),
    ("lead.stage_entered_at", "older_than", {"minutes": 30}),
    ("answer.start", "lte", 7),
    ("lead.payment_state", "is", "failed"),
    ("contact.orders_count", "is", 2),
    ("contact.orders_count", "gte", 1),
    ("contact.last_order_at", "within_last", 30),
    ("contact.last_order_at", "after", "2026-02-01"),
    ("lead.paid_total", "gte", {"amount": 70_000, "currency": "AMD"}),
    ("lead.paid_total", "lt", {"amount": 70_001, "currency": "AMD"}),
    ("lead.payment_due", "before", "2026-03-13"),
]


@pytest.mark.parametrize(("field", "operator", "value"), CASES)
def test_python_and_sql_read_every_field_alike(known: Lead, field: str, operator: str, value: Any) -> None:
    LeadFactory(contact__name="", contact__language="", stage_entered_at=DAY + timedelta(days=9))
    json = {"field": field, "op": operator} | ({} if value is None else {"value": value})
    condition = parse(json, "lead")
    at = moment(DAY + timedelta(hours=1))

    in_python = {lead.pk for lead in Lead.objects.all() if condition.matches(lead, at)}
    in_sql = set(leads().filter(condition.to_q(at)).values_list("pk", flat=True))

    assert in_python == in_sql
    assert known.pk in in_sql
    assert condition.describe("en")


def test_stages_and_people_are_choices_by_id(known: Lead, anna: User) -> None:
    at = moment()
    for field, value in (("lead.stage", known.stage_id), ("lead.owner", anna.pk)):
        condition = parse({"field": field, "op": "is", "value": str(value)}, "lead")
        assert condition.matches(known, at)
        assert list(leads().filter(condition.to_q(at))) == [known]
    assert (
        parse({"field": "lead.owner", "op": "is", "value": str(anna.pk)}, "lead").describe("en")
        == "Owner is Anna"
    )


def test_every_criterion_is_a_field_also_when_it_is_no_longer_asked(anna: User) -> None:
    CriterionFactory(key="old", kind="text", active=False)
    assert {"answer.start", "answer.old"} <= registry.fields("lead").keys()
