"""The list with its sums, one payment, and what is done with it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from conversations.threads.models import Conversation, Message
from core.access.models import User
from core.events.actor import SYSTEM
from crm.orders.models import Order
from crm.payments.models import PaymentRequest
from crm.payments.operations import set_state
from crm.pipeline.models import Lead
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.factories.core import UserFactory
from tests.factories.crm import LeadFactory
from tests.factories.orders import make_order
from tests.factories.payments import NOW, ProviderFactory, make_payment
from tests.factories.quotes import line, make_sent

pytestmark = pytest.mark.django_db
URL = "/payments/"
ASKED = {"amount": "50000", "currency": "amd", "purpose": "Deposit", "due_on": "2026-03-12", "provider": ""}


def become(payment: PaymentRequest, state: str) -> PaymentRequest:
    return set_state(payment_id=payment.pk, state=state, actor=SYSTEM, now=NOW)


def purposes(client: Client, query: str = "") -> list[str]:
    return words(client.get(f"{URL}{query}").content, "payment-what")


def test_the_list_by_state_number_and_name(client: Client, lead: Lead) -> None:
    late = make_payment(lead, purpose="Late", due_on=date(2026, 3, 6))
    PaymentRequest.objects.filter(pk=late.pk).update(due_on=date(2026, 3, 1))
    make_payment(lead, purpose="Open")
    become(make_payment(lead, purpose="Paid"), "paid")
    assert purposes(client) == ["Paid", "Open", "Late"]
    assert purposes(client, "?state=awaited") == ["Open", "Late"]
    assert purposes(client, "?state=overdue") == ["Late"]
    assert purposes(client, "?state=paid") == ["Paid"]
    assert purposes(client, f"?q={late.reference.lower()}") == ["Late"]
    assert purposes(client, "?q=anahit&state=paid") == ["Paid"]
    assert purposes(client, "?q=nobody") == []


def test_sums_follow_the_filter_and_keep_currencies_apart(client: Client, lead: Lead) -> None:
    make_payment(lead)
    make_payment(lead, amount=Decimal(20_000))
    make_payment(lead, amount=Decimal("99.90"), currency="EUR")
    become(make_payment(lead), "paid")
    sums = words(client.get(f"{URL}sums/").content, "payment-sum")
    assert sums == ["Asked for 70,000 AMD × 2", "Asked for 99.90 EUR × 1", "Paid 50,000 AMD × 1"]
    assert words(client.get(f"{URL}sums/?state=paid").content, "payment-sum") == ["Paid 50,000 AMD × 1"]


def test_the_list_costs_the_same_for_many(client: Client, lead: Lead, statements: Counting) -> None:
    costs = []
    for count in (1, 6):
        while PaymentRequest.objects.count() < count:
            make_payment(lead, due_on=date(2026, 3, 12))
        with statements() as sent:
            assert client.get(URL).status_code == 200
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 12


def test_asked_in_the_chat_once_however_often_it_is_pressed(
    client: Client, lead: Lead, chat: Conversation, manager: User
) -> None:
    ProviderFactory(name="Bank", is_default=True)
    dialog = client.get(f"{URL}new/?lead={lead.public_id}").content
    (key,) = attributes(dialog, "#payment-key", "value")
    form = {**ASKED, "lead": str(lead.public_id), "key": key, "words": "Please"}
    first = client.post(f"{URL}new/", form)
    again = client.post(f"{URL}new/", form)
    payment = PaymentRequest.objects.get()
    assert first.headers["Location"] == again.headers["Location"] == f"{URL}{payment.public_id}/"
    assert (payment.amount, payment.currency, payment.user, payment.lead) == (50_000, "AMD", manager, lead)
    (message,) = Message.objects.all()
    assert message.text.startswith("Please\n\n")


def test_only_the_link(client: Client, lead: Lead, chat: Conversation) -> None:
    form = {**ASKED, "lead": str(lead.public_id), "key": "k", "silent": "1"}
    client.post(f"{URL}new/", form)
    payment = PaymentRequest.objects.get()
    assert not Message.objects.exists()
    page = client.get(f"{URL}{payment.public_id}/").content.decode()
    assert f"/pay/{payment.token}/" in page


def test_of_a_quote_with_its_total(client: Client, lead: Lead, manager: User) -> None:
    version = make_sent(lead, manager, line("Kitchen", 1500), now=NOW, currency="USD")
    dialog = client.get(f"{URL}new/?quote={version.quote.public_id}").content
    assert attributes(dialog, "#id_amount", "value") == ["1500"]
    assert attributes(dialog, "#id_currency", "value") == ["USD"]
    form = {**ASKED, "quote": str(version.quote.public_id), "key": "k", "amount": "750", "currency": "USD"}
    client.post(f"{URL}new/", form)
    payment = PaymentRequest.objects.get()
    assert (payment.quote, payment.lead, payment.amount) == (version, lead, 750)


def test_of_an_order_with_its_total(client: Client, lead: Lead) -> None:
    order = make_order(currency="AMD")
    Order.objects.filter(pk=order.pk).update(contact=lead.contact, lead=lead, total=Decimal(80_000))
    page = client.get(f"/orders/{order.public_id}/").content.decode()
    assert f"{URL}new/?order={order.public_id}" in page
    dialog = client.get(f"{URL}new/?order={order.public_id}").content
    assert attributes(dialog, "#id_amount", "value") == ["80000"]
    client.post(f"{URL}new/", {**ASKED, "order": str(order.public_id), "key": "k"})
    payment = PaymentRequest.objects.get()
    assert (payment.order, payment.lead, payment.contact) == (order, lead, lead.contact)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": "0"}, "Ask for more than 0."),
        ({"amount": "1e30"}, "Ensure that there are no more than 20 digits in total."),
        ({"amount": "0.001"}, "AMD has at most 2 decimals."),
        ({"due_on": "2026-03-01"}, "This day has passed already. Choose a later one."),
        ({"currency": "D"}, "A currency has three letters, such as AMD."),
        ({"purpose": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_asked_for(client: Client, lead: Lead, changes: dict[str, Any], said: str) -> None:
    form = {**ASKED, "lead": str(lead.public_id), "key": "k", **changes}
    answer = client.post(f"{URL}new/", form)
    assert answer.status_code == 422
    assert words(answer.content, "invalid-feedback") == [said]
    assert not PaymentRequest.objects.exists()


def test_for_nobody(client: Client, lead: Lead) -> None:
    answer = client.post(f"{URL}new/", {**ASKED, "key": "k"})
    assert answer.status_code == 422
    assert "Type a name and choose the customer." in answer.content.decode()


def test_noted_down_by_hand(client: Client, lead: Lead) -> None:
    payment = make_payment(lead)
    url = f"{URL}{payment.public_id}/"
    assert 'value="paid" checked' in client.get(f"{url}state/?to=paid").content.decode()
    client.post(f"{url}state/", {"state": "paid", "note": "In cash"})
    payment.refresh_from_db()
    assert (payment.state, payment.note) == ("paid", "In cash")
    refused = client.post(f"{url}state/", {"state": "failed"})
    assert refused.status_code == 422
    assert "It can only be refunded." in refused.content.decode()
    assert "In cash" in client.get(url).content.decode()


def test_the_link_once_more(client: Client, lead: Lead, chat: Conversation) -> None:
    payment = make_payment(lead)
    url = f"{URL}{payment.public_id}/send/"
    assert client.get(url).status_code == 200
    client.post(url, {"words": ""})
    client.post(url, {"words": ""})
    assert Message.objects.count() == 1
    become(payment, "paid")
    assert client.post(url, {}).status_code == 422


def test_beside_the_lead(client: Client, lead: Lead, statements: Counting) -> None:
    make_payment(lead, purpose="Deposit")
    with statements() as sent:
        page = client.get(f"/contacts/{lead.contact.public_id}/bought/?lead={lead.public_id}").content
    assert len(sent) <= 12
    assert "50,000 AMD Deposit" in words(page, "payment-beside")[0]


def test_what_is_not_in_sight(lead: Lead, sign_in: Any) -> None:
    payment = make_payment(lead)
    stranger = sign_in(UserFactory())
    for part in ("", "state/", "send/", "history/"):
        assert stranger.get(f"{URL}{payment.public_id}/{part}").status_code == 404
    assert stranger.get(f"{URL}new/?lead={lead.public_id}").status_code == 404
    own = make_payment(LeadFactory(owner=UserFactory(name="Own")))
    assert own.pk != payment.pk


def test_one_page_is_few_statements(
    client: Client, lead: Lead, chat: Conversation, statements: Counting
) -> None:
    payment = make_payment(lead)
    with statements() as sent:
        assert client.get(f"{URL}{payment.public_id}/").status_code == 200
    assert len(sent) <= 12
