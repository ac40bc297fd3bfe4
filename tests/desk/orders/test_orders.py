"""Orders on screen: found, read, moved on; the customer hears of what comes later or is missing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.test import Client
from django.urls import reverse

from core.access.models import User
from crm.orders.models import Order, OrderNotice
from crm.pipeline.models import Lead
from tests.desk.conftest import Counting
from tests.desk.reading import words
from tests.factories.orders import NOW, item, make_order

FRIDAY = date(2026, 3, 13)


def listed(client: Client, **asked: str) -> list[str]:
    return words(client.get(reverse("desk:orders"), asked).content, "quote-link")


def acted(client: Client, order: Order, act: str, **posted: object) -> int:
    order.refresh_from_db()
    url = reverse(f"desk:order_{act}", args=[order.public_id])
    return client.post(url, {"revision": order.revision, **posted}).status_code


def test_the_empty_list_says_what_will_stand_there(client: Client, pipeline: object) -> None:
    assert "Here you see what customers bought" in client.get(reverse("desk:orders")).content.decode()


def test_orders_are_found_by_number_customer_and_state(client: Client, lead: Lead) -> None:
    make_order("A-1", lead=lead, expected_on=NOW.date() - timedelta(days=1))
    make_order("A-2", status="delivered", expected_on=NOW.date() - timedelta(days=1))
    make_order("B-1", ordered_at=NOW - timedelta(days=9))
    assert listed(client) == ["A-2", "A-1", "B-1"]
    assert listed(client, q="a2") == ["A-2"]
    assert listed(client, q="anahit") == ["A-1"]
    assert listed(client, state="delivered") == ["A-2"]
    assert listed(client, state="late") == ["A-1"]
    assert len(listed(client, state="nonsense")) == 3
    assert listed(client, q="zzz9") == []


def test_the_list_goes_on_behind_its_last_line(client: Client, pipeline: object) -> None:
    for number in range(60):
        make_order(f"N-{number}", ordered_at=NOW - timedelta(minutes=number))
    page = client.get(reverse("desk:orders")).content.decode()
    after = page.split('id="order-more"')[1].split("after=")[1].split('"')[0]
    from urllib.parse import unquote

    assert listed(client, after=unquote(after)) == [f"N-{number}" for number in range(50, 60)]
    assert listed(client, after="nonsense")[0] == "N-0"


def test_the_list_costs_the_same_whatever_there_is(client: Client, lead: Lead, statements: Counting) -> None:
    make_order("0", lead=lead)
    counts = []
    for number in range(1, 4):
        with statements() as sent:
            listed(client)
        counts.append(len(sent))
        make_order(str(number), lead=lead)
    assert len(set(counts)) == 1
    assert counts[0] <= 12


def test_the_page_of_an_order(client: Client, lead: Lead, statements: Counting) -> None:
    order = make_order("A-1", item("Chair", 50, quantity=Decimal(2)), lead=lead, phone="+37491234567")
    with statements() as sent:
        page = client.get(reverse("desk:order", args=[order.public_id])).content.decode()
    assert len(sent) <= 12
    for shown in ("Order A-1", "Chair", "100\u00a0USD", "Anahit", "+37491234567", "Kitchen"):
        assert shown in page


def test_a_later_day_saves_and_makes_a_notice(client: Client, lead: Lead) -> None:
    order = make_order("A-1", lead=lead, expected_on=date(2026, 3, 9))
    posted = {"status": "in_work", "expected_on": "2026-03-13", "reason": "Paint", "tell": "yes"}
    assert acted(client, order, "status", **posted) == 302
    order.refresh_from_db()
    assert (order.status, order.expected_on, order.reason) == ("in_work", FRIDAY, "Paint")
    assert OrderNotice.objects.get().expected_on == FRIDAY
    quiet = {**posted, "expected_on": "2026-03-20"}
    del quiet["tell"]
    assert acted(client, order, "status", **quiet) == 302
    assert OrderNotice.objects.get().expected_on == FRIDAY


def test_what_cannot_be_is_told_and_what_was_typed_stays(client: Client, lead: Lead) -> None:
    order = make_order("A-1", lead=lead)
    url = reverse("desk:order_status", args=[order.public_id])
    page = client.post(url, {"revision": 0, "status": "cancelled", "expected_on": ""})
    assert page.status_code == 422
    assert "Say why, so that everybody knows." in page.content.decode()
    assert '<option value="cancelled" selected' in page.content.decode()
    page = client.post(url, {"revision": 0, "status": "new", "expected_on": "soon"})
    assert "Choose a day." in page.content.decode()
    page = client.post(url, {"revision": 7, "status": "shipped"})
    assert "Somebody else changed this order a moment ago" in page.content.decode()
    order.refresh_from_db()
    assert order.status == "new"


def test_missing_items_are_ticked(client: Client, lead: Lead) -> None:
    order = make_order("A-1", item("Chair"), item("Lamp"), lead=lead)
    assert acted(client, order, "missing", missing=["1"]) == 302
    assert list(order.items.values_list("title", "missing")) == [("Chair", False), ("Lamp", True)]
    assert OrderNotice.objects.get().items == [{"name": "Lamp", "title": "Lamp", "quantity": "1"}]


def test_an_answer_from_the_telephone_is_noted_down(client: Client, lead: Lead) -> None:
    order = make_order("A-1", item("Chair", missing=True), lead=lead)
    notice = OrderNotice.objects.get()
    url = reverse("desk:order_answer", args=[order.public_id, notice.public_id])
    assert client.post(url, {"answer": "keep"}).status_code == 302
    notice.refresh_from_db()
    assert notice.answer == "keep"
    assert "Waits for it" in client.get(reverse("desk:order", args=[order.public_id])).content.decode()
    other = make_order("A-2")
    wrong = reverse("desk:order_answer", args=[other.public_id, notice.public_id])
    assert client.post(wrong, {"answer": "refund"}).status_code == 404


def test_repeat_purchases_are_seen_on_contact_and_lead(client: Client, lead: Lead) -> None:
    for number, days in (("A-1", 400), ("A-2", 2)):
        make_order(number, lead=lead, total=Decimal(120), ordered_at=NOW - timedelta(days=days))
    bought = reverse("desk:contact_bought", args=[lead.contact.public_id])
    contact = client.get(reverse("desk:contact", args=[lead.contact.public_id])).content.decode()
    about = client.get(reverse("desk:lead_about", args=[lead.public_id])).content.decode()
    assert (f'hx-get="{bought}"' in contact, f'hx-get="{bought}?lead={lead.public_id}"' in about) == (
        True,
        True,
    )
    part = client.get(bought).content.decode()
    assert "2 purchases" in part
    assert "240\u00a0USD" in part
    assert "Customer since 29 Jan 2025" in part


def test_the_palette_finds_an_order_and_the_list(client: Client, lead: Lead) -> None:
    order = make_order("A-1042", lead=lead)
    found = client.get(reverse("desk:search"), {"q": "a10"}).content.decode()
    assert reverse("desk:order", args=[order.public_id]) in found
    assert reverse("desk:orders") in client.get(reverse("desk:search"), {"q": "orders"}).content.decode()


def test_an_agent_sees_own_orders_only(agent: User, lead: Lead) -> None:
    order = make_order("A-1", lead=lead)
    client = Client()
    client.force_login(agent)
    assert listed(client) == []
    assert client.get(reverse("desk:order", args=[order.public_id])).status_code == 404
