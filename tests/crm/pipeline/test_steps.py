from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from core.access.models import User
from core.due.models import DueRow
from core.due.operations import Runner
from core.events.actor import Actor
from core.events.models import Event
from core.notifications.models import Notification
from core.notifications.queries import newest
from crm.pipeline.errors import LeadIsClosed, StaleLead
from crm.pipeline.models import Lead
from crm.pipeline.operations import complete_next_step, move_lead, set_next_step
from crm.pipeline.steps import Step, When, choices
from tests.factories.core import UserFactory
from tests.factories.crm import LeadFactory, LostReasonFactory, sales_pipeline

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
"""Thursday, 13:00 in Yerevan."""
ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc"))


def wall(now: datetime, zone: str = "Asia/Yerevan") -> dict[When, str]:
    return {when: f"{at:%a %H:%M}" for when, at in choices(now, zone).items()}


def test_a_step_is_put_off_in_the_wall_time_of_its_person() -> None:
    assert wall(NOW) == {
        When.TODAY: "Thu 15:00",
        When.TOMORROW: "Fri 10:00",
        When.THREE_DAYS: "Sun 10:00",
        When.MONDAY: "Mon 10:00",
    }
    assert wall(NOW + timedelta(minutes=1), "America/New_York")[When.TODAY] == "Thu 06:30"


def test_what_would_be_said_twice_or_too_late_is_left_out() -> None:
    assert list(wall(NOW + timedelta(hours=6))) == [When.TOMORROW, When.THREE_DAYS, When.MONDAY]
    assert list(wall(NOW + timedelta(days=1))) == [When.TODAY, When.TOMORROW, When.THREE_DAYS]
    assert list(wall(NOW + timedelta(days=3))) == [When.TODAY, When.TOMORROW, When.THREE_DAYS]


@given(
    now=st.integers(0, 6 * 365 * 24 * 60).map(
        lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    zone=st.sampled_from(ZONES),
)
def test_choices_lie_ahead_in_order_and_in_working_hours(now: datetime, zone: str) -> None:
    found = list(choices(now, zone).values())

    assert all(at > now for at in found)
    assert found == sorted(found)
    assert len({at.astimezone(ZoneInfo(zone)).date() for at in found}) == len(found) >= 2
    assert all(at.hour == 10 for when, at in choices(now, zone).items() if when != When.TODAY)


@pytest.fixture
def owner(db: None) -> User:
    return UserFactory(name="Anna", language="en")


@pytest.fixture
def lead(owner: User) -> Lead:
    return LeadFactory(title="Kitchen", owner=owner, stage=sales_pipeline().stages.get(name="New"))


def step_of(lead: Lead) -> tuple[str, datetime | None]:
    lead.refresh_from_db()
    return lead.next_step, lead.next_step_at


def remind_at(moment: datetime) -> list[str]:
    Runner().work_next(now=moment)
    return [line.text for user in User.objects.all() for line in newest(user)]


@time_machine.travel(NOW, tick=False)
def test_a_step_is_set_taken_and_set_back(lead: Lead, owner: User) -> None:
    actor, due = Actor.of(owner), NOW + timedelta(hours=1)
    set_next_step(lead_id=lead.pk, text=" Call\n again ", due_at=due, actor=actor)
    assert step_of(lead) == ("Call again", due)

    changed, done = complete_next_step(lead_id=lead.pk, actor=actor, expected_revision=1)

    assert (done, step_of(lead)) == (Step("Call again", due), ("", None))
    assert changed.revision == 2
    assert list(Event.objects.order_by("id").values_list("name", "payload__next_step")) == [
        ("lead.next_step_set", "Call again"),
        ("lead.next_step_done", "Call again"),
    ]
    assert complete_next_step(lead_id=lead.pk, actor=actor)[1] == Step()
    with pytest.raises(StaleLead):
        complete_next_step(lead_id=lead.pk, actor=actor, expected_revision=1)


def test_its_time_reminds_the_owner_once(lead: Lead, owner: User) -> None:
    due = NOW + timedelta(hours=1)
    with time_machine.travel(NOW, tick=False):
        set_next_step(lead_id=lead.pk, text="Call", due_at=due, actor=Actor.of(UserFactory()))
        assert remind_at(due - timedelta(minutes=1)) == []
        assert remind_at(due) == ["Now: Call (Kitchen)"]
        assert remind_at(due + timedelta(days=1)) == ["Now: Call (Kitchen)"]

    assert Notification.objects.get().url == f"/leads/{lead.public_id}/"
    assert Notification.objects.get().user == owner


def test_without_an_owner_whoever_set_the_step_is_reminded(lead: Lead) -> None:
    Lead.objects.update(owner=None)
    planner, due = UserFactory(), NOW + timedelta(hours=1)
    with time_machine.travel(NOW, tick=False):
        set_next_step(lead_id=lead.pk, text="Call", due_at=due, actor=Actor.of(planner))
        remind_at(due)

    assert Notification.objects.get().user == planner


@pytest.mark.parametrize("what", ["taken", "moved", "closed"])
def test_a_step_that_is_no_longer_due_reminds_of_nothing(lead: Lead, owner: User, what: str) -> None:
    actor, due = Actor.of(owner), NOW + timedelta(hours=1)
    with time_machine.travel(NOW, tick=False):
        set_next_step(lead_id=lead.pk, text="Call", due_at=due, actor=actor)
        if what == "taken":
            complete_next_step(lead_id=lead.pk, actor=actor)
        elif what == "moved":
            set_next_step(lead_id=lead.pk, text="Call", due_at=due + timedelta(days=1), actor=actor)
        else:
            won = lead.pipeline.stages.get(name="Won")
            move_lead(lead_id=lead.pk, to_stage_id=won.pk, actor=actor)
        assert remind_at(due) == []
    assert DueRow.objects.filter(status="pending").count() == (1 if what == "moved" else 0)


@time_machine.travel(NOW, tick=False)
def test_closing_clears_the_step_and_a_closed_lead_takes_none(lead: Lead, owner: User) -> None:
    actor, due = Actor.of(owner), NOW + timedelta(hours=1)
    stages = {stage.name: stage.pk for stage in lead.pipeline.stages.all()}
    set_next_step(lead_id=lead.pk, text="Call", due_at=due, actor=actor)

    move_lead(lead_id=lead.pk, to_stage_id=stages["Lost"], actor=actor, lost_reason=LostReasonFactory())
    assert step_of(lead) == ("", None)
    with pytest.raises(LeadIsClosed):
        set_next_step(lead_id=lead.pk, text="Call", due_at=due, actor=actor)

    move_lead(lead_id=lead.pk, to_stage_id=stages["New"], actor=actor, restored=Step("Call", due))
    assert step_of(lead) == ("Call", due)
