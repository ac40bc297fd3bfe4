"""Rows that come due: the end of the last day, and what follows an outcome."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.due.models import DueRow, DueStatus
from core.due.operations import Runner
from core.events.models import Event
from crm.quotes import following
from crm.quotes.models import QuoteVersion
from crm.quotes.operations import accept, decline
from tests.factories.quotes import NOW, make_sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.access.models import User
    from crm.pipeline.models import Lead

MIDNIGHT = datetime(2026, 3, 19, 20, tzinfo=UTC)
"""The end of the last day in Yerevan of what was sent on NOW."""


def work(now: datetime) -> None:
    runner = Runner()
    while runner.work_next(now=now):
        pass


@pytest.fixture
def outcomes() -> Iterator[list[tuple[str, bool]]]:
    seen: list[tuple[str, bool]] = []

    def follower(version: QuoteVersion, now: datetime) -> None:
        seen.append((version.state, now >= MIDNIGHT))

    following.register(follower)
    yield seen
    following.unregister(follower)


def test_the_last_day_counts_whole_then_expiry_is_noted_once(
    lead: Lead, anna: User, outcomes: list[tuple[str, bool]]
) -> None:
    make_sent(lead, anna, now=NOW)

    work(MIDNIGHT - timedelta(minutes=1))
    assert not Event.objects.filter(name="quote.expired").exists()

    work(MIDNIGHT)
    work(MIDNIGHT + timedelta(days=1))
    assert Event.objects.filter(name="quote.expired").count() == 1
    assert outcomes == [("sent", True)]
    waiting = DueRow.objects.exclude(status=DueStatus.DONE).exclude(kind="quote.follow_up")
    assert not waiting.exists()


def test_what_was_accepted_does_not_expire(lead: Lead, anna: User, outcomes: list[tuple[str, bool]]) -> None:
    version = make_sent(lead, anna, now=NOW)
    accept(version_id=version.pk, name="Ani", now=NOW)

    work(NOW)
    work(MIDNIGHT)

    assert outcomes == [("accepted", False)]
    assert not Event.objects.filter(name="quote.expired").exists()


def test_an_outcome_without_followers_is_done_not_parked(lead: Lead, anna: User) -> None:
    version = make_sent(lead, anna, now=NOW)
    decline(version_id=version.pk, reason="price", now=NOW)

    work(NOW)

    row = DueRow.objects.get(kind="quote.decided")
    assert (row.status, row.key) == (DueStatus.DONE, str(version.pk))


def test_a_follower_registers_once(outcomes: list[tuple[str, bool]]) -> None:
    def follower(version: QuoteVersion, now: datetime) -> None: ...

    following.register(follower)
    with pytest.raises(ValueError, match="already registered"):
        following.register(follower)
    following.unregister(follower)
