from __future__ import annotations

from typing import Any

from tests.api.program import Program
from tests.factories.quotes import ProductFactory

LINE = {"title": "Measuring", "unit_price": "50", "cost": "20"}


def made(program: Program, **more: Any) -> Any:
    body = {"name": "Kitchen", "currency": "USD", "lines": [LINE], "terms": {"en": "Half now"}, **more}
    return program.post("quote-templates/", body)


def test_written_read_changed_and_taken_away(program: Program) -> None:
    product = ProductFactory(code="OV-1", name="Oven")
    template = made(program)
    assert (template["name"], template["terms"], template["active"], template["revision"]) == (
        "Kitchen",
        {"en": "Half now"},
        True,
        0,
    )
    assert "cost" not in template["lines"][0]
    url = f"quote-templates/{template['id']}/"
    oven = {"title": "Oven", "unit_price": "100", "product": str(product.public_id)}
    changed = program.patch(url, {"revision": 0, "lines": [LINE, oven], "valid_days": 5})
    assert [(each["product"], each["own"]) for each in changed["lines"]] == [(None, []), ("OV-1", [])]
    assert (changed["terms"], changed["valid_days"], changed["revision"]) == ({"en": "Half now"}, 5, 1)
    stale = program.patch(url, {"revision": 0, "name": "Mine"}, expect=409)
    assert (stale["code"], stale["revision"]) == ("stale", 1)
    assert [each["id"] for each in program.get("quote-templates/?active=true")["results"]] == [template["id"]]
    program.delete(url)
    program.get(url, expect=404)


def test_a_quote_begins_with_it_and_a_quote_is_kept(program: Program) -> None:
    template = made(program)
    lead = program.post("leads/", {"contact": {"phones": ["077123456"]}, "title": "Kitchen"})["id"]
    extra = {"title": "Delivery", "unit_price": "10"}
    quote = program.post("quotes/", {"lead": lead, "template": template["id"], "lines": [extra]})
    version = quote["versions"][0]
    assert [each["title"] for each in version["lines"]] == ["Measuring", "Delivery"]
    assert (version["currency"], quote["total"]["amount"], version["terms"]) == ("USD", "60.00", "Half now")

    again = program.post(f"quotes/{quote['id']}/template/", {"name": "With delivery"})
    assert [each["title"] for each in again["lines"]] == ["Measuring", "Delivery"]
    taken = program.post(f"quotes/{quote['id']}/template/", {"name": "Kitchen"}, expect=400)
    assert taken["errors"][0]["path"] == "/name"


def test_what_cannot_be_is_told_at_its_place(program: Program) -> None:
    template = made(program)
    lead = program.post("leads/", {"contact": {"phones": ["077123456"]}, "title": "Kitchen"})["id"]

    def path(url: str, **body: Any) -> str:
        return str(program.post(url, body, expect=400)["errors"][0]["path"])

    assert path("quote-templates/", name="Kitchen", currency="USD") == "/name"
    assert path("quote-templates/", name="B", currency="US") == "/currency"
    assert path("quote-templates/", name="B", currency="USD", terms={"fr": "x"}) == "/terms/fr"
    assert path("quote-templates/", name="B", currency="USD", lines=[{**LINE, "quantity": "0"}]) == (
        "/lines/0/quantity"
    )
    assert path("quotes/", lead=lead, template=lead) == "/template"
    assert path("quotes/", lead=lead, template=template["id"], currency="AMD") == "/currency"
    program.patch(f"quote-templates/{template['id']}/", {"active": False})
    assert path("quotes/", lead=lead, template=template["id"]) == "/template"
