"""From the answers of a lead to the lines of a quote."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.events.actor import SYSTEM, Actor
from crm.catalogue.errors import BadFacts
from crm.catalogue.operations import set_rate
from crm.catalogue.queries import lead_knowing, price_of, products_for, suggested_lines, suggestions
from crm.pipeline.models import Lead
from crm.quotes.operations import start_quote
from tests.crm.conftest import AtMost
from tests.factories.catalogue import make_criteria, make_kitchen, make_vat
from tests.factories.core import AdminFactory
from tests.factories.crm import LeadFactory
from tests.factories.quotes import NOW

pytestmark = pytest.mark.django_db
EVERYTHING = {"interest": "kitchen", "length": 3.2, "rush": True}


@pytest.fixture(autouse=True)
def _criteria(company: Any) -> None:
    make_criteria()


def wish(**answers: Any) -> Lead:
    lead: Lead = LeadFactory(answers=answers, currency="AMD")
    return lead


def test_lines_come_from_what_is_known_with_offers_as_options() -> None:
    make_kitchen(taxes=(make_vat().pk,))

    lines = suggested_lines(wish(**EVERYTHING), now=NOW)

    assert [(each.title, each.quantity, each.unit_price, each.optional, each.chosen) for each in lines] == [
        ("Kitchen", Decimal("3.5"), Decimal(200000), False, True),
        ("In a week", Decimal(1), Decimal(70000), False, True),
        ("Oven", Decimal(1), Decimal(90000), True, False),
    ]
    assert (lines[0].unit, lines[0].taxes, lines[0].cost) == ("metre", (Decimal("20.000"),), Decimal(120000))
    assert lines[0].description == "Included: Delivery"
    assert [each["text"] for each in lines[0].explained] == [
        "3.5 metre × 200,000\u00a0AMD; the quantity from: Length"
    ]
    assert lines[1].explained[0]["text"].startswith("10 % of the price: 70,000\u00a0AMD; because: ")


def test_the_lines_make_a_quote() -> None:
    make_kitchen(taxes=(make_vat().pk,))
    lead, user = wish(**EVERYTHING), AdminFactory()
    draft = start_quote(
        contact=lead.contact, lead=lead, actor=Actor.of(user), now=NOW, lines=suggested_lines(lead, now=NOW)
    )
    assert (draft.net, draft.total) == (Decimal(770000), Decimal(924000))


def test_the_customer_reads_them_in_their_language() -> None:
    make_kitchen()
    lines = suggested_lines(wish(**EVERYTHING), language="ru", now=NOW)
    assert [each.title for each in lines] == ["Кухня", "За неделю", "Духовка"]


def test_the_smallest_order_is_a_line_of_its_own() -> None:
    make_kitchen()
    lines = suggested_lines(wish(interest="kitchen", length=2, rush=False), now=NOW)
    assert [(each.title, each.unit_price) for each in lines][:2] == [
        ("Kitchen", Decimal(200000)),
        ("Up to the smallest order", Decimal(100000)),
    ]


def test_what_is_not_known_yet_makes_no_line_but_says_what_to_ask() -> None:
    make_kitchen()
    found = suggestions(wish(interest="kitchen"), now=NOW)
    assert (list(found.lines), [each.missing for each in found.open]) == (
        [],
        [[("answer.length", "Length"), ("answer.rush", "In a hurry")]],
    )
    assert (found.open[0].priced.low, found.open[0].priced.high) == (Decimal(600000), Decimal(1386000))


def test_only_what_the_lead_is_for_is_suggested() -> None:
    make_kitchen()
    make_kitchen(code="ANY", goals=())
    make_kitchen(code="LATER", active_from=date(2026, 4, 1))
    assert [each.code for each in products_for("kitchen", on=NOW.date())] == ["KITCHEN"]
    assert products_for(LeadFactory(goal="kitchen"), on=NOW.date())[0].code == "KITCHEN"
    assert products_for(wish(interest="sofa"), on=NOW.date()) == []
    assert products_for(wish(), on=NOW.date()) == []


def test_another_currency_needs_a_rate_and_the_line_tells_it() -> None:
    make_kitchen(currency="USD", unit_price=Decimal(500), rules={}, cost=None)
    lead = wish(interest="kitchen")
    found = suggestions(lead, now=NOW)
    assert (list(found.lines), [each.code for each in found.without_rate]) == ([], ["KITCHEN"])

    set_rate(base="USD", quote="AMD", rate=Decimal("400.25"), since=date(2026, 3, 1), actor=SYSTEM)
    (line,) = suggested_lines(lead, now=NOW)
    assert line.unit_price == Decimal(200125)
    assert [each["text"] for each in line.explained] == [
        "1 metre × 500\u00a0USD",
        "1 USD = 400.25 AMD",
    ]


def test_a_price_for_facts_without_a_lead() -> None:
    product = make_kitchen()
    found = price_of(product, lead_knowing({"answer.length": 6, "answer.rush": False}), now=NOW)
    assert (found.priced.exact, found.asked) == (Decimal(1080000), ("answer.length", "answer.rush"))
    with pytest.raises(BadFacts) as refusal:
        lead_knowing({"answer.length": "long", "answer.gone": 1, "lead.score": 3})
    assert list(refusal.value.faults) == ["answer.length", "answer.gone", "lead.score"]


def test_statements_do_not_grow_with_products(at_most: AtMost) -> None:
    lead, vat = wish(**EVERYTHING), make_vat()
    for number in range(6):
        make_kitchen(code=f"K{number}", taxes=(vat.pk,))
    with at_most(6):
        assert len(suggested_lines(lead, now=NOW)) == 18
