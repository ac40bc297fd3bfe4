"""Figures of quotes: each counted by hand beside what the database says."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection

from core.access.models import Role, User
from core.events.actor import Actor
from crm.pipeline.models import Lead
from crm.quotes.figures.periods import BadPeriod, Period
from crm.quotes.figures.queries import Counts, figures
from crm.quotes.models import Quote, QuoteVersion
from crm.quotes.operations import accept, decline, next_version, view, withdraw
from crm.quotes.queries import quotes
from tests.factories.core import UserFactory
from tests.factories.crm import LeadFactory
from tests.factories.quotes import NOW, ProductFactory, line, make_draft, make_sent, sent

D = Decimal
TODAY = date(2026, 3, 5)
MONTH = Period.until(TODAY, 30)
HOUR = timedelta(hours=1)


@pytest.fixture
def boss(anna: User) -> User:
    anna.role = Role.ADMIN
    anna.save()
    return anna


@pytest.fixture
def aram(boss: User) -> User:
    return UserFactory(name="Aram", role=Role.ADMIN)


def waited(lead: Lead, user: User, hours: int, *lines: Any, days_ago: int = 1, **more: Any) -> QuoteVersion:
    """Sent so many hours after it was asked for."""
    at = NOW - timedelta(days=days_ago)
    return make_sent(lead, user, *lines, now=at, requested_at=at - hours * HOUR, **more)


def test_what_became_of_quotes_by_seller_with_the_time_it_took(boss: User, aram: User, lead: Lead) -> None:
    accept(version_id=waited(lead, boss, 1).pk, name="Mariam", now=NOW)
    accept(version_id=waited(lead, boss, 2).pk, name="Mariam", now=NOW)
    decline(version_id=waited(lead, boss, 3).pk, reason="price", now=NOW)
    waited(lead, boss, 10, days_ago=20)
    waited(lead, aram, 5)
    make_sent(lead, aram, now=NOW)
    withdraw(version_id=make_sent(lead, aram, now=NOW).pk, actor=Actor.of(aram), now=NOW)
    make_draft(lead, aram, now=NOW)
    make_sent(lead, aram, now=NOW - timedelta(days=31))

    found = figures(quotes(), MONTH, now=NOW)

    assert found.counts == Counts({"accepted": 2, "declined": 1, "expired": 1, "sent": 2, "withdrawn": 1})
    assert (found.counts.sent, found.counts.rate) == (7, D("50.0"))
    assert [(each.label, each.counts.sent, each.counts.rate) for each in found.sellers] == [
        ("Anna", 4, D("50.0")),
        ("Aram", 3, None),
    ]
    anna, his = (each.times for each in found.sellers)
    assert (anna.quotes, anna.median, anna.average) == (4, 2.5 * HOUR, 4 * HOUR)
    assert anna.p90 == timedelta(hours=7, minutes=54)
    assert (his.quotes, his.median, his.p90) == (1, 5 * HOUR, 5 * HOUR)
    assert (found.times.quotes, found.times.median) == (5, 3 * HOUR)
    assert [(each.key, each.quotes) for each in found.reasons] == [("price", 1)]


def test_the_first_sending_counts_and_a_new_version_is_no_second_quote(boss: User, lead: Lead) -> None:
    first = make_sent(lead, boss, now=NOW - timedelta(days=40))
    draft = next_version(quote_id=first.quote_id, actor=Actor.of(boss), now=NOW)
    sent(draft, boss, now=NOW)
    assert figures(quotes(), MONTH, now=NOW).counts.sent == 0
    assert figures(quotes(), Period.until(TODAY, 90), now=NOW).counts == Counts({"sent": 1})


def test_a_quote_that_is_written_anew_is_counted_as_such(boss: User, lead: Lead) -> None:
    first = make_sent(lead, boss, now=NOW)
    decline(version_id=first.pk, reason="scope", now=NOW)
    next_version(quote_id=first.quote_id, actor=Actor.of(boss), now=NOW)
    found = figures(quotes(), MONTH, now=NOW)
    assert found.counts == Counts({"draft": 1})
    assert (found.counts.rate, found.reasons) == (None, [])


def test_discounts_in_bands(boss: User, lead: Lead) -> None:
    for percent in ("0", "4.999", "5", "5.001", "10", "20", "20.001", "100"):
        make_sent(lead, boss, line(price=100), now=NOW, discount_percent=D(percent))
    found = figures(quotes(), MONTH, now=NOW)
    assert [(each.key, each.counts.sent) for each in found.bands] == [
        ("0", 1),
        ("0-5", 2),
        ("5-10", 2),
        ("10-20", 1),
        ("20-100", 2),
    ]


def test_products_count_once_a_quote_in_the_version_that_holds(boss: User, lead: Lead) -> None:
    oven, hood = ProductFactory(name="Oven"), ProductFactory(name="Hood")
    first = make_sent(lead, boss, line(product=oven), line(product=oven), line(product=hood), now=NOW)
    draft = next_version(quote_id=first.quote_id, actor=Actor.of(boss), now=NOW)
    draft.lines.filter(product=hood).delete()
    accept(version_id=sent(draft, boss, now=NOW).pk, name="Mariam", now=NOW)
    make_sent(lead, boss, line(), line(product=oven, optional=True, chosen=False), now=NOW)
    decline(version_id=make_sent(lead, boss, line(product=hood), now=NOW).pk, reason="price", now=NOW)
    found = figures(quotes(), MONTH, now=NOW)
    assert [(each.label, each.counts) for each in found.products] == [
        ("Hood", Counts({"declined": 1})),
        ("Oven", Counts({"accepted": 1})),
    ]
    for group in found.products:
        assert quotes().with_product(group.key).count() == group.counts.sent  # type: ignore[arg-type]


def test_money_stays_in_its_currency_and_an_acceptance_counts_what_was_chosen(boss: User, lead: Lead) -> None:
    lamp = line("Lamp", 50, optional=True, chosen=False)
    version = make_sent(lead, boss, line(price=100), lamp, now=NOW)
    accept(version_id=version.pk, name="M", now=NOW, chosen=[version.lines.get(optional=True).public_id])
    make_sent(lead, boss, line(price=70), now=NOW)
    make_sent(lead, boss, line(price=9000), now=NOW, currency="AMD")
    make_sent(lead, boss, line(price=5), now=NOW - timedelta(days=60), currency="EUR")
    open_long = make_sent(
        lead, boss, line(price=8), now=NOW - timedelta(days=60), currency="AMD", valid_days=90
    )
    found = figures(quotes(), MONTH, now=NOW)
    assert [(each.currency, each.offered, each.accepted, each.waiting) for each in found.money] == [
        ("USD", D(170), D(150), D(70)),
        ("AMD", D(9000), D(0), D(9000)),
    ]
    assert [(each.currency, each.quotes, each.total) for each in found.waiting] == [
        ("AMD", 2, D(9008)),
        ("USD", 1, D(70)),
    ]
    assert open_long.quote.first_sent_at == NOW - timedelta(days=60)


def test_steps_cover_the_period_without_holes_in_the_companys_days(boss: User, lead: Lead) -> None:
    late = NOW.replace(hour=20, minute=30)  # 00:30 of the next day in Yerevan
    make_sent(lead, boss, now=late - timedelta(days=2))
    make_sent(lead, boss, now=NOW)
    found = figures(quotes(), Period.until(TODAY, 7), now=NOW)
    assert [(step.first.day, counts.sent) for step, counts in found.steps] == [
        (27, 0),
        (28, 0),
        (1, 0),
        (2, 0),
        (3, 0),
        (4, 1),
        (5, 1),
    ]
    for days in (31, 32, 90, 182, 183, 365, 1000):
        period = Period.until(TODAY, days)
        steps = list(period.steps())
        assert (steps[0].first, steps[-1].last) == (period.first, TODAY)
        assert all(one.last + timedelta(days=1) == two.first for one, two in pairwise(steps))
        assert sum(counts.sent for _step, counts in figures(quotes(), period, now=NOW).steps) == 2


def test_periods_that_cannot_be(anna: User) -> None:
    for first, last in ((TODAY, TODAY - timedelta(days=1)), (date(2020, 1, 1), TODAY)):
        with pytest.raises(BadPeriod):
            Period(first, last)


def test_nothing_is_nothing(anna: User) -> None:
    found = figures(quotes(), MONTH, now=NOW)
    assert (found.counts.sent, found.counts.rate, found.sellers, found.times.median) == (0, None, [], None)
    assert figures(quotes().visible_to(UserFactory(is_active=False)), MONTH, now=NOW).counts.sent == 0


def test_an_agents_figures_are_of_what_the_agent_sees(boss: User, lead: Lead) -> None:
    agent = UserFactory(role=Role.AGENT, name="Karen")
    make_sent(lead, boss, now=NOW)
    make_sent(LeadFactory(owner=agent), agent, now=NOW)
    assert figures(quotes().visible_to(agent), MONTH, now=NOW).counts == Counts({"sent": 1})


def test_as_many_statements_whatever_there_is(boss: User, lead: Lead, at_most: Any) -> None:
    for number in range(12):
        waited(lead, UserFactory(name=f"Seller {number}", role=Role.ADMIN), 2, line(product=ProductFactory()))
    with at_most(8):
        assert len(figures(quotes(), MONTH, now=NOW).sellers) == 12


def test_who_wants_a_price_asked_when_the_lead_came_in(boss: User) -> None:
    asked = LeadFactory(goal="price", owner=boss)
    first, second = make_draft(asked, boss, now=NOW), make_draft(asked, boss, now=NOW)
    other = make_draft(LeadFactory(goal="booking"), boss, now=NOW)
    assert Quote.objects.get(pk=first.quote_id).requested_at == asked.created_at
    assert (second.quote.requested_at, other.quote.requested_at) == (None, None)


def test_quotes_of_before_get_their_columns(boss: User, lead: Lead) -> None:
    """What the migration fills in is what the operations write."""
    make_sent(
        lead, boss, line(price=100, discount_percent=D(10)), line(price=50), now=NOW, discount_percent=D(5)
    )
    older = make_sent(lead, boss, now=NOW - timedelta(days=3))
    view(version_id=older.pk, now=NOW)
    sent(next_version(quote_id=older.quote_id, actor=Actor.of(boss), now=NOW), boss, now=NOW)
    decline(version_id=make_sent(lead, boss, now=NOW).pk, reason="scope", now=NOW)
    make_draft(lead, boss, line(price=0), now=NOW)
    columns = ("pk", "off", "first_sent_at", "viewed_at", "decline_reason")
    written = list(Quote.objects.order_by("pk").values_list(*columns))
    versions = list(QuoteVersion.objects.order_by("pk").values_list("pk", "off"))
    QuoteVersion.objects.update(off=0)
    Quote.objects.update(off=0, first_sent_at=None, viewed_at=NOW, decline_reason="")
    migration = import_module("crm.migrations.0022_quote_figures")
    with connection.cursor() as cursor:
        cursor.execute(migration.DISCOUNTS)
        cursor.execute(migration.HEADS)
    assert list(QuoteVersion.objects.order_by("pk").values_list("pk", "off")) == versions
    assert list(Quote.objects.order_by("pk").values_list(*columns)) == written
