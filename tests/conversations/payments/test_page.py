"""The customer's page of a payment, as a browser without scripts sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client

from conversations import public_pages
from core.events.actor import SYSTEM
from core.events.models import Event
from crm.contacts.models import Contact
from crm.payments.models import PaymentRequest
from crm.payments.operations import set_state
from crm.pipeline.models import Lead
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.factories.payments import NOW, ProviderFactory, make_payment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _thursday(db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def payment(lead: Lead) -> PaymentRequest:
    ProviderFactory(name="Ararat Bank", is_default=True)
    Contact.objects.filter(pk=lead.contact_id).update(language="en")
    return make_payment(lead, due_on=date(2026, 3, 12), purpose="Deposit <b>50 %</b>")


@pytest.fixture
def aram() -> Client:
    return Client(enforce_csrf_checks=True)


def page_of(payment: PaymentRequest) -> str:
    return f"/pay/{payment.token}/"


def become(payment: PaymentRequest, *states: str) -> None:
    for state in states:
        set_state(payment_id=payment.pk, state=state, actor=SYSTEM, now=NOW)


def test_for_what_how_much_until_when_and_where(aram: Client, payment: PaymentRequest) -> None:
    page = aram.get(page_of(payment)).content
    assert b"Deposit &lt;b&gt;50 %&lt;/b&gt;</h1>" in page
    assert words(page, "state") == ["To be paid"]
    assert words(page, "sum") == ["50,000 AMD"]
    assert b"Please pay until 12 March 2026" in page
    (address,) = attributes(page, "#pay", "href")
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc) == ("https", "pay.example.com")
    asked = parse_qs(parts.query)
    assert asked["sum"] == ["50000.00"]
    assert asked["ref"] == [payment.reference]
    assert asked["back"][0].endswith(f"/pay/{payment.token}/?back=1")


def test_looking_changes_nothing_and_stays_with_its_owner(
    aram: Client, payment: PaymentRequest, statements: Counting
) -> None:
    before = (Event.objects.count(), PaymentRequest.objects.get(pk=payment.pk).revision)
    with statements() as sent:
        answer = aram.get(page_of(payment) + "?back=1")
    assert answer.status_code == 200
    assert len(sent) <= 12
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert aram.post(page_of(payment)).status_code == 405
    assert (Event.objects.count(), PaymentRequest.objects.get(pk=payment.pk).revision) == before


def test_coming_back_waits_for_word_and_can_look_again(aram: Client, payment: PaymentRequest) -> None:
    page = aram.get(page_of(payment) + "?back=1").content
    assert words(page, "state") == ["We are waiting for word that your payment has arrived"]
    assert f'href="/pay/{payment.token}/?back=1">Check again'.encode() in page
    become(payment, "paid")
    page = aram.get(page_of(payment) + "?back=1").content
    assert words(page, "state") == ["Paid on 5 March 2026"]
    assert b'id="pay"' not in page


@pytest.mark.parametrize(
    ("states", "said", "can_pay"),
    [
        (("failed",), "The payment did not go through", True),
        (("paid",), "Paid on 5 March 2026", False),
        (("paid", "refunded"), "The money was sent back", False),
        (("cancelled",), "Nothing is to be paid here any more", False),
    ],
)
def test_each_state_says_what_to_do(
    aram: Client, payment: PaymentRequest, states: tuple[str, ...], said: str, can_pay: bool
) -> None:
    become(payment, *states)
    page = aram.get(page_of(payment)).content
    assert words(page, "state") == [said]
    assert (b'id="pay"' in page) is can_pay


def test_overdue_can_still_be_paid(aram: Client, payment: PaymentRequest) -> None:
    with time_machine.travel(NOW + timedelta(days=8), tick=False):
        page = aram.get(page_of(payment)).content
    assert words(page, "state") == ["Was due on 12 March 2026"]
    assert b'id="pay"' in page


def test_without_a_provider_it_says_whom_to_ask(aram: Client, payment: PaymentRequest) -> None:
    PaymentRequest.objects.filter(pk=payment.pk).update(provider=None)
    page = aram.get(page_of(payment)).content
    assert b"Please ask us how to pay." in page
    assert b'id="pay"' not in page


@pytest.mark.parametrize(
    ("language", "said"), [("ru", "К оплате"), ("hy", "Վճարման ենթակա"), ("az", "Ödəniləcək")]
)
def test_in_the_customers_language(aram: Client, payment: PaymentRequest, language: str, said: str) -> None:
    Contact.objects.filter(pk=payment.contact_id).update(language=language)
    answer = aram.get(page_of(payment))
    assert f'<html lang="{language}">'.encode() in answer.content
    assert words(answer.content, "state") == [said]


def test_unknown_links_have_no_page_and_guessing_is_slowed_down(
    aram: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert aram.get("/pay/forged/").status_code == 404
    monkeypatch.setattr(public_pages, "SEEN_PER_MINUTE", 1)
    assert aram.get("/pay/forged/").status_code == 429
