"""The list of quotes: found by state, owner, number and customer, quick whatever there is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from core.access.models import User
from crm.pipeline.models import Lead
from crm.quotes.models import Quote
from crm.quotes.operations import accept
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.factories.quotes import NOW, make_draft, make_sent


def listed(client: Client, **asked: str) -> list[str]:
    return words(client.get(reverse("desk:quotes"), asked).content, "quote-link")


def test_the_empty_list_says_what_will_stand_there(client: Client, pipeline: object) -> None:
    page = client.get(reverse("desk:quotes")).content.decode()

    assert "Here you see what you have offered" in page
    assert "Write the first quote" in page


def test_quotes_are_found_by_state_and_an_overdue_one_is_expired(
    client: Client, manager: User, lead: Lead
) -> None:
    old = NOW - timedelta(days=40)
    make_draft(lead, manager, now=NOW, title="A draft")
    make_sent(lead, manager, now=NOW, title="Open")
    make_sent(lead, manager, now=old, title="Too late")
    accept(version_id=make_sent(lead, manager, now=old, title="Yes").pk, name="Anahit", now=old)

    assert [line.split(" ", 1)[1] for line in listed(client, state="sent")] == ["Open"]
    assert [line.split(" ", 1)[1] for line in listed(client, state="expired")] == ["Too late"]
    assert [line.split(" ", 1)[1] for line in listed(client, state="accepted")] == ["Yes"]
    assert listed(client, state="draft") == ["Draft A draft"]
    assert len(listed(client)) == len(listed(client, state="nonsense")) == 4
    states = words(client.get(reverse("desk:quotes")).content, "chip")
    assert states == ["Accepted", "Expired", "Sent", "Draft"]


def test_quotes_are_found_by_number_customer_and_owner(
    client: Client, manager: User, agent: User, lead: Lead
) -> None:
    sent = make_sent(lead, manager, now=NOW, title="Open")
    number = str(sent.quote.number)
    make_draft(lead, agent, now=NOW, title="Of Aram")

    assert listed(client, q=number) == [f"{number} Open"]
    assert len(listed(client, q="anahit")) == 2
    assert listed(client, q="nobody") == []
    assert listed(client, owner=str(agent.public_id)) == ["Draft Of Aram"]


def test_an_agent_sees_own_quotes_and_those_of_leads_in_sight(
    sign_in: Callable[[User], Client], manager: User, agent: User, lead: Lead
) -> None:
    make_draft(lead, manager, now=NOW, title="Not theirs")
    make_draft(lead, agent, now=NOW, title="Theirs")

    assert listed(sign_in(agent)) == ["Draft Theirs"]


@pytest.mark.parametrize("asked", [{}, {"state": "expired"}, {"q": "anahit"}])
def test_the_list_goes_on_by_pages_with_few_statements(
    client: Client, manager: User, lead: Lead, statements: Counting, asked: dict[str, str]
) -> None:
    day = (NOW - timedelta(days=30)).date()
    Quote.objects.bulk_create(
        Quote(
            title=f"Quote {number}",
            contact=lead.contact,
            lead=lead,
            owner=manager,
            state="sent",
            number=f"2020-{number:04d}",
            valid_until=day,
            sent_at=NOW,
        )
        for number in range(1, 121)
    )
    client.get(reverse("desk:quotes"))
    with statements() as sent:
        page = client.get(reverse("desk:quotes"), asked).content
    assert len(sent) <= 12

    sizes = [len(words(page, "quote-link"))]
    while more := attributes(page, "#quote-more", "hx-get"):
        page = client.get(more[0], headers={"HX-Request": "true", "HX-Target": "quote-more"}).content
        assert words(page, "rail") == []
        sizes.append(len(words(page, "quote-link")))
    assert sizes == [50, 50, 20]


def test_days_of_sending_list_the_newest_sent_first_over_pages(
    client: Client, manager: User, lead: Lead
) -> None:
    """Also where the numbers of the quotes say otherwise, and many were sent in one instant."""
    Quote.objects.bulk_create(
        Quote(
            title=f"Quote {number}",
            contact=lead.contact,
            owner=manager,
            state="sent",
            number=f"2020-{number:04d}",
            valid_until=NOW.date(),
            sent_at=NOW,
            first_sent_at=NOW - timedelta(days=number // 60),
        )
        for number in range(1, 131)
    )
    make_draft(lead, manager, now=NOW, title="Never sent")
    page = client.get(reverse("desk:quotes"), {"sent_from": "2026-03-01"}).content
    found = words(page, "quote-link")
    while more := attributes(page, "#quote-more", "hx-get"):
        page = client.get(more[0], headers={"HX-Request": "true", "HX-Target": "quote-more"}).content
        found += words(page, "quote-link")
    order = [*range(59, 0, -1), *range(119, 59, -1), *range(130, 119, -1)]
    assert [line.rsplit(" ", 1)[1] for line in found] == [str(number) for number in order]
    assert listed(client, sent_to="2026-03-03", sent_from="2026-03-03", after="999999") == []
