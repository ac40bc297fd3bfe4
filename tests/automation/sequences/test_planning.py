"""When the next message may leave: never in quiet hours, never above the cap, never before its wait."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from automation.sequences.planning import (
    WEEK,
    Rules,
    foreseen,
    free_moment,
    is_held_out,
    moment_of,
    named_moment,
)
from conversations.sending.quiet import QuietHours
from tests.factories.conversations import at

NIGHT = QuietHours(time(21), time(9))
ZONES = ("Asia/Yerevan", "Europe/Berlin", "America/New_York", "UTC")
MOMENTS = st.integers(0, 525_600).map(
    lambda minutes: at("2026-01-01T00:00:00+00:00") + timedelta(minutes=minutes)
)
RULES = st.builds(
    Rules,
    quiet=st.sampled_from([NIGHT, QuietHours(), QuietHours(time(13), time(14), frozenset({5, 6}))]),
    timezone=st.sampled_from(ZONES),
    weekly_cap=st.integers(1, 5),
)
YEREVAN = Rules(NIGHT, "Asia/Yerevan", 3)


@given(MOMENTS, st.lists(st.integers(0, 20_000), max_size=12), RULES)
def test_a_free_moment_is_neither_quiet_nor_above_the_cap(
    wanted: datetime, ago: list[int], rules: Rules
) -> None:
    sent = [wanted - timedelta(minutes=minutes) for minutes in ago]
    found = free_moment(wanted, sent=sent, rules=rules)
    assert found >= wanted
    assert rules.quiet.end_of_quiet(found, rules.timezone) == found
    assert len([each for each in sent if each > found - WEEK]) < rules.weekly_cap


@given(MOMENTS, st.lists(st.integers(30, 20_000), min_size=1, max_size=8), RULES)
def test_what_is_foreseen_keeps_every_wait_and_the_cap(
    now: datetime, minutes: list[int], rules: Rules
) -> None:
    waits = [timedelta(minutes=each) for each in minutes]
    moments = list(foreseen(waits, since=now, now=now, rules=rules))
    before = now
    for wait, moment in zip(waits, moments, strict=True):
        assert moment >= before + wait
        assert len([each for each in moments if moment - WEEK < each <= moment]) <= rules.weekly_cap
        before = moment


def test_days_one_three_and_seven() -> None:
    since = at("2026-03-02T12:00:00+04:00")
    waits = [timedelta(days=each) for each in (1, 2, 4)]
    assert list(foreseen(waits, since=since, now=since, rules=YEREVAN)) == [
        at("2026-03-03T12:00:00+04:00"),
        at("2026-03-05T12:00:00+04:00"),
        at("2026-03-09T12:00:00+04:00"),
    ]


def test_a_wait_that_is_long_over_is_due_now_and_the_next_keeps_its_distance() -> None:
    since, now = at("2026-01-02T12:00:00+04:00"), at("2026-03-02T12:00:00+04:00")
    waits = [timedelta(days=1), timedelta(days=2)]
    assert list(foreseen(waits, since=since, now=now, rules=YEREVAN)) == [
        now,
        at("2026-03-04T12:00:00+04:00"),
    ]


def test_the_night_puts_it_off_in_the_zone_of_the_customer() -> None:
    since = at("2026-03-02T22:30:00+04:00")
    berlin = Rules(NIGHT, "Europe/Berlin", 3)
    day = timedelta(days=1)
    assert moment_of(day, since=since, now=since, rules=YEREVAN) == at("2026-03-04T09:00:00+04:00")
    assert moment_of(day, since=since, now=since, rules=berlin) == at("2026-03-03T22:30:00+04:00")


def test_above_the_cap_it_waits_for_the_week_to_pass() -> None:
    now = at("2026-03-09T12:00:00+04:00")
    sent = [now - timedelta(days=days) for days in (6, 4, 1)]
    assert free_moment(now, sent=sent, rules=YEREVAN) == at("2026-03-10T12:00:00+04:00")


def test_a_named_day_means_its_morning_and_a_named_hour_that_hour() -> None:
    now = at("2026-03-02T12:00:00+04:00")
    monday = date(2026, 3, 9)
    assert named_moment(monday, None, now=now, rules=YEREVAN) == at("2026-03-09T10:00:00+04:00")
    assert named_moment(monday, time(15), now=now, rules=YEREVAN) == at("2026-03-09T15:00:00+04:00")
    assert named_moment(monday, time(23), now=now, rules=YEREVAN) == at("2026-03-10T09:00:00+04:00")
    assert named_moment(date(2026, 3, 1), None, now=now, rules=YEREVAN) is None
    assert named_moment(None, time(15), now=now, rules=YEREVAN) is None


def test_the_share_that_is_left_alone_is_about_as_asked_and_always_the_same() -> None:
    sequence = uuid4()
    leads = [uuid4() for _ in range(4000)]
    held = [is_held_out(sequence, lead, 20) for lead in leads]
    assert 0.16 < sum(held) / len(held) < 0.24
    assert held == [is_held_out(sequence, lead, 20) for lead in leads]
    assert not any(is_held_out(sequence, lead, 0) for lead in leads)
