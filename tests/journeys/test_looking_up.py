"""Where is my order? Number and phone or email must match; a wrong pair tells nothing (spec 8.5)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from automation.flows.models import FlowRun
from conversations.threads.models import Conversation
from core.events.models import Event
from crm.contacts.models import ContactPoint
from crm.orders.models import Order
from tests.factories.orders import item, make_order
from tests.journeys.chat import Chat

pytestmark = pytest.mark.django_db

NUMBER = "What is the number of your order? It stands in our message or on the receipt."
PROOF = "So that nobody else sees it: which phone number or email did you order with?"
NONE = "I can't find an order with this number and this phone or email. Please check both."
MORE = "Does that answer your question?"
STANDS = "\n".join(
    [
        "Order A-1042: In production",
        "Expected: Friday 13 March 2026",
        "• Chair × 2",
        "• Lamp × 1 (missing)",
        "We will write as soon as it is ready.",
    ]
)


@pytest.fixture
def order(shop: object) -> Order:
    return make_order(
        "A-1042",
        item("Chair", quantity=Decimal(2)),
        item("Lamp", missing=True),
        phone="+37491234567",
        email="ani@example.com",
        status="in_work",
        expected_on=date(2026, 3, 13),
        tell=False,
    )


def test_number_then_phone_gives_status_items_day_and_next_step(chat: Chat, order: Order) -> None:
    assert chat.say("where is my order?").endswith(NUMBER)
    assert chat.pending == "order.number"
    assert chat.say("a1042") == PROOF
    assert chat.say("091 234567") == f"{STANDS}\n\n{MORE}"
    assert chat.tap("Yes, thank you") == "Glad to help. If anything comes up, just write."
    assert FlowRun.objects.get().status == "finished"
    assert chat.conversation.handoff == {}
    assert chat.points["phone"] == "+37491234567"


def test_number_at_once_and_email_in_russian(chat: Chat, order: Order) -> None:
    said = chat.say("здравствуйте, где мой заказ A-1042?")
    assert said.endswith("Чтобы его не увидел никто другой: на какой телефон или email оформлен заказ?")
    assert chat.say("Ani@example.com").splitlines()[:2] == [
        "Заказ A-1042: В производстве",
        "Ожидается: пятница, 13 марта 2026",
    ]


def test_both_in_one_message(chat: Chat, order: Order) -> None:
    chat.say("where is my order?")
    assert STANDS in chat.say("A-1042, my phone is 091 234567")


def test_a_wrong_pair_never_tells_whether_the_number_exists(chat: Chat, order: Order) -> None:
    chat.say("where is my order?")
    chat.say("A-1042")
    known = chat.say("+37499000000")
    chat.say("A-9999")
    unknown = chat.say("+37499000000")
    assert known == unknown == f"{NONE}\n\n{NUMBER}"
    assert "phone" not in chat.points


def test_after_three_wrong_pairs_people_help(chat: Chat, order: Order) -> None:
    chat.say("where is my order?")
    for number in ("A-1", "A-2", "A-3"):
        chat.say(number)
        said = chat.say("+37499000000")
    assert said.startswith(NONE)
    assert chat.pending == "contact.reach"
    chat.say("+37499000000")
    assert (chat.conversation.handoff["reason"], chat.conversation.team) == (
        "support",
        chat.conversation.team,
    )


def test_five_wrong_pairs_an_hour_then_a_person(chat: Chat, order: Order) -> None:
    chat.say("where is my order?")
    record(chat, 4)
    chat.say("A-1042")
    said = chat.say("+37499000000")
    assert "colleague" in said
    assert chat.conversation.handoff["reason"] == "order_tries"
    assert chat.conversation.handler == "queue"


def test_who_tried_too_often_is_not_answered_with_the_right_pair_either(chat: Chat, order: Order) -> None:
    chat.say("where is my order?")
    record(chat, 5)
    chat.say("A-1042")
    assert "Chair" not in chat.say("091 234567")
    assert chat.conversation.handoff["reason"] == "order_tries"


def test_an_hour_later_it_works_again(chat: Chat, order: Order) -> None:
    chat.say("where is my order?")
    record(chat, 5)
    Event.objects.filter(name="order.looked_up").update(
        created_at=Event.objects.latest("pk").created_at - timedelta(days=365)
    )
    chat.say("A-1042")
    assert STANDS in chat.say("091 234567")


def record(chat: Chat, times: int) -> None:
    from conversations.orders.queries import LOOKED_UP
    from core.events.actor import CUSTOMER
    from core.events.operations import record as write

    for _time in range(times):
        write(name=LOOKED_UP, subject=chat.conversation, actor=CUSTOMER, payload={"found": False})


def test_a_verified_phone_needs_no_proof_and_no_number(chat: Chat, order: Order) -> None:
    chat.say("where is my order?")
    contact = chat.contact
    Order.objects.update(contact=contact)
    ContactPoint.objects.create(
        contact=contact, kind="phone", value="+37491234567", verified_at=order.ordered_at
    )
    assert STANDS in chat.say("I don't know")


def test_a_phone_that_was_only_said_needs_the_number(chat: Chat, order: Order) -> None:
    chat.say("where is my order?")
    Order.objects.update(contact=chat.contact)
    ContactPoint.objects.create(contact=chat.contact, kind="phone", value="+37491234567")
    assert "Chair" not in chat.say("I don't know")
    assert chat.pending == "contact.reach" or chat.conversation.handoff


def test_another_order_and_an_answer_that_is_not_enough(chat: Chat, order: Order) -> None:
    make_order("B-700", phone="+37491234567", status="delivered")
    chat.say("where is my order A-1042? my phone is 091 234567")
    said = chat.say("and order B-700?")
    assert said.startswith("Order B-700: Delivered")
    said = chat.tap("No, not yet")
    assert chat.conversation.handoff["reason"] == "support"
    assert ["order_number", "B-700"] in chat.card["notes"]


def test_a_fault_is_no_question_for_an_order(chat: Chat, order: Order) -> None:
    chat.say("the drawer of my cabinet does not close any more")
    assert chat.pending == "contact.reach"


def test_a_wish_for_a_person_comes_first(chat: Chat, order: Order) -> None:
    chat.say("where is my order?")
    chat.say("I want to talk to a person")
    assert chat.conversation.handoff["reason"] == "asked_for_person"


def test_looking_is_written_down(chat: Chat, order: Order) -> None:
    chat.say("where is my order?")
    chat.say("A-1042")
    chat.say("+37499000000")
    chat.say("A-1042")
    chat.say("091 234567")
    rows = Event.objects.filter(name="order.looked_up").order_by("pk")
    assert list(rows.values_list("payload__found", flat=True)) == [False, True]
    assert set(rows.values_list("conversation_id", flat=True)) == {Conversation.objects.get().pk}
