"""Questions about quotes: one answer in Python and in SQL, and a score that follows each change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.access.models import Role, User
from core.conditions import Moment, parse, registry
from core.due.operations import Runner
from core.events.actor import Actor
from crm.pipeline.models import Lead
from crm.quotes.conditions_fields import STATES
from crm.quotes.models import Quote, QuoteVersion
from crm.quotes.operations import accept, decline, discard_draft, next_version, save_draft, view, withdraw
from crm.scoring.facts import KnownLead
from crm.scoring.models import RuleGroup
from crm.scoring.operations import RuleDraft, publish_rules
from crm.scoring.operations.timing import rescore_due
from crm.scoring.queries import moment
from crm.scoring.scoring import Thresholds
from tests.core.conditions.samples import days, instants, operand
from tests.factories.crm import LeadFactory
from tests.factories.quotes import NOW, line, make_draft, make_sent, sent

D = Decimal
LATER = NOW + timedelta(days=3)
EXPIRED_AT = datetime(2026, 3, 19, 20, tzinfo=UTC)
"""Midnight in Yerevan after the last day of a quote of NOW."""


@pytest.fixture
def boss(anna: User) -> User:
    anna.role = Role.ADMIN
    anna.save()
    return anna


@pytest.fixture
def leads(boss: User) -> dict[str, Lead]:
    """One of each history; asked three days after NOW."""
    names = "none draft open seen old yes no back twice again"
    found = {name: LeadFactory(title=name, currency="USD") for name in names.split()}
    make_draft(found["draft"], boss, now=NOW)
    make_sent(found["open"], boss, line(price=100), now=NOW, discount_percent=D(15))
    view(version_id=make_sent(found["seen"], boss, now=NOW).pk, now=LATER - timedelta(hours=1))
    make_sent(found["old"], boss, now=NOW - timedelta(days=40))
    accept(version_id=make_sent(found["yes"], boss, now=NOW).pk, name="Aram", now=LATER)
    decline(version_id=make_sent(found["no"], boss, now=NOW).pk, reason="price", now=NOW)
    withdraw(version_id=make_sent(found["back"], boss, now=NOW).pk, actor=Actor.of(boss), now=NOW)
    make_sent(found["twice"], boss, now=NOW - timedelta(days=40))
    make_sent(found["twice"], boss, line(price=9000), now=LATER - timedelta(hours=2))
    make_draft(found["twice"], boss, line(price=5), now=LATER)
    older = make_sent(found["again"], boss, now=NOW)
    view(version_id=older.pk, now=NOW)
    draft = next_version(quote_id=older.quote_id, actor=Actor.of(boss), now=NOW)
    sent(draft, boss, now=LATER - timedelta(hours=2))
    return found


SENT = {"open", "seen", "old", "yes", "no", "back", "twice", "again"}


@pytest.mark.parametrize(
    ("field", "operator", "value", "holds"),
    [
        ("quote.state", "is", "sent", {"open", "seen", "twice", "again"}),
        ("quote.state", "is", "expired", {"old"}),
        ("quote.state", "in", ["accepted", "declined", "withdrawn"], {"yes", "no", "back"}),
        ("quote.state", "is", "draft", {"draft"}),
        ("quote.state", "is_not_set", None, {"none"}),
        ("quote.count", "is", 0, {"none", "draft"}),
        ("quote.count", "gte", 2, {"twice"}),
        ("quote.total", "gte", {"amount": 9000, "currency": "USD"}, {"twice"}),
        ("quote.total", "is_not_set", None, {"none"}),
        ("quote.total", "lt", {"amount": 1, "currency": "AMD"}, set()),
        ("quote.discount", "between", [10, 20], {"open"}),
        ("quote.sent_at", "within_last", {"hours": 5}, {"twice", "again"}),
        ("quote.sent_at", "older_than", 30, {"old"}),
        ("quote.viewed", "is", True, {"seen"}),
        ("quote.viewed", "is", False, SENT - {"seen"}),
        ("quote.viewed_at", "within_last", {"hours": 2}, {"seen"}),
        ("quote.valid_until", "is_set", None, {"open", "seen", "old", "twice", "again"}),
        ("quote.valid_until", "within_next", 11, {"open", "seen", "again"}),
        ("quote.valid_until", "before", "today", {"old"}),
        ("quote.decided_at", "within_last", 1, {"yes"}),
        ("quote.decline_reason", "is", "price", {"no"}),
    ],
)
def test_python_and_sql_agree(
    leads: dict[str, Lead], field: str, operator: str, value: Any, holds: set[str]
) -> None:
    json = {"field": field, "op": operator} | ({} if value is None else {"value": value})
    condition, at = parse(json, "lead"), moment(LATER)
    assert {name for name, lead in leads.items() if condition.matches(lead, at)} == holds
    assert set(Lead.objects.filter(condition.to_q(at)).values_list("title", flat=True)) == holds
    for language in ("en", "ru", "hy", "az"):
        assert condition.describe(language)


def test_they_agree_on_random_quotes_and_moments(boss: User) -> None:
    """Every operator with random operands over leads with up to three random quotes each."""
    random, at = Random(8), moment(LATER)
    leads = [LeadFactory(currency="USD") for _ in range(40)]
    Quote.objects.bulk_create(
        random_quote(random, lead, number, at)
        for number, lead in enumerate(lead for lead in leads for _ in range(random.randrange(4)))
    )
    known = {key: field for key, field in registry.fields("lead").items() if key.startswith("quote.")}
    seen: dict[str, set[bool]] = {}
    for key, field in known.items():
        for operator in field.operators:
            for _turn in range(6):
                json = {
                    "field": key,
                    "op": operator.value,
                    "value": operand(field, operator.value, at, random),
                }
                condition = parse(json, "lead", fields=known)
                expected = {lead.pk for lead in leads if condition.matches(KnownLead(lead, {}), at)}
                found = set(Lead.objects.filter(condition.to_q(at)).values_list("pk", flat=True))
                assert found == expected, json
                without = set(Lead.objects.exclude(condition.to_q(at)).values_list("pk", flat=True))
                assert without == {lead.pk for lead in leads} - expected, json
                seen.setdefault(key, set()).add(bool(expected))
    assert seen.keys() == known.keys()
    assert all(answers == {True, False} for answers in seen.values())


def random_quote(random: Random, lead: Lead, number: int, at: Moment) -> Quote:
    """With instants and days at the edges of what is asked for."""
    state = random.choice([key for key, _label in STATES if key != "expired"])
    sent_at = None if state == "draft" else random.choice(instants(at))
    return Quote(
        lead=lead,
        contact=lead.contact,
        title="Kitchen",
        number=f"2026-{number}" if sent_at else None,
        state=state,
        currency=random.choice(["USD", "AMD"]),
        total=random.choice([D(0), D("0.1"), D(500_000)]),
        off=random.choice([D(0), D(7), D("12.5")]),
        valid_until=random.choice([None, *days(at)]),
        sent_at=sent_at,
        first_sent_at=sent_at,
        viewed_at=random.choice([None, *instants(at)]),
        closed_at=random.choice(instants(at)) if state in ("accepted", "declined") else None,
        decline_reason=random.choice(["price", "timing"]) if state == "declined" else "",
    )


def test_a_lead_that_is_not_stored_yet_has_no_quotes(boss: User) -> None:
    Quote.objects.create(contact=LeadFactory().contact, title="Of no lead")
    condition = parse({"field": "quote.state", "op": "is_set"}, "lead")
    assert not condition.matches(LeadFactory.build(), moment(NOW))


def test_many_questions_are_one_query(leads: dict[str, Lead], at_most: Any) -> None:
    json = {
        "all": [{"field": f"quote.{key}", "op": "is_set"} for key in ("state", "total", "sent_at", "count")]
    }
    condition, at = parse(json, "lead"), moment(LATER)
    with at_most(1):
        assert condition.matches(KnownLead(leads["open"], {}), at)


def rules(*conditions: dict[str, Any]) -> None:
    drafts = [
        RuleDraft(f"Rule {place}", RuleGroup.ENGAGEMENT, condition, 10**place)
        for place, condition in enumerate(conditions)
    ]
    publish_rules(rules=drafts, thresholds=Thresholds(), user=None)


def score_of(lead: Lead) -> int:
    return Lead.objects.get(pk=lead.pk).score


def test_every_step_of_a_quote_scores_its_lead_anew(boss: User, lead: Lead) -> None:
    rules(
        {"field": "quote.state", "op": "is", "value": "sent"},
        {"field": "quote.viewed", "op": "is", "value": True},
        {"field": "quote.state", "op": "in", "value": ["accepted", "declined"]},
    )
    actor = Actor.of(boss)
    with time_machine.travel(NOW, tick=False) as clock:
        draft = make_draft(lead, boss, now=NOW)
        assert score_of(lead) == 0
        version = sent(draft, boss, now=NOW)
        assert score_of(lead) == 1
        view(version_id=version.pk, now=NOW)
        assert score_of(lead) == 11
        newer = next_version(quote_id=version.quote_id, actor=actor, now=NOW)
        assert score_of(lead) == 11
        newer = sent(newer, boss, now=NOW)
        assert score_of(lead) == 1
        decline(version_id=newer.pk, reason="price", now=NOW)
        assert score_of(lead) == 100
        withdrawn = make_sent(lead, boss, now=NOW + timedelta(minutes=1))
        assert score_of(lead) == 1
        withdraw(version_id=withdrawn.pk, actor=actor, now=NOW)
        assert score_of(lead) == 0
        make_sent(lead, boss, now=NOW + timedelta(minutes=2))
        assert score_of(lead) == 1
        clock.move_to(EXPIRED_AT)
        runner = Runner()
        while runner.work_next(now=EXPIRED_AT):
            pass
    assert score_of(lead) == 0


def test_a_draft_counts_and_one_thrown_away_does_not(boss: User, lead: Lead) -> None:
    rules(
        {"field": "quote.state", "op": "is", "value": "draft"},
        {"field": "quote.total", "op": "gte", "value": {"amount": 500, "currency": "USD"}},
    )
    draft = make_draft(lead, boss, now=NOW)
    assert score_of(lead) == 1
    save_draft(version_id=draft.pk, revision=0, actor=Actor.of(boss), now=NOW, lines=[line(price=600)])
    assert score_of(lead) == 11
    discard_draft(version_id=draft.pk)
    assert score_of(lead) == 0


def test_time_alone_scores_when_its_threshold_comes(boss: User, lead: Lead) -> None:
    rules(
        {"field": "quote.sent_at", "op": "older_than", "value": {"hours": 48}},
        {"field": "quote.valid_until", "op": "within_next", "value": 2},
    )
    with time_machine.travel(NOW, tick=False) as clock:
        make_sent(lead, boss, now=NOW)
        assert score_of(lead) == 0
        due = Lead.objects.get(pk=lead.pk).score_changes_at
        assert due == NOW + timedelta(hours=48, microseconds=1)
        clock.move_to(due)
        assert rescore_due(now=due) == 1
        assert score_of(lead) == 1
        two_days_before = datetime(2026, 3, 16, 20, tzinfo=UTC)
        assert Lead.objects.get(pk=lead.pk).score_changes_at == two_days_before
        clock.move_to(two_days_before)
        assert rescore_due(now=two_days_before) == 1
    assert score_of(lead) == 11


def test_without_such_a_rule_no_lead_is_locked(boss: User, lead: Lead) -> None:
    version = make_sent(lead, boss, now=NOW)
    with CaptureQueriesContext(connection) as asked:
        decline(version_id=version.pk, reason="price", now=NOW)
    assert [each["sql"] for each in asked if "FOR NO KEY UPDATE" in each["sql"]] == []


def test_the_head_follows_the_version_in_force(boss: User, lead: Lead) -> None:
    first = make_sent(lead, boss, now=NOW)
    view(version_id=first.pk, now=NOW)
    draft = next_version(quote_id=first.quote_id, actor=Actor.of(boss), now=NOW)
    save_draft(version_id=draft.pk, revision=0, actor=Actor.of(boss), now=NOW, discount_percent=D(25))
    head = Quote.objects.get(pk=first.quote_id)
    assert (head.viewed_at, head.off) == (NOW, D(0))
    sent(QuoteVersion.objects.get(pk=draft.pk), boss, now=LATER)
    head.refresh_from_db()
    assert (head.viewed_at, head.off, head.sent_at, head.first_sent_at) == (None, D(25), LATER, NOW)
    decline(version_id=draft.pk, reason="scope", now=LATER)
    head.refresh_from_db()
    assert (head.state, head.decline_reason) == ("declined", "scope")
