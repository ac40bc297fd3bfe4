"""The catalogue in the settings: the list, the price in plain words, and the try-out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from core.events.actor import SYSTEM
from crm.catalogue.models import Product
from crm.catalogue.operations import set_rate
from tests.desk.conftest import Counting
from tests.desk.reading import page_words as words
from tests.factories.catalogue import make_criteria, make_kitchen, make_vat

pytestmark = pytest.mark.django_db
URL = "/settings/catalogue/"


@pytest.fixture(autouse=True)
def _criteria(db: None) -> None:
    make_criteria()


def address(product: Product) -> str:
    return f"{URL}products/{product.public_id}/"


def test_the_list_names_products_taxes_and_rates(reader: Client) -> None:
    make_kitchen(taxes=(make_vat().pk,))
    make_kitchen(code="PAST", name="Old sofa", active_until=date(2020, 1, 1))
    make_kitchen(code="GONE", name="Old chair", active=False)
    set_rate(base="USD", quote="AMD", rate=Decimal("390.5"), since=date(2020, 1, 1), actor=SYSTEM)
    page = words(reader.get(URL))
    for said in ("Kitchen to measure", "200,000 AMD", "VAT 20 %", "not sold today", "not sold any more"):
        assert said in page
    assert "1 USD = 390.5 AMD" in page


def test_products_are_found_by_name_or_code(reader: Client) -> None:
    make_kitchen()
    make_kitchen(code="SOFA", name="Sofa")
    assert "Kitchen to measure" not in words(reader.get(URL, {"q": "sof"}))
    assert "No product is called so" in words(reader.get(URL, {"q": "table"}))


def test_an_empty_catalogue_says_what_it_is_good_for(reader: Client) -> None:
    page = words(reader.get(URL))
    assert "Nothing is sold yet" in page
    assert "No rate yet" in page


def test_a_price_stands_in_plain_words(reader: Client) -> None:
    page = words(reader.get(address(make_kitchen())))
    for said in (
        "Quantity (metre): Length; usually 3 to 7; rounded up to 0.5",
        "200,000 AMD for one metre.",
        "From 6 on: 180,000 AMD.",
        "At least 500,000 AMD.",
        "Oven: 90,000 AMD, if the customer wants it",
        "from 600,000 AMD to 1,386,000 AMD",
    ):
        assert said in page, page
    assert "In a week: 10 %, if" in page


def test_answers_make_the_range_exact(reader: Client) -> None:
    facts = {"answer.length": "3,2", "answer.rush": "true"}
    part = reader.get(address(make_kitchen()), facts, headers={"HX-Request": "true"})
    told = words(part)
    assert "770,000 AMD" in told
    assert "3.5 metre × 200,000 AMD; the quantity from: Length" in told
    assert "+ 90,000 AMD" in told
    assert "<html" not in part.content.decode()


def test_what_cannot_be_read_is_told_and_counts_as_not_known(reader: Client) -> None:
    told = words(reader.get(address(make_kitchen()), {"answer.length": "long"}))
    assert "Write a number, like 250 or 2.5." in told
    assert "from 600,000 AMD" in told


def test_rules_that_cannot_be_read_any_more_say_so(reader: Client) -> None:
    product = make_kitchen()
    Product.objects.filter(pk=product.pk).update(rules={"quantity": {"of": ["answer.gone"]}})
    assert "is no question or field whose answer is a number" in words(reader.get(address(product)))


def test_screens_keep_their_budget(reader: Client, statements: Counting) -> None:
    for number in range(6):
        product = make_kitchen(code=f"K{number}")
    for place in (URL, address(product)):
        with statements() as sent:
            reader.get(place)
        assert len(sent) <= 12, sent
