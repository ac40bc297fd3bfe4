"""The link in the chat, thanks, word to the seller, and one reminder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from conversations.payments.following import follow_payment, remind
from conversations.payments.links import payment_url
from conversations.payments.operations import ask_in_chat, send_payment_request
from conversations.threads.models import Conversation, Message
from core.access.models import User
from core.due.models import DueRow
from core.events.actor import FLOW, SYSTEM, Actor
from core.notifications.models import Notification
from crm.contacts.models import Contact
from crm.payments.errors import BadPayment, CannotMove
from crm.payments.models import PaymentRequest, PaymentSettings
from crm.payments.operations import set_state
from crm.payments.queries import whole
from crm.pipeline.models import Lead
from tests.factories.payments import NOW, ProviderFactory, make_payment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _thursday(db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def payment(lead: Lead) -> PaymentRequest:
    ProviderFactory(is_default=True)
    return make_payment(lead, due_on=date(2026, 3, 12))


def ask(chat: Conversation, **changes: Any) -> tuple[PaymentRequest, Message]:
    values: dict[str, Any] = {
        "amount": Decimal(50_000),
        "currency": "AMD",
        "purpose": "Deposit",
        "lead": chat.lead,
        "actor": FLOW,
        "now": NOW,
    }
    return ask_in_chat(conversation=chat, **{**values, **changes})


def follow(payment: PaymentRequest, state: str) -> None:
    follow_payment(whole().get(pk=payment.pk), state, NOW)


def told() -> list[str]:
    return list(Notification.objects.order_by("id").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Deposit for the kitchen: 50,000\u00a0AMD. Please pay until 12 March 2026."),
        (
            "ru",
            "Deposit for the kitchen: 50\u00a0000\u00a0AMD. Пожалуйста, оплатите до 12 марта 2026\u202fг.",
        ),
    ],
)
def test_the_customer_reads_it_in_their_language(
    chat: Conversation, payment: PaymentRequest, anna: User, language: str, sentence: str
) -> None:
    Contact.objects.filter(pk=chat.contact_id).update(language=language)
    message = send_payment_request(payment_id=payment.pk, actor=Actor.of(anna), now=NOW, conversation=chat)
    said, link = message.text.split("\n\n")
    assert said.replace("\u202f", " ").replace("\u00a0г", " г") == sentence.replace("\u202f", " ")
    assert link.endswith(payment_url(payment))
    assert (message.author, message.author_kind) == (anna, "user")
    chat.refresh_from_db()
    assert (chat.handler, chat.assignee) == ("person", anna)


def test_in_one_chat_the_link_is_sent_once(chat: Conversation, payment: PaymentRequest, anna: User) -> None:
    send = {"payment_id": payment.pk, "actor": Actor.of(anna), "now": NOW, "conversation": chat}
    first = send_payment_request(**send)
    assert send_payment_request(**send, words="Again") == first
    assert Message.objects.count() == 1


def test_own_words_stand_above_the_link(chat: Conversation, payment: PaymentRequest) -> None:
    message = send_payment_request(
        payment_id=payment.pk, actor=FLOW, now=NOW, conversation=chat, words=" Half first, please. "
    )
    assert message.text.startswith("Half first, please.\n\n")
    assert message.author_kind == "flow"


def test_what_is_settled_is_not_sent(chat: Conversation, payment: PaymentRequest) -> None:
    set_state(payment_id=payment.pk, state="paid", actor=SYSTEM, now=NOW)
    with pytest.raises(CannotMove, match="Nothing is to be paid here any more"):
        send_payment_request(payment_id=payment.pk, actor=FLOW, now=NOW, conversation=chat)
    assert not Message.objects.exists()


def test_asking_and_sending_are_one(chat: Conversation) -> None:
    made, message = ask(chat, request_key="run-1")
    assert ask(chat, request_key="run-1") == (made, message)
    assert made.contact == chat.contact
    with pytest.raises(BadPayment):
        ask(chat, amount=Decimal(0))
    assert (PaymentRequest.objects.count(), Message.objects.count()) == (1, 1)


def test_thanks_once_and_the_seller_hears(chat: Conversation, payment: PaymentRequest, anna: User) -> None:
    set_state(payment_id=payment.pk, state="paid", actor=SYSTEM, now=NOW)
    follow(payment, "paid")
    follow(payment, "paid")
    assert [each.text for each in Message.objects.all()] == [
        "Thank you! 50,000\u00a0AMD has arrived (Deposit for the kitchen)."
    ]
    (line,) = Notification.objects.all()
    assert (line.user, line.kind, line.url) == (anna, "payment.paid", f"/inbox/{chat.public_id}/")


def test_thanks_can_be_switched_off(chat: Conversation, payment: PaymentRequest) -> None:
    PaymentSettings.objects.create(thank=False)
    set_state(payment_id=payment.pk, state="paid", actor=SYSTEM, now=NOW)
    follow(payment, "paid")
    assert (Message.objects.count(), told()) == (0, ["payment.paid"])


def test_failed_is_told_to_the_seller_alone(chat: Conversation, payment: PaymentRequest) -> None:
    set_state(payment_id=payment.pk, state="failed", actor=SYSTEM, now=NOW)
    follow(payment, "failed")
    assert (Message.objects.count(), told()) == (0, ["payment.failed"])


def late(payment: PaymentRequest) -> None:
    row = DueRow.objects.get(kind="payment.reminder", key=str(payment.pk))
    assert row.due_at == NOW.replace(day=13, hour=7)
    remind(row, row.due_at)


def test_one_reminder_the_day_after(chat: Conversation, payment: PaymentRequest) -> None:
    late(payment)
    late(payment)
    (message,) = Message.objects.all()
    assert message.text.startswith(
        "A gentle reminder: Deposit for the kitchen, 50,000\u00a0AMD, is still open."
    )
    assert payment_url(payment) in message.text
    assert told() == ["payment.overdue"]


@pytest.mark.parametrize("why", ["paid", "lost", "off", "closed", "moved"])
def test_no_reminder_where_it_would_be_wrong(chat: Conversation, payment: PaymentRequest, why: str) -> None:
    if why == "paid":
        PaymentRequest.objects.filter(pk=payment.pk).update(state="paid", paid_at=NOW)
    elif why == "lost":
        Lead.objects.filter(pk=payment.lead_id).update(stage_kind="lost", closed_at=NOW)
    elif why == "off":
        PaymentSettings.objects.create(remind=False)
    elif why == "closed":
        Conversation.objects.filter(pk=chat.pk).update(status="solved")
    else:
        PaymentRequest.objects.filter(pk=payment.pk).update(due_on=NOW.date() + timedelta(days=30))
    late(payment)
    assert not Message.objects.exists()
