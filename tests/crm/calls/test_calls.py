from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.access.models import User
from core.conditions import parse
from core.events.actor import Actor
from core.events.models import Event
from crm.calls.enums import CallOutcome
from crm.calls.errors import BadCall, NotYourCall
from crm.calls.models import Call
from crm.calls.operations import log_call, take_back_call
from crm.calls.queries import calls, to_return
from crm.pipeline.models import Lead
from crm.pipeline.queries import leads, timeline
from crm.pipeline.steps import Step
from crm.scoring.queries import moment
from tests.factories.core import CompanyFactory, ManagerFactory, TeamFactory, UserFactory
from tests.factories.crm import ContactFactory, LeadFactory, RuleFactory, StageFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)


@pytest.fixture
def anna() -> User:
    CompanyFactory()
    return UserFactory(name="Anna")


@pytest.fixture
def lead(anna: User) -> Lead:
    return LeadFactory(owner=anna, title="Kitchen")


def log(
    lead: Lead, user: User, outcome: str = "reached", *, ago: timedelta = timedelta(), **more: object
) -> Call:
    now = NOW - ago
    return log_call(
        contact=lead.contact,
        lead=lead,
        outcome=outcome,
        now=now,
        actor=Actor.of(user),
        **more,  # type: ignore[arg-type]
    )


def columns(lead: Lead) -> tuple[int, str, datetime | None]:
    lead.refresh_from_db()
    return lead.call_count, lead.last_call_outcome, lead.last_call_at


def test_a_call_is_kept_with_its_outcome_and_the_next_step(lead: Lead, anna: User) -> None:
    step = Step("Send the quote", NOW + timedelta(days=1))
    call = log(lead, anna, "reached", seconds=240, note="  Wants oak ", phone="+37491234567", step=step)

    assert (call.user, call.lead, call.note, call.seconds, call.called_at) == (
        anna,
        lead,
        "Wants oak",
        240,
        NOW,
    )
    assert columns(lead) == (1, "reached", NOW)
    assert (lead.next_step, lead.next_step_at) == (step.text, step.due_at)
    event = Event.objects.get(name="call.logged")
    assert (event.lead_id, event.contact_id, event.actor) == (lead.pk, lead.contact_id, anna)
    assert event.payload == {
        "direction": "out",
        "outcome": "reached",
        "seconds": 240,
        "called_at": NOW.isoformat(),
    }
    assert [(item.kind, item.row.note) for item in timeline(lead, kinds=["call"])] == [("call", "Wants oak")]


def test_an_older_call_does_not_become_the_last_one(lead: Lead, anna: User) -> None:
    log(lead, anna, "busy", ago=timedelta(hours=1))
    log(lead, anna, "reached", called_at=NOW - timedelta(hours=5))
    assert columns(lead) == (2, "busy", NOW - timedelta(hours=1))


def test_taking_back_restores_what_was_before(lead: Lead, anna: User) -> None:
    log(lead, anna, "busy", ago=timedelta(hours=1))
    call = log(lead, anna, "reached", step=Step("Write", NOW))
    with pytest.raises(NotYourCall):
        take_back_call(call_id=call.pk, user=UserFactory())

    take_back_call(call_id=call.pk, user=anna, restored=Step())

    assert columns(lead) == (1, "busy", NOW - timedelta(hours=1))
    assert (lead.next_step, lead.next_step_at) == ("", None)
    assert Event.objects.filter(name="call.removed", lead_id=lead.pk).count() == 1
    assert Call.pgh_event_model.objects.filter(pgh_label="delete").count() == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "wrong",
    [{"called_at": NOW + timedelta(minutes=1)}, {"lead": None, "step": Step("Call", NOW)}],
    ids=["ahead", "a step without a lead"],
)
def test_what_cannot_be_is_refused(lead: Lead, anna: User, wrong: dict[str, object]) -> None:
    values = {"contact": lead.contact, "lead": lead, "outcome": "reached", "now": NOW, **wrong}
    with pytest.raises(BadCall):
        log_call(actor=Actor.of(anna), **values)  # type: ignore[arg-type]
    with pytest.raises(BadCall):
        log_call(contact=ContactFactory(), lead=lead, outcome="reached", now=NOW, actor=Actor.of(anna))
    with pytest.raises(ValueError, match="shouted"):
        log_call(contact=lead.contact, outcome="shouted", now=NOW, actor=Actor.of(anna))
    assert Call.objects.count() == 0


def test_rules_may_ask_for_calls(lead: Lead, anna: User) -> None:
    RuleFactory(condition={"field": "lead.last_call_outcome", "op": "is", "value": "reached"}, points=3)
    log(lead, anna, "busy", ago=timedelta(hours=1))
    lead.refresh_from_db()
    assert lead.score == 0
    log(lead, anna, "reached")
    lead.refresh_from_db()
    assert lead.score == 3


@pytest.mark.parametrize(
    "condition",
    [
        {"field": "lead.calls", "op": "gte", "value": 2},
        {"field": "lead.calls", "op": "is", "value": 0},
        {"field": "lead.last_call_outcome", "op": "is", "value": "no_answer"},
        {"field": "lead.last_call_outcome", "op": "is_set"},
        {"field": "lead.last_call_at", "op": "within_last", "value": 1},
        {"field": "lead.last_call_at", "op": "is_set"},
    ],
)
def test_python_and_sql_agree_on_calls(lead: Lead, anna: User, condition: dict[str, object]) -> None:
    other: Lead = LeadFactory()
    LeadFactory()
    log(lead, anna, "reached", ago=timedelta(days=3))
    log(lead, anna, "no_answer", ago=timedelta(hours=1))
    log(other, anna, "busy", ago=timedelta(days=3))
    parsed, at = parse(condition, "lead"), moment(NOW)

    in_python = {each.pk for each in Lead.objects.all() if parsed.matches(each, at)}
    in_sql = set(leads().filter(parsed.to_q(at)).values_list("pk", flat=True))

    assert in_python == in_sql
    assert 0 < len(in_sql) < 3


def test_who_sees_a_call(lead: Lead, anna: User) -> None:
    Lead.objects.update(team=TeamFactory())
    log(lead, anna)
    stranger, manager = UserFactory(), ManagerFactory()
    of_nobody = log_call(contact=ContactFactory(), outcome="busy", now=NOW, actor=Actor.of(anna))

    def seen(user: User) -> int:
        return calls().visible_to(user).count()

    assert (seen(anna), seen(manager), seen(stranger)) == (2, 2, 1)
    assert calls().visible_to(stranger).get() == of_nobody
    stranger.is_active = False
    assert seen(stranger) == 0


def test_calls_to_return_are_those_that_reached_nobody_and_led_to_nothing(lead: Lead, anna: User) -> None:
    others = {name: LeadFactory(owner=anna) for name in ("reached later", "planned", "old", "closed")}
    log(lead, anna, CallOutcome.NO_ANSWER, ago=timedelta(hours=3), direction="in")
    log(others["reached later"], anna, CallOutcome.BUSY, ago=timedelta(hours=3))
    log(others["reached later"], anna, CallOutcome.REACHED, ago=timedelta(hours=2))
    log(others["planned"], anna, CallOutcome.BUSY, step=Step("Call again", NOW + timedelta(days=1)))
    log(others["old"], anna, CallOutcome.BUSY, ago=timedelta(days=15))
    log(others["closed"], anna, CallOutcome.BUSY)
    Lead.objects.filter(pk=others["closed"].pk).update(
        stage=StageFactory(kind="lost"), stage_kind="lost", closed_at=NOW
    )
    log(LeadFactory(owner=UserFactory()), UserFactory(), CallOutcome.BUSY)

    assert [call.lead for call in to_return(anna, now=NOW)] == [lead]
