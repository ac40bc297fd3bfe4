"""The customer's page from several devices in the same instant, each over HTTP with a connection of its own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.test import Client

from conversations.public_pages import form_key
from core.access.models import User
from core.events.models import Event
from crm.pipeline.models import Lead
from crm.quotes.models import QuoteAcceptance, QuoteVersion
from crm.scoring.models import RuleGroup
from crm.scoring.operations import RuleDraft, publish_rules
from crm.scoring.scoring import Thresholds
from tests.factories.core import CompanyFactory, UserFactory
from tests.factories.crm import LeadFactory
from tests.factories.quotes import NOW, line, make_sent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def anna(transactional_db: None) -> Iterator[User]:
    with time_machine.travel(NOW, tick=False):
        CompanyFactory()
        yield UserFactory(name="Anna")


@pytest.fixture
def lead(anna: User) -> Lead:
    return LeadFactory(owner=anna, currency="USD")


def together(version: QuoteVersion, *posts: tuple[str, dict[str, Any]]) -> list[int]:
    """The statuses of what is posted at once to parts of the page."""
    barrier = Barrier(len(posts))

    def run(post: tuple[str, dict[str, Any]]) -> int:
        part, fields = post
        barrier.wait(timeout=30)
        try:
            return (
                Client()
                .post(f"/q/{version.token}/{part}/", {"key": form_key(version.token), **fields})
                .status_code
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(posts)) as pool:
        return list(pool.map(run, posts))


YES = ("accept", {"name": "Aram", "total": "100", "chosen": []})
NO = ("decline", {"reason": "price"})
LOOK: tuple[str, dict[str, Any]] = ("seen", {})


def test_a_yes_from_three_devices_is_one(anna: User, lead: Lead) -> None:
    version = make_sent(lead, anna, line(price=100), now=NOW)
    assert together(version, YES, YES, YES) == [302, 302, 302]
    assert QuoteAcceptance.objects.count() == 1
    assert Event.objects.filter(name="quote.accepted").count() == 1


def test_of_a_yes_and_a_no_one_holds_and_the_other_is_told(anna: User, lead: Lead) -> None:
    version = make_sent(lead, anna, line(price=100), now=NOW)
    assert sorted(together(version, YES, NO)) == [302, 409]
    version.refresh_from_db()
    assert version.state in ("accepted", "declined")
    assert QuoteAcceptance.objects.count() == (version.state == "accepted")


def test_looks_and_an_answer_at_once_lose_nothing_and_score_the_lead(anna: User, lead: Lead) -> None:
    """The lead is locked before its quote by all of them, so that none waits for the other for ever."""
    accepted = {"field": "quote.state", "op": "is", "value": "accepted"}
    seen = {"field": "quote.viewed", "op": "is", "value": True}
    rules = [RuleDraft("Yes", RuleGroup.FIT, accepted, 10), RuleDraft("Seen", RuleGroup.FIT, seen, 1)]
    publish_rules(rules=rules, thresholds=Thresholds(), user=None)
    version = make_sent(lead, anna, line(price=100), now=NOW)
    assert together(version, LOOK, YES, LOOK) == [204, 302, 204]
    version.refresh_from_db()
    assert (version.state, version.views, version.quote.viewed_at) == ("accepted", 1, NOW)
    lead.refresh_from_db()
    assert lead.score == 11
