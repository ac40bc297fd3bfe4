"""What follows a sent quote, as values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automation.quotes.planning import Rules, Standing, Step, Stop, after_first, plan, stopped
from automation.quotes.talk import Act, Asks, Decision, Open, answer, button, payload
from automation.quotes.wording import joined, rounded_out

SENT = datetime(2026, 3, 2, 8, tzinfo=UTC)
WAITING = Standing(waiting=True, expired=False)
AT_EASE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
RULES = st.builds(
    Rules,
    silence=st.booleans(),
    first_hours=st.integers(1, 720),
    again_hours=st.integers(1, 720),
    warning=st.booleans(),
    warning_days=st.integers(1, 60),
    renewal=st.booleans(),
)


def test_four_hours_and_two_days_before_the_end() -> None:
    ends_at = SENT + timedelta(days=15)
    assert list(plan(Rules(), sent_at=SENT, ends_at=ends_at)) == [
        (Step.FIRST, SENT + timedelta(hours=4)),
        (Step.LAST_DAYS, ends_at - timedelta(days=2)),
    ]
    asked_at = SENT + timedelta(hours=5)
    assert after_first(Rules(), asked_at=asked_at, ends_at=ends_at) == asked_at + timedelta(days=1)


def test_an_offer_for_a_day_is_not_said_to_end_before_it_is_asked_about() -> None:
    ends_at = SENT + timedelta(hours=20)
    assert [step for step, _at in plan(Rules(), sent_at=SENT, ends_at=ends_at)] == [Step.FIRST]
    assert after_first(Rules(), asked_at=SENT + timedelta(hours=4), ends_at=ends_at) is None


@AT_EASE
@given(rules=RULES, hours=st.integers(1, 10_000))
def test_every_step_lies_between_the_sending_and_the_end(rules: Rules, hours: int) -> None:
    ends_at = SENT + timedelta(hours=hours)
    steps = list(plan(rules, sent_at=SENT, ends_at=ends_at))
    assert all(SENT < at < ends_at for _step, at in steps)
    assert len({step for step, _at in steps}) == len(steps)
    assert all(rules.takes(step) for step, _at in steps)
    again = after_first(rules, asked_at=SENT, ends_at=ends_at)
    assert again is None or SENT < again < ends_at


@pytest.mark.parametrize("step", Step)
def test_while_nothing_happens_the_step_is_taken(step: Step) -> None:
    assert stopped(step, WAITING, Rules()) is None


@AT_EASE
@given(
    step=st.sampled_from(list(Step)),
    rules=RULES,
    standing=st.builds(Standing, **dict.fromkeys(("waiting", "expired", "won", "lost"), st.booleans())),
)
def test_no_step_after_a_decision_a_closed_lead_or_stop(step: Step, rules: Rules, standing: Standing) -> None:
    if stopped(step, standing, rules) is None:
        assert standing.waiting
        assert not standing.won
        assert not standing.lost
        assert rules.takes(step)
        assert step is Step.EXPIRED or not standing.expired


@pytest.mark.parametrize(
    ("standing", "stops"),
    [
        (Standing(True, False, replied=True), {Step.FIRST: Stop.REPLIED, Step.AGAIN: Stop.REPLIED}),
        (Standing(True, False, booked=True), {Step.FIRST: Stop.BOOKED, Step.AGAIN: Stop.BOOKED}),
        (Standing(True, False, opted_out=True), dict.fromkeys(Step, Stop.OPTED_OUT)),
        (
            Standing(True, True),
            dict.fromkeys((Step.FIRST, Step.AGAIN, Step.LAST_DAYS), Stop.EXPIRED),
        ),
        (Standing(False, False), dict.fromkeys(Step, Stop.DECIDED)),
    ],
)
def test_what_stops_which_step(standing: Standing, stops: dict[Step, Stop]) -> None:
    found = {step: stopped(step, standing, Rules()) for step in Step}
    assert found == {step: stops.get(step) for step in Step}


@AT_EASE
@given(low=st.decimals(1, 10**9, places=2), width=st.decimals(0, 10**9, places=2))
def test_round_numbers_hold_the_true_range(low: Decimal, width: Decimal) -> None:
    down, up = rounded_out(low, low + width)
    assert down <= low <= low + width <= up
    assert up - down <= width + 2 * Decimal(10) ** max(0, (low + width).adjusted() - 2)


def test_round_numbers() -> None:
    assert rounded_out(Decimal(882_000), Decimal(1_819_800)) == (880_000, 1_820_000)
    assert rounded_out(Decimal(5), Decimal("7.5")) == (5, 8)


def test_lists_are_cut_at_a_word() -> None:
    assert joined(["one", "two", "one", " three  four "]) == "one, two, three four"
    assert joined(["x" * 90, "short"]) == "short"
    assert joined(["a" * 50, "b" * 50]) == "a" * 50


def test_a_button_says_what_to_do_with_which_quote() -> None:
    assert button(payload(Act.YES, "v1")) == Decision(Act.YES, "v1")
    assert button("offer:price:v1") == Decision(Act.DECLINE, "v1", "price")
    for foreign in (
        None,
        "",
        "offer:",
        "offer:yes",
        "offer:yes:",
        "offer:lose:v1",
        "booking:drop:1",
        "quote:send",
    ):
        assert button(foreign) is None


SUITS, REASON = Open(Asks.SUITS, "v1"), Open(Asks.REASON, "v1")


@pytest.mark.parametrize(
    ("waiting", "intents", "act", "reason"),
    [
        (SUITS, ("yes",), Act.YES, ""),
        (SUITS, ("no",), Act.NO, ""),
        (SUITS, ("warranty",), Act.QUESTION, ""),
        (SUITS, ("other",), Act.QUESTION, ""),
        (SUITS, ("not_interested",), Act.LOSE, "other"),
        (REASON, ("price",), Act.DECLINE, "price"),
        (REASON, ("other",), Act.DECLINE, "other"),
        (Open(Asks.QUESTION, "v1"), ("other",), Act.QUESTION, ""),
        (Open(Asks.RENEW, "v1"), ("yes",), Act.RENEW, ""),
        (Open(Asks.RENEW, "v1"), ("no",), Act.LEAVE, ""),
    ],
)
def test_words_answer_the_open_question(
    waiting: Open, intents: tuple[str, ...], act: Act, reason: str
) -> None:
    assert answer(waiting, intents, has_words=True) == Decision(act, "v1", reason)


@pytest.mark.parametrize("intents", [("thanks",), ("greeting",), ("human",), ("price", "human")])
def test_politeness_and_a_wish_for_a_person_are_no_answers(intents: tuple[str, ...]) -> None:
    assert answer(SUITS, intents, has_words=True) is None
    assert answer(SUITS, ("other",), has_words=False) is None


def test_what_waits_survives_storage() -> None:
    assert Open.of(SUITS.plain()) == SUITS
    for plain in ({}, {"asks": "time", "table": None}, {"asks": "quote_suits"}):
        assert Open.of(plain) is None
