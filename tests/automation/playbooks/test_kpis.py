"""The figures that playbooks are measured by, from rows that are there, and the rows behind each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from automation.playbooks.manifest import KPIS as NAMES
from automation.playbooks.manifest import Target
from automation.playbooks.queries.kpis import ENOUGH, KPIS, Figure
from bookings.appointments.models import Booking
from conversations.ratings.models import Rating
from conversations.threads.models import Conversation
from crm.pipeline.models import Lead
from tests.factories.bookings import MONDAY, make_booking, make_resource, make_service
from tests.factories.conversations import make_conversation
from tests.factories.crm import LeadFactory

pytestmark = pytest.mark.django_db


def inquiry(number: int, *, answered_after: float | None, days_ago: float = 1) -> Conversation:
    made = make_conversation()
    began = timezone.now() - timedelta(days=days_ago, minutes=number)
    first = began + timedelta(seconds=answered_after) if answered_after is not None else None
    waiting = None if first else began
    Conversation.objects.filter(pk=made.pk).update(
        created_at=began, first_response_at=first, waiting_since=waiting
    )
    made.refresh_from_db()
    return made


def figure(key: str) -> Figure:
    return KPIS[key].figure(timezone.now())


def test_every_name_of_a_manifest_has_its_figure() -> None:
    assert tuple(KPIS) == NAMES
    for kpi in KPIS.values():
        assert kpi.figure(timezone.now()) == Figure(0)
        assert kpi.rows(timezone.now()) == []


def test_the_first_answer_is_the_median_and_its_share() -> None:
    for number in range(ENOUGH):
        inquiry(number, answered_after=30 if number < 8 else 600)
    slow = inquiry(90, answered_after=None)
    inquiry(91, answered_after=5, days_ago=40)
    found = figure("first_response_minutes")
    assert (found.count, found.value, found.beside) == (11, 0.5, "73 % within 2 minutes")
    assert found.meets(Target("first_response_minutes", "<", 2)) is True
    rows = KPIS["first_response_minutes"].rows(timezone.now())
    assert [row.told for row in rows[:4]] == ["not yet", "10 min", "10 min", "30 s"]
    assert (rows[0].public_id, rows[0].good, rows[-1].good) == (slow.public_id, False, True)


def test_too_few_are_no_figure() -> None:
    for number in range(ENOUGH - 1):
        inquiry(number, answered_after=30)
    found = figure("first_response_minutes")
    assert (found.count, found.value, found.beside) == (ENOUGH - 1, None, "")
    assert found.meets(Target("first_response_minutes", "<", 2)) is None


def test_the_share_of_qualified_leads() -> None:
    leads: list[Lead] = [LeadFactory() for _each in range(ENOUGH)]
    Lead.objects.filter(pk__in=[each.pk for each in leads[:4]]).update(qualification="qualified")
    assert figure("qualified_share") == Figure(ENOUGH, 40.0)
    assert sum(row.good for row in KPIS["qualified_share"].rows(timezone.now())) == 4


def test_who_came_of_the_meetings_that_are_marked() -> None:
    service = make_service(make_resource())
    tuesday = MONDAY + timedelta(days=1, hours=1)
    for number in range(ENOUGH + 1):
        made = make_booking(service, tuesday + timedelta(minutes=30 * number))
        status = "attended" if number < 7 else "no_show" if number < ENOUGH else "confirmed"
        Booking.objects.filter(pk=made.pk).update(status=status)
    now = MONDAY + timedelta(days=3)
    assert KPIS["show_up_share"].figure(now) == Figure(ENOUGH, 70.0)
    rows = KPIS["show_up_share"].rows(now)
    assert [row.good for row in rows] == [False] * 3 + [True] * 7
    assert KPIS["show_up_share"].figure(MONDAY + timedelta(days=40)) == Figure(0)


def test_solved_without_a_person() -> None:
    for number in range(ENOUGH):
        made = inquiry(number, answered_after=5)
        person = timezone.now() if number < 3 else None
        Conversation.objects.filter(pk=made.pk).update(
            status="solved", solved_at=timezone.now(), first_person_response_at=person
        )
    assert figure("solved_alone_share") == Figure(ENOUGH, 70.0)
    for value, conversation in zip((5, 4), Conversation.objects.all(), strict=False):
        Rating.objects.create(conversation=conversation, what="help", value=value, rated_at=timezone.now())
    assert figure("solved_alone_share").beside == "rated 4.5 of 5 by 2"
    told = [row.told for row in KPIS["solved_alone_share"].rows(timezone.now())]
    assert (told.count("without a person"), told.count("with a colleague")) == (7, 3)
