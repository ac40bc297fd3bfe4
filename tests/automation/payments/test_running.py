"""The whole way: the flow asks in the chat, the money comes or does not, and the run goes on."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from automation.flows.document import plain
from automation.flows.models import Flow, FlowVersion
from automation.flows.queries import forget_published
from conversations.accounts.operations import update_account
from conversations.threads.operations import hand_back, take_over
from core.access.models import User
from core.due.models import DueRow
from core.events.actor import SYSTEM
from crm.payments.models import PaymentRequest
from crm.payments.operations import set_state
from tests.automation.payments.test_step import FLOW
from tests.factories.payments import ProviderFactory
from tests.factories.quotes import line, make_sent
from tests.journeys.chat import Chat
from tests.journeys.conftest import anna as anna  # fixtures that journeys share
from tests.journeys.conftest import chat as chat
from tests.journeys.conftest import clock as clock
from tests.journeys.conftest import shop as shop
from tests.support import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(chat: Chat, anna: User) -> PaymentRequest:
    """The customer chose to pay, and has the link to 30 % of their quote."""
    flow = Flow.objects.create(key="deposits", name="Deposits")
    FlowVersion.objects.create(
        flow=flow, number=1, status="published", document=plain(FLOW), published_at=timezone.now()
    )
    forget_published()
    update_account(account_id=chat.account.pk, flow_key="deposits")
    ProviderFactory(is_default=True)
    chat.say("hello")
    make_sent(chat.lead, anna, line("Kitchen", 500_000), now=timezone.now(), currency="AMD")
    said = chat.tap("Pay")
    payment = PaymentRequest.objects.get()
    assert f"/pay/{payment.token}/" in said
    return payment


def become(payment: PaymentRequest, state: str) -> None:
    set_state(payment_id=payment.pk, state=state, actor=SYSTEM, now=timezone.now())
    work_off()


def test_it_asks_for_its_share_and_goes_on_when_the_money_came(chat: Chat, asked: PaymentRequest) -> None:
    assert (asked.amount, asked.currency, asked.purpose) == (Decimal(150_000), "AMD", "Deposit")
    assert (asked.lead, asked.quote is not None, str(asked.due_on)) == (chat.lead, True, "2026-03-04")
    assert not DueRow.objects.filter(kind="payment.reminder", status="pending").exists()
    before = len(chat.said)
    become(asked, "failed")
    assert len(chat.said) == before
    become(asked, "paid")
    thanks, more = [each.text for each in chat.said[before:]]
    assert thanks == "Thank you! 150,000\u00a0AMD has arrived (Deposit)."
    assert more == "We begin."
    assert chat.run.status == "finished"


def test_when_the_days_are_over_a_person_goes_on(chat: Chat, asked: PaymentRequest) -> None:
    said = chat.wait(days=2, hours=22)
    assert said.startswith("A colleague writes.")
    assert chat.conversation.handler == "queue"
    before = len(chat.said)
    become(asked, "paid")
    assert [each.text for each in chat.said[before:]] == [
        "Thank you! 150,000\u00a0AMD has arrived (Deposit)."
    ]


def test_cancelled_by_a_colleague_goes_the_other_way(chat: Chat, asked: PaymentRequest) -> None:
    become(asked, "cancelled")
    assert chat.conversation.handler == "queue"


def test_a_person_is_not_talked_over(chat: Chat, asked: PaymentRequest, anna: User) -> None:
    take_over(conversation_id=chat.conversation.pk, user=anna)
    before = len(chat.said)
    become(asked, "paid")
    assert [each.text for each in chat.said[before:]] == [
        "Thank you! 150,000\u00a0AMD has arrived (Deposit)."
    ]
    hand_back(conversation_id=chat.conversation.pk, user=anna)
    assert chat.said[-1].text.endswith("We begin.")
