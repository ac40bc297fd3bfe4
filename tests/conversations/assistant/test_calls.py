"""The way of one call: asked for, worked by a worker against a real server, shown or dropped (spec 4.3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from conversations.assistant.enums import Outcome, Purpose, Use
from conversations.assistant.errors import BadSettings, NotAllowedNow, StaleSettings
from conversations.assistant.models import AssistantCall, AssistantMonth, AssistantSettings, AssistantState
from conversations.assistant.operations import breaker, budget
from conversations.assistant.operations.asking import ask, dismiss
from conversations.assistant.operations.settings import SettingsDraft, save_assistant
from conversations.assistant.operations.working import work_next
from conversations.assistant.queries import assistant, newest, shown_parts
from conversations.threads.models import Conversation
from core.access.models import User
from core.events.actor import SYSTEM
from tests.conversations.assistant.conftest import Switch
from tests.factories.conversations import Visitor
from tests.providers import assistant as stand_in
from tests.providers.assistant import KEY, AssistantStandIn
from tests.support import work_off

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)


def chat(visitor: Visitor, *texts: str) -> Conversation:
    for text in texts:
        visitor.say(text)
        work_off(["deliveries"])
    return Conversation.objects.get()


def asked(
    conversation: Conversation, user: User, purpose: Purpose = Purpose.SUMMARISE, **more: Any
) -> AssistantCall:
    call = ask(conversation=conversation, purpose=purpose, user=user, **more)
    assert work_next(now=NOW)
    call.refresh_from_db()
    return call


def test_a_summary_is_asked_for_worked_and_shown(
    visitor: Visitor, user: User, switch_on: Switch, model: AssistantStandIn
) -> None:
    conversation = chat(visitor, "Hi, I want a kitchen, call me on +374 91 123456")
    switch_on(price_in=Decimal(2), price_out=Decimal(10))
    model.answers(stand_in.summary("Wants a kitchen.", "Call back on [PHONE_1]."))
    call = asked(conversation, user, language="en")
    assert (call.outcome, call.prompt, call.model) == (Outcome.DONE, "summary-1", "small-1-0301")
    assert (call.tokens_in, call.tokens_out, call.cost) == (120, 30, Decimal("0.00054"))
    assert shown_parts(call)["lines"] == ["Wants a kitchen.", "Call back on +374 91 123456."]
    assert "123456" not in call.question + call.answer + str(call.result)
    assert model.keys == [KEY]
    assert model.documents[0]["conversation"][0]["text"] == "Hi, I want a kitchen, call me on [PHONE_1]"
    month = AssistantMonth.objects.get()
    assert (month.month.isoformat(), month.calls, month.tokens, month.cost) == (
        "2026-03-01",
        1,
        150,
        Decimal("0.00054"),
    )
    assert newest(conversation, [Purpose.SUMMARISE]) == {"summarise": call}
    dismiss(call=call, now=NOW)
    assert newest(conversation, [Purpose.SUMMARISE]) == {}


def test_it_is_off_until_an_admin_switches_it_on(visitor: Visitor, user: User) -> None:
    conversation = chat(visitor, "Hello")
    with pytest.raises(NotAllowedNow):
        ask(conversation=conversation, purpose=Purpose.SUMMARISE, user=user)
    assert not work_next(now=NOW)
    assert not AssistantCall.objects.exists()


def test_what_is_not_allowed_is_refused_and_what_was_forbidden_meanwhile_does_not_leave(
    visitor: Visitor, user: User, switch_on: Switch, model: AssistantStandIn
) -> None:
    conversation = chat(visitor, "Hello")
    switch_on(uses=(Use.SUMMARISE,))
    with pytest.raises(NotAllowedNow):
        ask(conversation=conversation, purpose=Purpose.DRAFT, user=user)
    call = ask(conversation=conversation, purpose=Purpose.SUMMARISE, user=user)
    switch_on(uses=())
    assert work_next(now=NOW)
    call.refresh_from_db()
    assert call.outcome == Outcome.OFF
    assert model.calls == []


def test_asking_again_while_it_is_under_way_is_the_same_wish(
    visitor: Visitor, user: User, switch_on: Switch
) -> None:
    conversation = chat(visitor, "Hello")
    switch_on()
    first = ask(conversation=conversation, purpose=Purpose.SUMMARISE, user=user)
    assert ask(conversation=conversation, purpose=Purpose.SUMMARISE, user=user) == first
    assert ask(conversation=conversation, purpose=Purpose.SUGGEST, user=user) != first


@pytest.mark.parametrize(
    ("scripted", "outcome", "error"),
    [
        (stand_in.BUSY, Outcome.BUSY, "429 Rate limit reached"),
        (stand_in.BROKEN, Outcome.BROKEN, "500"),
        (stand_in.BAD_KEY, Outcome.REFUSED, "401 Incorrect API key provided"),
        (stand_in.NO_JSON, Outcome.BAD_ANSWER, "It is no JSON."),
        (stand_in.BROKEN_BODY, Outcome.BAD_ANSWER, "The service did not answer with JSON."),
        (stand_in.WRONG_SCHEMA, Outcome.BAD_ANSWER, "lines must be a list of at most 3."),
        (stand_in.HUGE, Outcome.TOO_LARGE, "The answer was cut off."),
        (stand_in.summary("Perhaps.", confidence=0.5), Outcome.UNSURE, ""),
    ],
)
def test_whatever_the_service_does_the_call_ends_with_the_reason(
    visitor: Visitor,
    user: User,
    switch_on: Switch,
    model: AssistantStandIn,
    scripted: stand_in.Scripted,
    outcome: Outcome,
    error: str,
) -> None:
    conversation = chat(visitor, "Hello")
    switch_on()
    model.answers(scripted)
    call = asked(conversation, user)
    assert (call.outcome, call.error, call.result) == (outcome, error, {})
    assert call.finished_at == NOW
    assert not work_next(now=NOW)


def test_a_service_that_is_slow_or_away_is_given_up(
    visitor: Visitor, user: User, switch_on: Switch, model: AssistantStandIn
) -> None:
    conversation = chat(visitor, "Hello")
    switch_on(timeout_seconds=3)
    model.answers(stand_in.SLOW)
    call = asked(conversation, user)
    assert (call.outcome, call.error) == (Outcome.TIMEOUT, "No whole answer in 3 seconds.")
    assert (
        AssistantMonth.objects.get().tokens > 800
    )  # it may have been charged: what was set aside stays counted
    switch_on(endpoint="http://127.0.0.1:1/v1")
    assert asked(conversation, user).outcome == Outcome.UNREACHABLE


def test_after_three_faults_it_is_left_alone_then_tried_by_one(
    visitor: Visitor, user: User, switch_on: Switch, model: AssistantStandIn
) -> None:
    conversation = chat(visitor, "Hello")
    switch_on()
    model.answers(*[stand_in.BROKEN] * 4)
    assert [asked(conversation, user).outcome for _ in range(4)] == [*[Outcome.BROKEN] * 3, Outcome.PAUSED]
    assert len(model.calls) == 3
    later = NOW + breaker.FIRST_PAUSE
    assert breaker.may_call(later)
    assert not breaker.may_call(later)
    breaker.failed(later, "500")
    assert AssistantState.objects.get().open_until == later + 2 * breaker.FIRST_PAUSE
    assert breaker.may_call(later + 2 * breaker.FIRST_PAUSE)
    breaker.succeeded(later)
    assert AssistantState.objects.get().failures == 0
    assert breaker.may_call(later)


def test_a_busy_service_says_how_long_it_wants_to_be_left_alone(
    visitor: Visitor, user: User, switch_on: Switch, model: AssistantStandIn
) -> None:
    conversation = chat(visitor, "Hello")
    switch_on()
    model.answers(stand_in.BUSY)
    assert asked(conversation, user).outcome == Outcome.BUSY
    assert asked(conversation, user).outcome == Outcome.PAUSED
    assert breaker.may_call(NOW + timedelta(seconds=120))


def test_the_budget_ends_it(visitor: Visitor, user: User, switch_on: Switch, model: AssistantStandIn) -> None:
    conversation = chat(visitor, "Hello")
    switch_on(monthly_tokens=900)
    assert asked(conversation, user).outcome == Outcome.NO_BUDGET
    switch_on(
        monthly_tokens=None, monthly_money=Decimal("0.001"), price_in=Decimal(1000), price_out=Decimal(1000)
    )
    assert asked(conversation, user).outcome == Outcome.NO_BUDGET
    assert model.calls == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_spend_the_same_rest() -> None:
    month, rest = NOW.date().replace(day=1), AssistantSettings(monthly_tokens=1000)
    start, taken = Barrier(8), []

    def take() -> None:
        start.wait()
        taken.append(budget.reserve(rest, month=month, tokens=300, cost=Decimal(0)))
        connection.close()

    workers = [Thread(target=take) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(taken) == [False] * 5 + [True] * 3
    assert AssistantMonth.objects.get().tokens == 900


def test_a_call_whose_worker_died_each_time_ends(
    visitor: Visitor, user: User, switch_on: Switch, model: AssistantStandIn
) -> None:
    conversation = chat(visitor, "Hello")
    switch_on()
    call = ask(conversation=conversation, purpose=Purpose.SUMMARISE, user=user)
    AssistantCall.objects.filter(pk=call.pk).update(attempts=2)
    assert work_next(now=NOW)
    call.refresh_from_db()
    assert (call.outcome, model.calls) == (Outcome.FAILED, [])


def test_settings_that_cannot_work_are_refused_with_what_to_do(db: None) -> None:
    def faults(**values: Any) -> dict[str, str]:
        given = {
            "active": True,
            "endpoint": "https://api.example.com/v1",
            "model": "m",
            "monthly_tokens": 9,
            **values,
        }
        with pytest.raises(BadSettings) as refused:
            save_assistant(draft=SettingsDraft(**given), actor=SYSTEM)
        return refused.value.faults

    assert list(faults(endpoint="", model="", monthly_tokens=None)) == ["endpoint", "model", "monthly_tokens"]
    assert list(faults(endpoint="http://api.example.com")) == ["endpoint"]
    assert list(faults(endpoint="https://10.0.0.7/v1")) == ["endpoint"]
    assert list(faults(endpoint="https://me:secret@api.example.com/")) == ["endpoint"]
    assert list(faults(timeout_seconds=900, min_confidence=5, currency="$")) == [
        "timeout_seconds",
        "min_confidence",
        "currency",
    ]
    assert list(faults(monthly_tokens=None, monthly_money=Decimal(5))) == ["price_in"]
    assert list(faults(answers_alone=True)) == ["answers_alone"]
    assert not AssistantSettings.objects.exists()


def test_the_key_is_kept_apart_and_never_shown(switch_on: Switch) -> None:
    saved = switch_on(endpoint="https://api.example.com/v1/chat/completions/")
    assert saved.endpoint == "https://api.example.com/v1"
    again = save_assistant(
        draft=SettingsDraft(active=False, endpoint=saved.endpoint, model="m"), actor=SYSTEM, expected=1
    )
    assert again.credentials["key"] == KEY
    assert KEY not in repr(again.credentials)
    with connection.cursor() as cursor:
        cursor.execute("SELECT convert_from(credentials, 'UTF8') FROM conversations_assistantsettings")
        assert KEY not in cursor.fetchone()[0]
        cursor.execute("SELECT to_jsonb(e)::text FROM conversations_assistantsettingsevent e")
        assert all(KEY not in row[0] and "credentials" not in row[0] for row in cursor.fetchall())
    with pytest.raises(StaleSettings):
        save_assistant(draft=SettingsDraft(active=False, endpoint="", model="m"), actor=SYSTEM, expected=1)
    assert assistant().active is False


def test_a_host_of_the_own_network_may_be_called_where_it_is_named(settings: Any, db: None) -> None:
    settings.OUTGOING_HOSTS = frozenset({"ollama", "10.0.0.7"})
    for endpoint in ("http://ollama:11434/v1", "http://10.0.0.7/v1"):
        draft = SettingsDraft(active=False, endpoint=endpoint, model="m")
        assert save_assistant(draft=draft, actor=SYSTEM).endpoint == endpoint
    with pytest.raises(BadSettings):
        save_assistant(
            draft=SettingsDraft(active=False, endpoint="http://10.0.0.8/v1", model="m"), actor=SYSTEM
        )
