"""What is asked for, and what may become of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.access.models import User
from core.due.models import DueRow
from core.events.actor import SYSTEM, Actor
from core.events.models import Event
from crm.payments import following
from crm.payments.errors import BadPayment, CannotMove, WrongAmount
from crm.payments.models import PaymentRequest, PaymentState
from crm.payments.moves import MOVES, may_follow
from crm.payments.operations import request_payment, set_state
from crm.payments.queries import is_overdue, payments, sums
from crm.payments.tasks import follow_state
from crm.pipeline.models import Lead
from tests.factories.core import CompanyFactory, ManagerFactory, UserFactory
from tests.factories.crm import ContactFactory, LeadFactory
from tests.factories.payments import NOW, ProviderFactory, make_payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(db: None) -> User:
    CompanyFactory()
    return UserFactory(name="Anna")


@pytest.fixture
def lead(anna: User) -> Lead:
    return LeadFactory(owner=anna, title="Kitchen")


def events(name: str) -> list[dict[str, Any]]:
    return [dict(each.payload) for each in Event.objects.filter(name=name).order_by("id")]


def become(payment: PaymentRequest, state: str, **more: Any) -> PaymentRequest:
    return set_state(payment_id=payment.pk, state=state, actor=SYSTEM, now=NOW, **more)


def test_asking_tells_what_is_asked_and_uses_the_provider_of_the_settings(lead: Lead) -> None:
    provider = ProviderFactory(is_default=True)
    ProviderFactory()
    payment = make_payment(lead, due_on=date(2026, 3, 12))
    payment.refresh_from_db()
    assert (payment.state, payment.provider, payment.amount) == ("requested", provider, 50_000)
    assert payment.reference.startswith("PAY-")
    assert len(payment.token) >= 22
    assert events("payment.requested") == [
        {
            "reference": payment.reference,
            "amount": "50000",
            "currency": "AMD",
            "purpose": "Deposit for the kitchen",
            "due_on": "2026-03-12",
        }
    ]
    (row,) = DueRow.objects.filter(kind="payment.reminder")
    assert (row.key, row.due_at.isoformat()) == (str(payment.pk), "2026-03-13T07:00:00+00:00")


def test_the_same_key_is_the_same_request(lead: Lead) -> None:
    first = make_payment(lead, request_key="quote-1")
    assert make_payment(lead, request_key="quote-1", amount=Decimal(7)) == first
    assert len(events("payment.requested")) == 1
    assert make_payment(lead).pk != make_payment(lead).pk


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"amount": Decimal(0)}, "amount", "Ask for more than 0."),
        ({"amount": Decimal(-5)}, "amount", "Ask for more than 0."),
        ({"amount": Decimal("NaN")}, "amount", "Write the amount as a number, such as 50000."),
        (
            {"amount": Decimal(10**18)},
            "amount",
            "This amount is larger than can be written down: at most 16 digits before the point.",
        ),
        ({"amount": Decimal("10.005"), "currency": "USD"}, "amount", "USD has at most 2 decimals."),
        (
            {"amount": Decimal("10.5"), "currency": "JPY"},
            "amount",
            "JPY has no decimals: ask for a whole amount.",
        ),
        ({"currency": "dram"}, "currency", "A currency has three letters, such as AMD."),
        ({"purpose": "  "}, "purpose", "Say what it is for, so that the customer knows."),
        ({"due_on": date(2026, 3, 4)}, "due_on", "This day has passed already. Choose a later one."),
    ],
)
def test_what_cannot_be_asked_for(lead: Lead, changes: dict[str, Any], field: str, sentence: str) -> None:
    with pytest.raises(BadPayment) as refused:
        make_payment(lead, **changes)
    assert (refused.value.field, str(refused.value)) == (field, sentence)
    assert not PaymentRequest.objects.exists()


def test_a_foreign_lead_and_a_provider_that_is_off_are_refused(lead: Lead) -> None:
    with pytest.raises(BadPayment, match="another contact's"):
        make_payment(lead, contact=ContactFactory())
    with pytest.raises(BadPayment, match="switched off"):
        make_payment(lead, provider=ProviderFactory(active=False))


@pytest.mark.parametrize("before", PaymentState.values)
@pytest.mark.parametrize("after", PaymentState.values)
def test_only_the_moves_of_the_table(lead: Lead, before: str, after: str) -> None:
    payment = make_payment(lead)
    paid_at = NOW if before in ("paid", "refunded") else None
    PaymentRequest.objects.filter(pk=payment.pk).update(state=before, paid_at=paid_at)
    told = Event.objects.count()
    if before == after:
        assert become(payment, after).state == after
        assert Event.objects.count() == told
    elif may_follow(before, after):
        assert become(payment, after).state == after
        assert len(events(f"payment.{after}")) == (2 if after == "requested" else 1)
    else:
        with pytest.raises(CannotMove) as refused:
            become(payment, after)
        assert payment.reference in str(refused.value)
        assert refused.value.payment.state == before


def test_the_table_is_the_one_that_was_agreed() -> None:
    assert {state: sorted(after) for state, after in MOVES.items()} == {
        "requested": ["cancelled", "failed", "paid"],
        "failed": ["cancelled", "paid", "requested"],
        "paid": ["refunded"],
        "refunded": [],
        "cancelled": [],
    }
    assert MOVES.keys() == set(PaymentState.values)


def test_paid_keeps_when_and_what_the_provider_calls_it(lead: Lead, anna: User) -> None:
    payment = make_payment(lead, due_on=date(2026, 3, 12))
    paid = set_state(
        payment_id=payment.pk,
        state="paid",
        actor=Actor.of(anna),
        now=NOW,
        reference=" TX-9 ",
        note="In cash",
        amount=Decimal("50000.00"),
        currency="amd",
    )
    assert (paid.paid_at, paid.external_id, paid.revision) == (NOW, "TX-9", 1)
    (told,) = events("payment.paid")
    assert (told["from"], told["external_id"], told["note"]) == ("requested", "TX-9", "In cash")
    assert DueRow.objects.get(kind="payment.reminder").status == "cancelled"
    assert DueRow.objects.get(kind="payment.follow").key == f"{payment.pk}:paid"


@pytest.mark.parametrize("paid", [{"amount": Decimal(5000)}, {"amount": Decimal(50_000), "currency": "USD"}])
def test_another_amount_is_no_payment_of_this(lead: Lead, paid: dict[str, Any]) -> None:
    payment = make_payment(lead)
    with pytest.raises(WrongAmount, match="50000 AMD was asked for, but"):
        become(payment, "paid", **paid)
    payment.refresh_from_db()
    assert payment.state == "requested"


def test_a_state_that_is_none(lead: Lead) -> None:
    with pytest.raises(BadPayment, match="requested, paid, failed, refunded, cancelled"):
        become(make_payment(lead), "lost")


def test_followers_hear_of_each_state_once(lead: Lead) -> None:
    heard: list[tuple[str, str]] = []

    def follower(payment: PaymentRequest, state: str, now: Any) -> None:
        heard.append((payment.reference, state))

    following.register(follower)
    try:
        payment = make_payment(lead)
        become(payment, "failed")
        become(payment, "paid")
        become(payment, "paid")
        for row in DueRow.objects.filter(kind="payment.follow").order_by("id"):
            follow_state(row, NOW)
    finally:
        following.unregister(follower)
    assert heard == [(payment.reference, "failed"), (payment.reference, "paid")]


def test_overdue_begins_after_the_last_day(lead: Lead) -> None:
    payment = make_payment(lead, due_on=date(2026, 3, 5))
    midnight = NOW.replace(day=5, hour=20)  # in Yerevan the sixth has begun
    assert not is_overdue(payment, NOW)
    assert is_overdue(payment, midnight)
    assert list(payments().overdue(midnight)) == [payment]
    become(payment, "paid")
    payment.refresh_from_db()
    assert not is_overdue(payment, midnight)


def test_sums_keep_currencies_apart(lead: Lead) -> None:
    make_payment(lead)
    make_payment(lead, amount=Decimal(20_000))
    make_payment(lead, amount=Decimal("99.90"), currency="EUR")
    become(make_payment(lead), "paid")
    found = [(each.state, each.currency, each.count, each.amount) for each in sums(payments())]
    assert found == [
        ("requested", "AMD", 2, Decimal(70_000)),
        ("requested", "EUR", 1, Decimal("99.9")),
        ("paid", "AMD", 1, Decimal(50_000)),
    ]


def test_who_sees_which(lead: Lead, anna: User) -> None:
    own = make_payment(lead)
    foreign = make_payment(LeadFactory(owner=UserFactory()))
    assert list(payments().visible_to(anna)) == [own]
    assert set(payments().visible_to(ManagerFactory())) == {own, foreign}


def test_asking_is_few_statements(lead: Lead, anna: User, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(12):
        request_payment(
            contact=lead.contact,
            lead=lead,
            amount=Decimal(5),
            currency="AMD",
            purpose="Visit",
            actor=Actor.of(anna),
            now=NOW,
            due_on=date(2026, 3, 12),
        )
