"""The provider's address: what can stand there, and what becomes of it."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.payments.address import fault_of, filled_for, plain_amount
from crm.payments.amounts import fault_of as amount_fault
from crm.payments.amounts import share_of
from tests.factories.payments import ADDRESS


@pytest.mark.parametrize(
    ("template", "begins"),
    [
        ("http://pay.example.com/?ref={reference}", "The address must begin with https://."),
        ("javascript:alert({reference})", "The address must begin with https://."),
        ("https://pay.example.com/?ref={reference}&x={card}", "Nobody knows what {card} is."),
        ("https://pay.example.com/?ref={reference", "A bracket { or } stands alone."),
        ("https://{reference}.example.com/", "The name of the server must stand there as it is"),
        ("https://me:secret@example.com/?ref={reference}", "The name of the server must stand"),
        ("https:///path/{reference}", "The name of the server must stand"),
        ("https://pay.example.com/?sum={amount}", "Put {reference} somewhere"),
        ("https://pay.example.com/ ?ref={reference}", "There is a blank or a sign"),
        ("https://pay.example.com/\n?ref={reference}", "There is a blank or a sign"),
        ("https://pay.example.com/?ref={reference}&" + "x" * 1000, "The address is longer than 1000"),
    ],
)
def test_what_is_no_address(template: str, begins: str) -> None:
    assert fault_of(template).startswith(begins)


@pytest.mark.parametrize(
    "template",
    [ADDRESS, "https://pay.example.com:8443/pay/{reference}", "https://example.com?ref={reference}"],
)
def test_what_is_one(template: str) -> None:
    assert fault_of(template) == ""


@given(purpose=st.text(min_size=1, max_size=60), back=st.text(min_size=1, max_size=60))
def test_whatever_is_filled_in_stays_in_its_place(purpose: str, back: str) -> None:
    purpose, back = (text.encode("utf-8", "ignore").decode() for text in (purpose, back))
    url = filled_for(
        ADDRESS,
        amount=Decimal("12.5"),
        currency="USD",
        reference="PAY-7K3F-9Q2M",
        purpose=purpose,
        return_url=back,
    )
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "pay.example.com", "")
    found = parse_qs(parts.query, keep_blank_values=True)
    assert found == {
        "sum": ["12.50"],
        "cur": ["USD"],
        "ref": ["PAY-7K3F-9Q2M"],
        "text": [purpose],
        "back": [back],
    }


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [("50000.0000", "AMD", "50000.00"), ("12.5", "USD", "12.50"), ("1500", "JPY", "1500")],
)
def test_amounts_are_written_as_programs_read_them(amount: str, currency: str, text: str) -> None:
    assert plain_amount(Decimal(amount), currency) == text


@given(
    total=st.decimals(min_value=1, max_value=10**12, places=2),
    percent=st.integers(min_value=1, max_value=100),
    currency=st.sampled_from(["AMD", "USD", "JPY"]),
)
def test_a_share_can_be_asked_for_and_is_near(total: Decimal, percent: int, currency: str) -> None:
    share = share_of(total, Decimal(percent), currency)
    assert abs(share * 100 - total * percent) <= 50
    assert share == 0 or amount_fault(share, currency) == ""
