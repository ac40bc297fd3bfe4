"""A later day and a missing item are told in the chat, once; the answer is kept, told and routed (spec 8.5)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from conversations.accounts.models import ChannelAccount
from conversations.channels.contracts import InboundEvent
from conversations.inbound.operations.receiving import receive
from conversations.orders.operations import tell
from conversations.outbox.models import OutboxItem
from conversations.threads.models import Conversation, Message
from core.access.models import Team, User
from core.due.models import DueRow
from core.due.operations import Runner
from core.events.actor import Actor
from core.events.models import Event
from core.events.operations import record
from core.notifications.models import Notification
from crm.consent.operations import withdraw
from crm.contacts.models import Contact, ContactPoint
from crm.orders.models import Order, OrderNotice
from crm.orders.operations import set_status
from crm.pipeline.models import Lead
from tests.factories.orders import NOW, item, make_order

pytestmark = pytest.mark.django_db

MONDAY, FRIDAY, LATER = date(2026, 3, 9), date(2026, 3, 13), date(2026, 3, 20)


@pytest.fixture
def order(lead: Lead) -> Order:
    return make_order("A-1042", item("Chair"), item("Lamp"), lead=lead, expected_on=MONDAY)


def late(order: Order, day: date = FRIDAY, **more: object) -> OrderNotice:
    make_order(order.number, item("Chair"), item("Lamp"), expected_on=day, **more)
    work(NOW)
    return OrderNotice.objects.latest("pk")


def work(now: object) -> None:
    runner = Runner()
    while runner.work_next(now=now):  # type: ignore[arg-type]
        pass


def said(chat: Conversation) -> list[str]:
    rows = Message.objects.filter(conversation=chat, direction="out").order_by("sequence")
    return list(rows.values_list("text", flat=True))


def hear(chat: Conversation, text: str = "", payload: str = "", at: int = 1) -> None:
    event = InboundEvent(
        kind="postback" if payload else "message",
        external_id=f"{at}:{text}{payload}",
        thread_id=chat.thread_id,
        sender_id=chat.identity.external_id,
        text=text,
        payload=payload,
    )
    account = ChannelAccount.objects.get(pk=chat.account_id)
    receive(account=account, event=event, arrived_at=NOW + timedelta(minutes=at))


def told() -> list[tuple[str, str]]:
    return list(Notification.objects.order_by("pk").values_list("kind", "user__name"))


def test_a_later_day_is_told_with_the_reason_and_three_answers(order: Order, chat: Conversation) -> None:
    notice = late(order, reason="The paint is late")

    message = Message.objects.get(direction="out")
    assert message.text == (
        "We are sorry: your order A-1042 comes later, on Friday 13 March 2026.\n"
        "The reason: The paint is late.\n"
        "What shall we do?"
    )
    assert [each["label"] for each in message.quick_replies] == ["I'll wait", "Something else", "Money back"]
    assert message.quick_replies[0]["payload"] == f"order:keep:{notice.public_id}"
    assert notice.message_id == message.public_id
    assert OutboxItem.objects.get().purpose == "transactional"
    assert Event.objects.get(name="order.noticed").payload == {
        "number": "A-1042",
        "kind": "delay",
        "expected_on": "2026-03-13",
    }


def test_it_goes_out_after_an_opt_out_of_follow_ups(order: Order, chat: Conversation) -> None:
    withdraw(contact=chat.contact, source="webchat", text="stop")
    late(order)
    assert Message.objects.get(direction="out").status == "queued"


def test_the_same_change_is_never_told_twice(order: Order, chat: Conversation) -> None:
    notice = late(order)
    late(order)
    assert tell(notice_id=notice.pk, now=NOW) is False
    assert len(said(chat)) == 1
    assert DueRow.objects.filter(status="pending", kind="order.notice").count() == 0


def test_two_changes_before_anybody_was_told_are_one_message(order: Order, chat: Conversation) -> None:
    make_order(order.number, item("Chair"), item("Lamp"), expected_on=FRIDAY)
    late(order, LATER)
    assert len(said(chat)) == 1
    assert "20 March" in said(chat)[0]


def test_what_is_no_longer_so_is_not_told(order: Order, chat: Conversation, anna: User) -> None:
    make_order(order.number, item("Chair"), item("Lamp"), expected_on=FRIDAY)
    set_status(order_id=order.pk, status="delivered", actor=Actor.of(anna), now=NOW)
    work(NOW)
    assert said(chat) == []


def test_a_missing_item_is_told_in_the_customers_language(order: Order, chat: Conversation) -> None:
    Conversation.objects.update(language="ru")
    make_order(order.number, item("Chair"), item("Lamp", missing=True), expected_on=MONDAY)
    work(NOW)
    (text,) = said(chat)
    assert text.splitlines() == [
        "Извините, в Вашем заказе A-1042 не хватает:",
        "• Lamp × 1",
        "Сможем доставить: понедельник, 9 марта 2026.",
        "Как поступим?",
    ]


def test_without_a_chat_a_colleague_is_asked_to_call(lead: Lead, anna: User) -> None:
    Conversation.objects.all().delete()
    order = make_order("7", lead=lead, expected_on=MONDAY)
    make_order("7", expected_on=FRIDAY)
    work(NOW)
    assert told() == [("order.untold", "Anna")]
    assert Notification.objects.get().url == f"/orders/{order.public_id}/"


def test_who_merely_typed_the_phone_hears_of_an_order_once_they_have_looked_it_up(
    chat: Conversation, anna: User
) -> None:
    ContactPoint.objects.create(contact=chat.contact, kind="phone", value="+37491234567")
    Contact.objects.filter(pk=chat.contact_id).update(owner=anna)
    bought = make_order("7", phone="+37491234567", expected_on=MONDAY)
    assert bought.contact == chat.contact
    late(bought)
    assert (said(chat), told()) == ([], [("order.untold", "Anna")])

    other = {"found": True, "order": str(make_order("8", phone="+37491234567").public_id)}
    record(name="order.looked_up", subject=chat, payload=other)
    late(bought, LATER)
    assert said(chat) == []
    record(name="order.looked_up", subject=chat, payload={"found": True, "order": str(bought.public_id)})
    late(bought, LATER + timedelta(days=1))
    (text,) = said(chat)
    assert text.startswith("We are sorry: your order 7 comes later, on Saturday 21 March 2026.")


@pytest.mark.parametrize("given", ["contact", "verified"])
def test_who_surely_bought_it_hears_of_it(given: str, chat: Conversation, anna: User) -> None:
    at = NOW if given == "verified" else None
    ContactPoint.objects.create(contact=chat.contact, kind="phone", value="+37491234567", verified_at=at)
    whose = {"contact": chat.contact} if given == "contact" else {}
    late(make_order("7", phone="+37491234567", expected_on=MONDAY, **whose))
    assert len(said(chat)) == 1


def test_waiting_on_is_thanked_and_told(order: Order, chat: Conversation) -> None:
    notice = late(order)
    for at in (1, 2):
        hear(chat, "I'll wait", f"order:keep:{notice.public_id}", at=at)
    notice.refresh_from_db()
    assert (notice.answer, notice.answered_at) == ("keep", NOW + timedelta(minutes=1))
    assert said(chat)[1:] == ["Thank you for your patience. We will write as soon as there is news."] * 2
    assert told() == [("order.notice_answered", "Anna")]
    chat.refresh_from_db()
    assert (chat.handoff, chat.status, chat.talk) == ({}, "waiting_customer", {})


@pytest.mark.parametrize(
    ("words", "answer", "team", "reason"),
    [
        ("3", "refund", "Support", "order_refund"),
        ("money back", "refund", "Support", "order_refund"),
        ("верните деньги пожалуйста", "refund", "Support", "order_refund"),
        ("2", "replace", "Sales", "order_replace"),
        ("Ուրիշ բան", "replace", "Sales", "order_replace"),
    ],
)
def test_an_answer_in_words_is_routed_with_a_card(
    order: Order, chat: Conversation, words: str, answer: str, team: str, reason: str
) -> None:
    teams = {name: Team.objects.create(name=name) for name in ("Sales", "Support")}
    late(order)
    hear(chat, words)
    chat.refresh_from_db()
    assert OrderNotice.objects.get().answer == answer
    assert (chat.team, chat.handler, chat.handoff["reason"]) == (teams[team], "queue", reason)
    assert ["order_number", "A-1042"] in chat.handoff["card"]["notes"]
    assert chat.handoff["card"]["last_text"] == words


def test_a_number_after_other_words_is_no_answer(order: Order, chat: Conversation, anna: User) -> None:
    from conversations.threads.operations import say

    late(order)
    Conversation.objects.update(handler="queue")
    chat.refresh_from_db()
    say(conversation_id=chat.pk, text="How many chairs?", now=NOW)
    Conversation.objects.update(handler="queue")
    hear(chat, "3")
    assert OrderNotice.objects.get().answer == ""


def test_somebody_elses_notice_cannot_be_answered(order: Order, chat: Conversation) -> None:
    from tests.factories.conversations import make_conversation

    notice = late(order)
    stranger = make_conversation(name="Stranger")
    hear(stranger, "Money back", f"order:refund:{notice.public_id}")
    notice.refresh_from_db()
    assert (notice.answer, said(stranger)) == ("", [])


def test_an_answer_after_delivery_changes_nothing(order: Order, chat: Conversation, anna: User) -> None:
    notice = late(order)
    set_status(order_id=order.pk, status="delivered", actor=Actor.of(anna), now=NOW)
    hear(chat, "Money back", f"order:refund:{notice.public_id}")
    notice.refresh_from_db()
    assert notice.answer == ""
    assert said(chat)[-1].startswith("This question is settled already.")
