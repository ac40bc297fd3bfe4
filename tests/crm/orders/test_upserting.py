from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.access.models import User
from core.due.models import DueRow
from core.events.actor import SYSTEM, Actor
from core.events.models import Event
from crm.contacts.models import Contact, ContactPoint
from crm.orders.errors import BadItem, BadOrder
from crm.orders.items import ItemDraft
from crm.orders.models import Order, OrderNotice, OrderStatus
from crm.orders.operations import answer_notice, set_status, upsert_order
from crm.orders.operations.noticing import NOTICE
from crm.pipeline.models import Lead
from tests.factories.crm import ContactFactory
from tests.factories.orders import NOW, item, make_order

D = Decimal
MONDAY, FRIDAY, LATER = date(2026, 3, 9), date(2026, 3, 13), date(2026, 3, 20)


def _notices() -> list[tuple[str, date | None, list[str]]]:
    return [
        (each.kind, each.expected_on, [row["title"] for row in each.items])
        for each in OrderNotice.objects.order_by("id")
    ]


def test_an_order_and_its_contact_become_known(anna: User) -> None:
    order = make_order(
        " A-1042 ", item("Chair", 50, quantity=D(2)), item("Lamp", "9.99"), phone="091 234567", name="Ani",
        email="Ani@Example.com", expected_on=FRIDAY, source="shop",
    )  # fmt: skip
    assert (order.number, order.number_key, order.status) == ("A-1042", "a1042", OrderStatus.NEW)
    assert (order.total, order.currency, order.expected_on) == (D("109.99"), "USD", FRIDAY)
    assert (order.phone, order.email) == ("+37491234567", "ani@example.com")
    assert order.contact is not None
    assert (order.contact.name, ContactPoint.objects.count()) == ("Ani", 2)
    event = Event.objects.get(name="order.created")
    assert event.payload == {
        "number": "A-1042",
        "status": "new",
        "total": "109.9900",
        "currency": "USD",
        "expected_on": "2026-03-13",
        "source": "shop",
    }
    assert event.contact_id == order.contact_id


def test_the_contact_is_found_by_its_phone(anna: User) -> None:
    first = make_order("1", phone="+37491234567")
    second = make_order("2", phone="091 23 45 67", name="Somebody else")
    assert first.contact == second.contact
    assert Contact.objects.count() == 1


def test_the_points_of_a_known_contact_are_those_of_the_purchase(anna: User) -> None:
    contact = make_order("1", phone="+37491234567", email="ani@example.com").contact
    order = make_order("2", contact=contact)
    assert (order.phone, order.email) == ("+37491234567", "ani@example.com")


def test_the_same_again_changes_nothing(anna: User) -> None:
    values = {"phone": "+37491234567", "expected_on": FRIDAY, "status": "confirmed"}
    first = make_order("1", **values)
    second = make_order("1", now=NOW + timedelta(hours=1), **values)
    assert (second.pk, second.revision, second.updated_at) == (first.pk, 0, NOW)
    assert list(Event.objects.filter(name__startswith="order.").values_list("name", flat=True)) == [
        "order.created"
    ]


def test_items_are_replaced_as_a_list_and_the_total_follows(anna: User) -> None:
    make_order("1", item("Chair", 50), item("Lamp", 10))
    order = make_order("1", item("Chair", 50), item("Table", 100))
    assert [each.title for each in order.items.all()] == ["Chair", "Table"]
    assert (order.total, order.revision) == (D(150), 1)
    assert Event.objects.get(name="order.updated").payload["changes"] == ["items", "total"]


def test_a_total_that_the_shop_says_stands(anna: User) -> None:
    make_order("1", item("Chair", 50), total=D("45.5"))
    order = make_order("1", item("Chair", 60))
    assert order.total == D("45.5")


def test_what_is_left_out_stays(anna: User) -> None:
    make_order("1", expected_on=FRIDAY, phone="+37491234567", reason="paint")
    order = upsert_order(number="1", status="shipped", actor=SYSTEM, now=NOW)
    assert (order.expected_on, order.phone, order.items.count()) == (FRIDAY, "+37491234567", 1)
    assert (order.status, order.reason) == ("shipped", "")


def test_a_later_day_is_told_once(anna: User) -> None:
    make_order("1", expected_on=MONDAY)
    for _again in range(2):
        make_order("1", expected_on=FRIDAY, reason="The paint is late")
    assert _notices() == [("delay", FRIDAY, [])]
    notice = OrderNotice.objects.get()
    assert notice.reason == "The paint is late"
    assert list(DueRow.objects.values_list("kind", "key")) == [(NOTICE, str(notice.pk))]


def test_a_notice_nobody_answered_takes_the_next_change_in(anna: User) -> None:
    make_order("1", expected_on=MONDAY)
    make_order("1", expected_on=FRIDAY)
    make_order("1", expected_on=LATER)
    assert _notices() == [("delay", LATER, [])]
    answer_notice(notice_id=OrderNotice.objects.get().public_id, answer="keep", actor=SYSTEM, now=NOW)
    make_order("1", expected_on=LATER + timedelta(days=1))
    assert [kind for kind, _day, _items in _notices()] == ["delay", "delay"]


def test_what_the_customer_was_told_is_not_told_again(anna: User) -> None:
    make_order("1", expected_on=MONDAY)
    make_order("1", expected_on=LATER)
    OrderNotice.objects.update(message_id="00000000-0000-0000-0000-000000000001", answer="keep")
    make_order("1", expected_on=FRIDAY)
    make_order("1", expected_on=LATER)
    assert len(_notices()) == 1


def test_an_earlier_day_and_an_order_that_is_over_are_no_news(anna: User) -> None:
    make_order("1", expected_on=FRIDAY)
    make_order("1", expected_on=MONDAY)
    make_order("1", expected_on=LATER, status="delivered")
    assert _notices() == []


def test_only_what_is_newly_missing_is_told(anna: User) -> None:
    make_order("1", item("Chair"), item("Lamp"))
    make_order("1", item("Chair", missing=True), item("Lamp"))
    make_order("1", item("Chair", missing=True), item("Lamp"), status="in_work")
    assert _notices() == [("missing", None, ["Chair"])]
    make_order("1", item("Chair", missing=True), item("Lamp", missing=True))
    assert _notices() == [("missing", None, ["Chair", "Lamp"])]


def test_an_import_of_old_orders_tells_nobody(anna: User) -> None:
    make_order("1", expected_on=MONDAY)
    make_order("1", item(missing=True), expected_on=FRIDAY, tell=False)
    assert _notices() == []


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (ItemDraft(title=" "), "title"),
        (ItemDraft(title="Chair", quantity=D(0)), "quantity"),
        (ItemDraft(title="Chair", quantity=D("NaN")), "quantity"),
        (ItemDraft(title="Chair", quantity=D("0.0000001")), "quantity"),
        (ItemDraft(title="Chair", unit_price=D("9" * 19)), "unit_price"),
    ],
)
def test_an_item_that_cannot_be_says_where_and_stores_nothing(anna: User, bad: ItemDraft, field: str) -> None:
    with pytest.raises(BadItem) as refused:
        make_order("1", item(), bad, phone="+37491234567")
    assert (refused.value.position, refused.value.field) == (1, field)
    assert (Order.objects.count(), Contact.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"number": " # "}, "number"),
        ({"number": "1" * 61}, "number"),
        ({"status": "lost"}, "status"),
        ({"currency": "dram"}, "currency"),
        ({"total": D(-1)}, "total"),
        ({"total": D("9" * 19)}, "total"),
        ({"phone": "12"}, "phone"),
        ({"email": "nobody"}, "email"),
    ],
)
def test_a_value_that_cannot_be_names_its_field(anna: User, values: dict[str, object], field: str) -> None:
    with pytest.raises(BadOrder) as refused:
        make_order(**{"number": "1", **values})  # type: ignore[arg-type]
    assert refused.value.field == field
    assert Order.objects.count() == 0


def test_a_lead_of_somebody_else_is_refused(anna: User, lead: Lead) -> None:
    with pytest.raises(BadOrder) as refused:
        make_order("1", contact=ContactFactory(), lead=lead)
    assert refused.value.field == "lead"
    assert make_order("1", lead=lead).contact == lead.contact


def test_a_status_needs_a_reason_where_the_purchase_is_undone(anna: User) -> None:
    order = make_order("1", expected_on=MONDAY)
    with pytest.raises(BadOrder) as refused:
        set_status(order_id=order.pk, status="cancelled", actor=Actor.of(anna), now=NOW)
    assert refused.value.field == "reason"
    done = set_status(
        order_id=order.pk, status="cancelled", reason="Changed their mind", actor=Actor.of(anna), now=NOW
    )
    assert (done.status, done.reason, done.revision, done.expected_on) == (
        "cancelled",
        "Changed their mind",
        1,
        MONDAY,
    )
    payload = Event.objects.get(name="order.updated").payload
    assert (payload["from"], payload["status"], payload["reason"]) == (
        "new",
        "cancelled",
        "Changed their mind",
    )


def test_an_answer_is_kept_and_may_change(anna: User) -> None:
    make_order("1", expected_on=MONDAY)
    make_order("1", expected_on=FRIDAY)
    notice = OrderNotice.objects.get()
    answers = [
        answer_notice(notice_id=notice.public_id, answer=each, actor=SYSTEM, now=NOW)[1]
        for each in ("keep", "keep", "refund")
    ]
    notice.refresh_from_db()
    assert (answers, notice.answer, notice.answered_at) == ([True, False, True], "refund", NOW)
    names = Event.objects.filter(name="order.notice_answered").values_list("payload__answer", flat=True)
    assert list(names.order_by("id")) == ["keep", "refund"]
    with pytest.raises(BadOrder):
        answer_notice(notice_id=notice.public_id, answer="shout", actor=SYSTEM, now=NOW)
