"""The rules by themselves: one action for every open lead, in the order that the docs tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.advice.advice import (
    GIVE_UP,
    PATIENCE,
    SILENCE,
    TRIES,
    Action,
    Chat,
    Facts,
    Kind,
    Meeting,
    Proposal,
    Why,
    next_action,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ID = UUID(int=1)
H, D = timedelta(hours=1), timedelta(days=1)
LEAD = Facts(is_open=True, heard_at=NOW - H)

moments = st.one_of(st.none(), st.timedeltas(-40 * D, 40 * D).map(lambda away: NOW + away))
past = st.timedeltas(-40 * D, -timedelta(seconds=1)).map(lambda away: NOW + away)
chats = st.builds(
    Chat,
    st.just(ID),
    st.sampled_from(["", "hy"]),
    st.one_of(st.none(), past),
    st.booleans(),
    st.one_of(st.none(), past),
    st.booleans(),
    st.integers(0, 5),
)
meetings = st.builds(
    Meeting,
    st.just(ID),
    st.timedeltas(-40 * D, 40 * D).map(lambda away: NOW + away),
    st.sampled_from(["confirmed", "held", "cancelled", "no_show", "attended"]),
)
facts = st.builds(
    Facts,
    st.booleans(),
    past,
    st.sampled_from(["", "Call"]),
    moments,
    st.booleans(),
    st.sampled_from([(), ("budget", "start")]),
    st.one_of(st.none(), chats),
    st.one_of(st.none(), meetings),
    st.one_of(st.none(), past),
    st.integers(0, 4),
    st.booleans(),
    st.sampled_from([(), (Proposal("send_quote", "Send the quote", "It is ready."),)]),
)


def chat(**values: object) -> Chat:
    return replace(Chat(ID), **values)  # type: ignore[arg-type]


def act(**values: object) -> tuple[str, str]:
    action = next_action(replace(LEAD, **values), NOW)  # type: ignore[arg-type]
    assert action is not None
    return str(action.kind), str(action.why)


@given(facts)
def test_every_open_lead_has_one_action_that_makes_sense(known: Facts) -> None:
    action = next_action(known, NOW)

    assert (action is None) == (not known.is_open)
    if action is None:
        return
    if action.kind == Kind.WAIT:
        assert action.until is not None
        assert action.until >= NOW
    if action.kind == Kind.ASK:
        assert action.criterion == known.missing[0]
    if action.kind == Kind.OFFER_TIMES:
        assert known.qualified
        assert known.can_meet
    if action.kind == Kind.LET_GO:
        assert NOW - known.heard_at >= GIVE_UP
        assert known.tries >= TRIES
    if action.since is not None and action.kind != Kind.REBOOK:
        assert action.since <= NOW


@given(facts, past)
def test_a_customer_who_waits_comes_first(known: Facts, since: datetime) -> None:
    waiting = replace(known, is_open=True, chat=chat(waiting_since=since))

    assert next_action(waiting, NOW) == Action(Kind.ANSWER, Why.CUSTOMER_WAITS, since=since)


@given(facts)
def test_the_time_to_look_again_changes_the_action(known: Facts) -> None:
    """Whoever waits until the moment that was named is told something else then."""
    action = next_action(known, NOW)
    if action is None or action.kind != Kind.WAIT:
        return
    assert action.until is not None
    later = next_action(known, action.until + timedelta(microseconds=1))
    assert later is not None
    assert (later.kind, later.until) != (Kind.WAIT, action.until)


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        ({}, (Kind.PLAN, Why.NOTHING_PLANNED)),
        ({"next_step": "Call", "next_step_at": NOW - H}, (Kind.STEP, Why.STEP_DUE)),
        ({"next_step": "Call", "next_step_at": NOW + H}, (Kind.WAIT, Why.PLANNED)),
        ({"unreached_at": NOW - H}, (Kind.CALL, Why.UNREACHED)),
        ({"unreached_at": NOW - H, "next_step_at": NOW + H, "next_step": "Call"}, (Kind.WAIT, Why.PLANNED)),
        ({"meeting": Meeting(ID, NOW - D, "no_show")}, (Kind.REBOOK, Why.NO_SHOW)),
        ({"meeting": Meeting(ID, NOW + D, "cancelled")}, (Kind.REBOOK, Why.CANCELLED)),
        ({"meeting": Meeting(ID, NOW - 31 * D, "no_show")}, (Kind.PLAN, Why.NOTHING_PLANNED)),
        ({"meeting": Meeting(ID, NOW + D, "confirmed")}, (Kind.WAIT, Why.MEETING)),
        ({"missing": ("budget",)}, (Kind.ASK, Why.MISSING)),
        ({"qualified": True, "can_meet": True}, (Kind.OFFER_TIMES, Why.QUALIFIED)),
        ({"qualified": True}, (Kind.PLAN, Why.NOTHING_PLANNED)),
        (
            {"missing": ("budget",), "proposals": (Proposal("send_quote", "Send", "Ready."),)},
            ("send_quote", "Ready."),
        ),
        (
            {"chat": chat(flow_talks=True, last_at=NOW - H / 4, waiting_since=NOW - H / 4)},
            (Kind.WAIT, Why.FLOW_TALKS),
        ),
        (
            {"chat": chat(we_spoke_last=True, last_at=NOW - PATIENCE / 2), "missing": ("budget",)},
            (Kind.WAIT, Why.OUR_TURN_PASSED),
        ),
        ({"chat": chat(we_spoke_last=True, last_at=NOW - SILENCE)}, (Kind.WRITE_AGAIN, Why.SILENT)),
        ({"chat": chat(we_spoke_last=True, last_at=NOW - D)}, (Kind.WAIT, Why.OUR_TURN_PASSED)),
        (
            {
                "heard_at": NOW - 20 * D,
                "chat": chat(we_spoke_last=True, last_at=NOW - 2 * D, tries=2),
                "calls_in_vain": 1,
            },
            (Kind.LET_GO, Why.GONE_QUIET),
        ),
        (
            {"heard_at": NOW - 20 * D, "chat": chat(we_spoke_last=True, last_at=NOW - 9 * D, tries=2)},
            (Kind.WRITE_AGAIN, Why.SILENT),
        ),
    ],
)
def test_what_decides(known: dict[str, object], wanted: tuple[str, str]) -> None:
    assert act(**known) == wanted
