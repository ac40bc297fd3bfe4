from __future__ import annotations

from typing import Any

from core.access.models import User
from core.keys.scopes import Scope
from crm.contacts.models import Contact
from crm.orders.models import Order, OrderNotice
from tests.api.program import Program, make_program
from tests.factories.conversations import make_user
from tests.factories.crm import LeadFactory
from tests.factories.orders import make_order
from tests.factories.quotes import ProductFactory

CHAIR = {"title": "Chair", "code": "P-chair", "quantity": "2", "unit_price": "50.50"}
LAMP = {"title": "Lamp", "unit_price": None}
ORDER: dict[str, Any] = {
    "number": "A-1042",
    "phone": "077123456",
    "name": "Anahit",
    "currency": "USD",
    "expected_on": "2026-03-09",
    "items": [CHAIR],
    "source": "shop",
}


def test_a_shop_pushes_an_order_and_brings_it_up_to_date(program: Program) -> None:
    product = ProductFactory(code="P-chair")
    made = program.post("orders/", ORDER, expect=200)

    assert (made["number"], made["status"], made["phone"]) == ("A-1042", "new", "+37477123456")
    assert made["total"] == {"amount": "101.00", "currency": "USD"}
    assert made["items"] == [
        {
            "title": "Chair",
            "code": "P-chair",
            "quantity": "2.00",
            "unit_price": "50.50",
            "product": str(product.public_id),
            "missing": False,
        }
    ]
    assert Contact.objects.get().name == "Anahit"

    assert program.post("orders/", ORDER, expect=200) == made
    put = program.ask("PUT", "orders/by-number/A-1042/", {"items": [CHAIR, LAMP], "status": "confirmed"})
    assert (put["id"], put["status"], put["expected_on"], put["revision"]) == (
        made["id"],
        "confirmed",
        "2026-03-09",
        1,
    )
    assert put["items"][1]["unit_price"] is None
    assert program.get("orders/by-number/A-1042/") == put
    assert program.get(f"orders/{made['id']}/") == put
    assert Order.objects.count() == 1


def test_lists_by_number_contact_and_state_in_pages(program: Program) -> None:
    for number in ("A-1", "A-2", "B-1"):
        program.post("orders/", {**ORDER, "number": number}, expect=200)
    contact = Contact.objects.get()

    def numbers(query: str) -> list[str]:
        return [each["number"] for each in program.get(f"orders/?{query}")["results"]]

    assert numbers("") == ["B-1", "A-2", "A-1"]
    assert numbers("search=a") == ["A-2", "A-1"]
    assert numbers("number=A-1") == ["A-1"]
    assert numbers(f"contact={contact.public_id}&status=new&sort=ordered") == ["A-1", "A-2", "B-1"]
    assert numbers("status=shipped") == []
    page = program.get("orders/?limit=2")
    assert [each["number"] for each in program.get(page["next"])["results"]] == ["A-1"]
    assert "items" not in page["results"][0]


def test_status_and_what_the_customer_is_told(program: Program) -> None:
    made = program.post("orders/", ORDER, expect=200)
    url = f"orders/{made['id']}/"
    refused = program.post(f"{url}status/", {"status": "cancelled"}, expect=400)
    assert refused["errors"][0]["path"] == "/reason"
    late = program.post(
        f"{url}status/",
        {"status": "in_work", "expected_on": "2026-03-20", "reason": "Paint is late"},
        expect=200,
    )
    assert (late["status"], late["expected_on"], late["reason"]) == (
        "in_work",
        "2026-03-20",
        "Paint is late",
    )
    program.patch(url, {"items": [{**CHAIR, "missing": True}]})
    missing, delay = program.get(f"{url}notices/")["results"]
    assert (delay["kind"], delay["expected_on"], delay["reason"], delay["told"], delay["answer"]) == (
        "delay",
        "2026-03-20",
        "Paint is late",
        False,
        None,
    )
    assert (missing["kind"], missing["items"]) == ("missing", ["Chair"])
    answered = program.post(f"{url}notices/{delay['id']}/answer/", {"answer": "keep"}, expect=200)
    assert answered["answer"] == "keep"
    assert OrderNotice.objects.filter(answer="keep").count() == 1


def test_a_program_that_read_something_else_changes_nothing(program: Program) -> None:
    made = program.post("orders/", ORDER, expect=200)
    url = f"orders/{made['id']}/"
    tag = program.send("GET", url)["ETag"]
    program.patch(url, {"reason": "first"}, If_Match=tag)
    stale = program.patch(url, {"reason": "second"}, expect=412, If_Match=tag)
    assert (stale["code"], Order.objects.get().reason) == ("stale", "first")


def test_what_cannot_be_is_told_at_its_place(program: Program) -> None:
    def path(**body: object) -> str:
        return str(program.post("orders/", {**ORDER, **body}, expect=400)["errors"][0]["path"])

    assert path(items=[CHAIR, {**CHAIR, "quantity": "0"}]) == "/items/1/quantity"
    assert path(items=[{**CHAIR, "unit_price": 12}]) == "/items/0/unit_price"
    assert path(items=[{**CHAIR, "product": "018f2b6e-5f6d-7c3a-9d2e-3f1a5b7c9d0e"}]) == "/items/0/product"
    assert path(number=" # ") == "/number"
    assert path(phone="12") == "/phone"
    assert path(status="lost") == "/status"
    assert path(expected_on="09.03.2026") == "/expected_on"
    assert path(total={"amount": "5", "currency": "AMD"}) == "/currency"
    assert path(contact="018f2b6e-5f6d-7c3a-9d2e-3f1a5b7c9d0e") == "/contact"
    assert not Order.objects.exists()


def test_a_key_of_a_person_sees_and_changes_what_the_person_sees(company: None) -> None:
    anna: User = make_user("Anna")
    program = make_program([Scope.ORDERS_READ, Scope.ORDERS_WRITE], person=anna)
    others = make_order("A-1042", lead=LeadFactory(owner=make_user("Other")))
    mine = make_order("A-1", lead=LeadFactory(owner=anna))
    assert [each["id"] for each in program.get("orders/")["results"]] == [str(mine.public_id)]
    program.get(f"orders/{others.public_id}/", expect=404)
    taken = program.post("orders/", {"number": "A-1042", "status": "cancelled"}, expect=409)
    assert taken["code"] == "conflict"
    others.refresh_from_db()
    assert others.status == "new"
