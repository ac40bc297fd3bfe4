"""Questions about meetings: one answer in Python and in SQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from bookings.appointments.models import Booking
from bookings.appointments.operations import cancel, mark
from core.conditions import parse
from core.events.actor import CUSTOMER, SYSTEM
from crm.pipeline.models import Lead
from crm.scoring.models import RuleGroup
from crm.scoring.operations import RuleDraft, publish_rules
from crm.scoring.queries import moment
from crm.scoring.scoring import Thresholds
from tests.factories.bookings import MONDAY, make_booking, make_hold, make_service
from tests.factories.crm import LeadFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("firm")]

START = datetime(2026, 6, 2, 6, tzinfo=UTC)
AFTER = START + timedelta(days=1)


@pytest.fixture
def leads() -> dict[str, Lead]:
    """One of each history; meetings on Tuesday, asked on Monday and on Wednesday."""
    service = make_service(capacity=20)
    found = {
        name: LeadFactory(title=name)
        for name in ("none", "held", "ahead", "cancelled", "came", "missed_twice")
    }
    make_hold(service, START, lead=found["held"])
    make_booking(service, START, lead=found["ahead"])
    gone = make_booking(service, START, lead=found["cancelled"])
    cancel(booking_id=gone.pk, now=MONDAY, via="page", actor=CUSTOMER)
    came = make_booking(service, START, lead=found["came"])
    mark(booking_id=came.pk, came=True, now=AFTER, actor=SYSTEM)
    for hours in (0, 1):
        missed = make_booking(service, START + timedelta(hours=hours), lead=found["missed_twice"])
        mark(booking_id=missed.pk, came=False, now=AFTER, actor=SYSTEM)
    return found


@pytest.mark.parametrize(
    ("field", "operator", "value", "holds"),
    [
        ("booking.upcoming", "is", True, {"ahead"}),
        ("booking.upcoming", "is", False, {"none", "held", "cancelled", "came", "missed_twice"}),
        ("booking.count", "gte", 1, {"ahead", "came", "missed_twice"}),
        ("booking.count", "is", 0, {"none", "held", "cancelled"}),
        ("booking.last", "is", "cancelled", {"cancelled"}),
        ("booking.last", "in", ["attended", "no_show"], {"came", "missed_twice"}),
        ("booking.last", "is_not_set", None, {"none", "held"}),
        ("booking.missed", "gt", 1, {"missed_twice"}),
    ],
)
def test_python_and_sql_agree(
    leads: dict[str, Lead], field: str, operator: str, value: Any, holds: set[str]
) -> None:
    json = {"field": field, "op": operator} | ({} if value is None else {"value": value})
    condition = parse(json, "lead")
    at = moment(MONDAY)
    assert {name for name, lead in leads.items() if condition.matches(lead, at)} == holds
    assert set(Lead.objects.filter(condition.to_q(at)).values_list("title", flat=True)) == holds


def test_a_meeting_ahead_is_over_once_it_has_begun(leads: dict[str, Lead]) -> None:
    condition = parse({"field": "booking.upcoming", "op": "is", "value": True}, "lead")
    assert not condition.matches(leads["ahead"], moment(START))


def test_booking_and_cancelling_score_the_lead_anew() -> None:
    ahead = {"field": "booking.count", "op": "gte", "value": 1}
    publish_rules(
        rules=[RuleDraft("Met us", RuleGroup.ENGAGEMENT, ahead, 5)], thresholds=Thresholds(), user=None
    )
    lead = LeadFactory()
    booking = make_booking(make_service(), START, lead=lead)
    assert Lead.objects.get(pk=lead.pk).score == 5
    cancel(booking_id=booking.pk, now=MONDAY, via="page", actor=CUSTOMER)
    assert Lead.objects.get(pk=lead.pk).score == 0
    assert Booking.objects.get(pk=booking.pk).lead_id == lead.pk


def test_the_start_itself_scores_the_lead_anew(work_due: Callable[[datetime], int]) -> None:
    ahead = {"field": "booking.upcoming", "op": "is", "value": True}
    publish_rules(
        rules=[RuleDraft("Comes", RuleGroup.ENGAGEMENT, ahead, 5)], thresholds=Thresholds(), user=None
    )
    lead = LeadFactory()
    with time_machine.travel(MONDAY, tick=False):
        make_booking(make_service(), START, lead=lead)
        assert Lead.objects.get(pk=lead.pk).score == 5
    with time_machine.travel(START, tick=False):
        work_due(START)
    assert Lead.objects.get(pk=lead.pk).score == 0
