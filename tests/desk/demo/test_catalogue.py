"""The demo company's catalogue goes with its criteria."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.languages import Language
from crm.catalogue.models import Product
from crm.catalogue.queries import lead_knowing, price_of, suggested_lines
from crm.defaults import install_defaults
from crm.qualification.models import Criterion
from desk.demo.catalogue import install_catalogue
from tests.factories.crm import LeadFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop(db: None) -> None:
    install_defaults(language="en")
    install_catalogue(today=date(2026, 3, 1))


def test_every_interest_has_products_in_four_languages() -> None:
    interest = Criterion.objects.get(key="interest")
    goals = {goal for goals in Product.objects.values_list("goals", flat=True) for goal in goals}
    assert goals == {choice["value"] for choice in interest.choices}
    products = list(Product.objects.all())
    assert len(products) == 8
    assert all(set(product.title) == set(Language.values) for product in products)
    assert all(product.taxes.get().percent == 20 for product in products)


def test_a_kitchen_of_four_metres_within_a_week() -> None:
    lead = LeadFactory(answers={"interest": "kitchen", "start": 7}, custom={"metres": 4}, currency="AMD")
    lines = [
        (each.title, each.quantity * each.unit_price) for each in suggested_lines(lead) if not each.optional
    ]
    assert lines == [
        ("Kitchen to measure", Decimal(840000)),
        ("Ready within a week", Decimal(126000)),
        ("Measuring and design", Decimal(30000)),
        ("Delivery", Decimal(25000)),
        ("Installation", Decimal(72000)),
    ]


def test_before_anything_is_known_a_kitchen_has_a_range() -> None:
    found = price_of(Product.objects.get(code="KITCHEN"), lead_knowing({})).priced
    assert (found.low, found.high) == (Decimal(630000), Decimal(1345500))
    assert found.missing_for_exact == ("custom.metres", "answer.start")
