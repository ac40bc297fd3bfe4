"""The figures of quotes on a screen: right, quick, and each opens the list that it counts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from core.access.models import Role, User
from crm.pipeline.models import Lead
from crm.quotes.operations import accept, decline
from tests.desk.conftest import Counting
from tests.desk.reading import words
from tests.factories.core import UserFactory
from tests.factories.quotes import NOW, ProductFactory, line, make_draft, make_sent

D = Decimal
PAGE = "/quotes/figures/"


@pytest.fixture
def history(manager: User, lead: Lead) -> None:
    """Four quotes of the last days by the manager, one by nobody, one of long ago, one draft."""
    manager.role = Role.ADMIN
    manager.save()
    oven = ProductFactory(name="Oven")
    yesterday = NOW - timedelta(days=1)
    asked = yesterday - timedelta(hours=3)
    sold = make_sent(lead, manager, line("Oven", 100, product=oven), now=yesterday, requested_at=asked)
    accept(version_id=sold.pk, name="Anahit", now=NOW)
    dear = make_sent(lead, manager, line("Hood", 100), now=yesterday, discount_percent=D(15))
    decline(version_id=dear.pk, reason="price", now=NOW)
    make_sent(lead, manager, now=NOW - timedelta(days=20))
    make_sent(lead, manager, line("Oven", 50, product=oven), now=NOW, currency="AMD")
    lonely = make_sent(lead, manager, now=NOW)
    type(lonely.quote).objects.filter(pk=lonely.quote_id).update(owner=None)
    make_sent(lead, manager, now=NOW - timedelta(days=60))
    make_draft(lead, manager, now=NOW)


@pytest.mark.usefixtures("history")
def test_the_page_tells_the_figures(client: Client) -> None:
    page = client.get(PAGE).content
    assert words(page, "figure")[:2] == ["5", "33.3 %"]
    assert words(page, "figure-parts") == ["Open 2 Accepted 1 Declined 1 Expired 1"]
    (times,) = words(page, "figure-times")
    assert times == "half are sent within 3 h on average 3 h 90 % are sent within 3 h"
    assert words(page, "figure-money") == ["50 AMD 1", "240 USD 1"]
    assert words(page, "card-title") == [
        "Over time",
        "By seller",
        "By discount",
        "By product",
        "By currency",
        "Declined, by reason",
    ]
    assert words(page, "legend") == ["sent accepted"]


@pytest.mark.usefixtures("history")
def test_every_figure_opens_the_list_that_it_counts(client: Client) -> None:
    page = client.get(PAGE).content.decode()
    found = re.findall(r'<a href="(/quotes/[?][^"]+)">([^<]*)</a>(?: <span[^>]*>([0-9]+)</span>)?', page)
    assert len(found) > 30
    for address, text, beside in found:
        count = int(beside or re.findall(r"[0-9]+", text)[-1])
        listed = client.get(unescape(address)).content
        assert len(words(listed, "quote-link")) == count, address


@pytest.mark.usefixtures("history")
def test_periods_are_chosen(client: Client) -> None:
    assert words(client.get(PAGE, {"days": "90"}).content, "figure")[0] == "6"
    assert words(client.get(PAGE, {"days": "7"}).content, "figure")[0] == "4"
    assert words(client.get(PAGE, {"days": "8"}).content, "figure")[0] == "5"
    today = {"from": "2026-03-05", "to": "2026-03-05"}
    assert words(client.get(PAGE, today).content, "figure")[0] == "2"
    swapped = client.get(PAGE, {"from": "2026-03-05", "to": "2026-03-01"})
    assert swapped.status_code == 422
    assert "The first day comes before the last" in swapped.content.decode()
    for bad in ({"from": "yesterday"}, {"to": "2026-02-30"}):
        assert client.get(PAGE, bad).status_code == 400
        assert client.get("/quotes/figures.csv", bad).status_code == 400
    assert client.get(PAGE, {"from": "0001-01-01"}).status_code == 422
    assert client.get(PAGE, {"to": "0001-01-01"}).status_code == 422
    assert client.get(PAGE, {"from": "9999-12-30", "to": "9999-12-31"}).status_code == 422


@pytest.mark.usefixtures("history")
def test_the_same_tables_as_a_file(client: Client, manager: User) -> None:
    ProductFactory(name="x")
    manager.name = "=Ani()"
    manager.save()
    answer = client.get("/quotes/figures.csv", {"from": "2026-02-04", "to": "2026-03-05"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="quotes-2026-02-04-2026-03-05.csv"' in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    start = rows.index(["By seller"])
    assert rows[start + 1][:7] == ["Owner", "Sent", "Open", "Accepted", "Declined", "Expired", "Acceptance"]
    assert rows[start + 2][:8] == ["'=Ani()", "4", "1", "1", "1", "1", "33.3", "3 h"]
    assert rows[start + 3][:7] == ["Nobody", "1", "1", "0", "0", "0", ""]
    assert ["Too expensive", "1"] in rows


def test_an_empty_time_says_what_to_do(client: Client, lead: Lead) -> None:
    page = client.get(PAGE).content.decode()
    assert "No quote was sent in this time." in page
    assert "figures-chart" not in page


def test_an_agent_sees_own_figures(
    sign_in: Callable[[User], Client], manager: User, agent: User, lead: Lead
) -> None:
    make_sent(lead, manager, now=NOW)
    make_sent(lead, agent, now=NOW)
    assert words(sign_in(agent).get(PAGE).content, "figure")[0] == "1"


def test_few_statements_whatever_there_is(
    client: Client, lead: Lead, statements: Counting, history: None
) -> None:
    for number in range(8):
        person = UserFactory(name=f"Seller {number}", role=Role.ADMIN)
        make_sent(lead, person, line(product=ProductFactory()), now=NOW)
    client.get(PAGE)
    with statements() as sent:
        client.get(PAGE)
    assert len(sent) <= 12


@pytest.mark.usefixtures("history")
def test_filters_of_the_list_stand_in_words_and_can_be_taken_away(client: Client) -> None:
    asked = {"sent_from": "2026-03-04", "sent_to": "2026-03-05", "discount": "10-20", "reason": "price"}
    page = client.get("/quotes/", asked).content
    assert words(page, "is-part") == [
        "First sent 4 Mar 2026 to 5 Mar 2026",
        "Discount: Over 10 to 20 %",
        "Reason: Too expensive",
    ]
    without = re.findall(r'<a href="([^"]*)" aria-label="Without', page.decode())
    assert unescape(without[0]) == "/quotes/?discount=10-20&reason=price"
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.decode())
    assert dict(hidden).items() >= asked.items()
    assert len(words(page, "quote-link")) == 1
    product = "5f0c3f4e-0000-7000-8000-000000000000"
    gone = client.get("/quotes/", {"product": product, "currency": "amd"}).content
    assert words(gone, "is-part") == ["Product: not there any more", "Currency: AMD"]
    assert words(gone, "quote-link") == []


@pytest.mark.parametrize(
    "asked",
    [
        {"product": "oven"},
        {"owner": "me"},
        {"discount": "7"},
        {"currency": "dollars"},
        {"reason": "because"},
        {"sent_from": "5 March"},
        {"sent_from": "0001-01-01"},
        {"sent_to": "9999-12-31"},
    ],
)
def test_a_filter_that_is_not_understood_shows_no_other_quotes(
    client: Client, history: None, asked: dict[str, str]
) -> None:
    assert client.get(reverse("desk:quotes"), asked).status_code == 400
