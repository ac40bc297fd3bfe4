"""Products, taxes, rates and prices by the API."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from core.keys.scopes import Scope
from crm.catalogue.models import Product
from tests.api.program import Program, make_program
from tests.factories.catalogue import KITCHEN_RULES, PNG, make_criteria
from tests.factories.conversations import make_user
from tests.factories.core import TeamFactory
from tests.factories.crm import LeadFactory

pytestmark = pytest.mark.django_db
KITCHEN: dict[str, Any] = {
    "code": "KITCHEN",
    "name": "Kitchen to measure",
    "title": {"en": "Kitchen"},
    "unit": "metre",
    "unit_price": "200000",
    "currency": "AMD",
    "goals": ["kitchen"],
    "rules": KITCHEN_RULES,
}


@pytest.fixture
def program(db: None) -> Program:
    make_criteria()
    return make_program()


def faults(problem: dict[str, Any]) -> list[str]:
    return [fault["path"] for fault in problem["errors"]]


def test_a_product_is_added_read_and_changed(program: Program) -> None:
    vat = program.post("taxes/", {"name": "VAT", "percent": "20", "is_default": True})
    assert (vat["percent"], vat["active"]) == ("20", True)
    made = program.post("products/", KITCHEN)
    assert (made["taxes"], made["unit_price"], made["rules"]) == (
        [vat["id"]],
        {"amount": "200000.00", "currency": "AMD"},
        KITCHEN_RULES,
    )
    changes = {"unit_price": "210000.5", "active_from": "2026-03-01", "taxes": []}
    changed = program.patch(f"products/{made['id']}/", changes)
    assert (
        changed["unit_price"]["amount"],
        changed["active_from"],
        changed["taxes"],
        changed["revision"],
    ) == (
        "210000.50",
        "2026-03-01",
        [],
        1,
    )
    assert program.get(f"products/{made['id']}/") == changed
    assert [each["code"] for each in program.get("products/?active=true&code=KITCHEN")["results"]] == [
        "KITCHEN"
    ]
    stale = program.send("PATCH", f"products/{made['id']}/", {"name": "K"}, **{"If-Match": '"0"'})
    assert stale.status_code == 412
    program.delete(f"products/{made['id']}/")
    program.get(f"products/{made['id']}/", expect=404)


def test_every_fault_of_the_rules_has_its_pointer(program: Program) -> None:
    rules = {"minimum": "-1", "options": [{"key": "oven", "title": {"en": "Oven"}, "price": "x"}]}
    problem = program.post("products/", {**KITCHEN, "rules": rules}, expect=400)
    assert faults(problem) == ["/rules/minimum", "/rules/options/0/price"]
    assert faults(program.post("products/", {**KITCHEN, "unit_price": 5}, expect=400)) == ["/unit_price"]
    assert faults(program.post("products/", {**KITCHEN, "code": "a b"}, expect=400)) == ["/code"]
    gone = "0190a5c0-0000-7000-8000-000000000000"
    assert faults(program.post("products/", {**KITCHEN, "taxes": [gone]}, expect=400)) == ["/taxes/0"]


def test_a_price_for_facts_is_a_range_then_exact(program: Program) -> None:
    address = f"products/{program.post('products/', KITCHEN)['id']}/price/"

    asked = program.post(address, {}, expect=200)
    assert (asked["exact"], asked["low"]["amount"], asked["high"]["amount"]) == (
        None,
        "600000.00",
        "1386000.00",
    )
    assert [each["key"] for each in asked["missing_for_exact"]] == ["answer.length", "answer.rush"]

    found = program.post(address, {"facts": {"answer.length": 3.2, "answer.rush": True}}, expect=200)
    assert found["exact"] == {"amount": "770000.00", "currency": "AMD"}
    assert [(each["kind"], each["title"], each["amount"]["amount"]) for each in found["parts"]] == [
        ("base", "Kitchen", "700000.00"),
        ("surcharge", "In a week", "70000.00"),
        ("offer", "Oven", "90000.00"),
    ]
    assert found["missing_for_exact"] == []
    problem = program.post(address, {"facts": {"answer.length": "long"}}, expect=400)
    assert faults(problem) == ["/facts/answer.length"]


def test_a_price_for_a_lead_needs_a_key_that_sees_it(program: Program) -> None:
    address = f"products/{program.post('products/', KITCHEN)['id']}/price/"
    owned = {"owner": make_user("Owner"), "team": TeamFactory()}
    lead = LeadFactory(answers={"length": 4, "rush": False}, **owned)
    body = {"lead": str(lead.public_id)}

    assert program.post(address, body, expect=200)["exact"]["amount"] == "800000.00"
    blind = make_program([Scope.CATALOGUE_READ])
    assert faults(blind.post(address, body, expect=400)) == ["/lead"]
    other = make_program([Scope.CATALOGUE_READ, Scope.LEADS_READ], person=make_user("Stranger"))
    assert faults(other.post(address, body, expect=400)) == ["/lead"]


def test_rates_are_entered_and_replaced(program: Program) -> None:
    rate = {"base": "USD", "quote": "AMD", "rate": "390.5", "since": "2026-03-01"}
    assert program.post("rates/", rate) == rate
    program.post("rates/", {**rate, "rate": "400"})
    assert [each["rate"] for each in program.get("rates/?base=USD")["results"]] == ["400"]
    assert faults(program.post("rates/", {**rate, "quote": "USD"}, expect=400)) == ["/quote"]
    assert faults(program.post("rates/", {**rate, "since": "soon"}, expect=400)) == ["/since"]


def test_a_tax_is_changed(program: Program) -> None:
    tax = program.post("taxes/", {"name": "VAT", "percent": "18"})
    assert program.patch(f"taxes/{tax['id']}/", {"percent": "20.5"})["percent"] == "20.5"
    assert faults(program.patch(f"taxes/{tax['id']}/", {"percent": "101"}, expect=400)) == ["/percent"]


def test_a_tax_is_replaced(program: Program) -> None:
    vat = program.post("taxes/", {"name": "VAT", "percent": "20"})
    made = program.post(f"taxes/{vat['id']}/replace/", {"name": "VAT", "percent": "18"})
    assert (made["percent"], made["active"]) == ("18", True)
    assert program.get(f"taxes/{vat['id']}/")["active"] is False
    problem = program.post(f"taxes/{made['id']}/replace/", {"name": "", "percent": "18"}, expect=400)
    assert faults(problem) == ["/name"]


def test_a_product_says_whether_a_specialist_quotes_it_and_has_a_picture(program: Program) -> None:
    made = program.post("products/", {**KITCHEN, "complex": True})
    assert (made["complex"], made["has_picture"]) == (True, False)


def test_a_picture_is_put_and_taken_away(program: Program, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    place = f"products/{program.post('products/', KITCHEN)['id']}/picture/"
    sent = {"content": b64encode(PNG).decode()}
    assert program.send("PUT", place, sent).json()["has_picture"] is True
    for content in ("no base64!", b64encode(b"<svg>").decode()):
        assert faults(program.send("PUT", place, {"content": content}).json()) == ["/content"]
    program.delete(place)
    program.delete(place)
    assert Product.objects.get().picture.name == ""
