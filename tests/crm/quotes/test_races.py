"""Two who decide at once, each with a connection of its own: exactly one wins and the other learns it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from core.access.models import User
from core.events.actor import Actor
from core.events.models import Event
from crm.pipeline.models import Lead
from crm.quotes.errors import AlreadyDecided, NotADraft, Superseded
from crm.quotes.models import QuoteAcceptance, QuoteVersion
from crm.quotes.operations import accept, decline, mark_sent, next_version
from crm.quotes.operations.sending import give_number
from tests.factories.core import CompanyFactory, UserFactory
from tests.factories.crm import LeadFactory
from tests.factories.quotes import NOW, PDF, make_draft, make_sent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def anna(transactional_db: None) -> Iterator[User]:
    CompanyFactory()
    return UserFactory(name="Anna")


@pytest.fixture
def lead(anna: User) -> Lead:
    return LeadFactory(owner=anna)


def together(*acts: Callable[[], object]) -> list[str]:
    """What became of each: "done", or the name of the refusal."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        barrier.wait(timeout=30)
        try:
            act()
        except (AlreadyDecided, NotADraft) as refusal:
            return type(refusal).__name__
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.parametrize("attempt", range(5))
def test_a_yes_against_the_next_version(anna: User, lead: Lead, attempt: int) -> None:
    old = make_sent(lead, anna, now=NOW)
    draft = next_version(quote_id=old.quote_id, actor=Actor.of(anna), now=NOW)
    give_number(version_id=draft.pk, now=NOW)
    said, replaced = together(
        lambda: accept(version_id=old.pk, name="Mariam", now=NOW),
        lambda: mark_sent(
            version_id=draft.pk, revision=draft.revision, actor=Actor.of(anna), now=NOW, pdf=PDF
        ),
    )
    states = dict(QuoteVersion.objects.values_list("version", "state"))
    if said == "done":
        assert (replaced, states) == ("NotADraft", {1: "accepted", 2: "draft"})
    else:
        assert (said, replaced, states) == (Superseded.__name__, "done", {1: "superseded", 2: "sent"})
    assert QuoteAcceptance.objects.count() == (said == "done")


@pytest.mark.parametrize("attempt", range(5))
def test_two_devices_say_yes(anna: User, lead: Lead, attempt: int) -> None:
    version = make_sent(lead, anna, now=NOW)
    outcomes = together(
        *(lambda name=name: accept(version_id=version.pk, name=name, now=NOW) for name in ("Mariam", "Karen"))
    )
    assert outcomes == ["done", "done"]
    assert QuoteAcceptance.objects.count() == 1
    assert Event.objects.filter(name="quote.accepted").count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_a_yes_against_a_no(anna: User, lead: Lead, attempt: int) -> None:
    version = make_sent(lead, anna, now=NOW)
    outcomes = together(
        lambda: accept(version_id=version.pk, name="Mariam", now=NOW),
        lambda: decline(version_id=version.pk, reason="price", now=NOW),
    )
    version.refresh_from_db()
    assert (sorted(outcomes), version.state) in (
        (["AlreadyDecided", "done"], "accepted"),
        (["AlreadyDecided", "done"], "declined"),
    )


def test_numbers_have_no_twins(anna: User, lead: Lead) -> None:
    drafts = [make_draft(lead, anna, now=NOW) for _ in range(8)]
    together(*(lambda pk=draft.pk: give_number(version_id=pk, now=NOW) for draft in drafts))
    numbers = sorted(QuoteVersion.objects.values_list("quote__number", flat=True))
    assert numbers == [f"2026-000{place}" for place in range(1, 9)]
