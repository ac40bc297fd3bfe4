"""Two who decide at once, each with a connection of its own: exactly one wins and the other learns it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from core.events.actor import SYSTEM
from core.events.models import Event
from crm.payments.errors import CannotMove
from crm.payments.models import PaymentRequest
from crm.payments.operations import Told, set_state, take_message
from crm.pipeline.models import Lead
from tests.factories.core import CompanyFactory, UserFactory
from tests.factories.crm import LeadFactory
from tests.factories.payments import NOW, ProviderFactory, make_payment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lead(transactional_db: None) -> Lead:
    CompanyFactory()
    return LeadFactory(owner=UserFactory(name="Anna"))


def together(*acts: Callable[[], object]) -> list[str]:
    """What became of each: "done", or the name of the refusal."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        barrier.wait(timeout=30)
        try:
            act()
        except CannotMove as refusal:
            return type(refusal).__name__
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.parametrize("attempt", range(3))
def test_paid_and_cancelled_at_once(lead: Lead, attempt: int) -> None:
    payment = make_payment(lead)
    paid, cancelled = together(
        *(
            lambda state=state: set_state(payment_id=payment.pk, state=state, actor=SYSTEM, now=NOW)
            for state in ("paid", "cancelled")
        )
    )
    payment.refresh_from_db()
    assert (paid, cancelled, payment.state) in [
        ("done", "CannotMove", "paid"),
        ("CannotMove", "done", "cancelled"),
    ]
    assert Event.objects.filter(name__in=["payment.paid", "payment.cancelled"]).count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_paid_twice_at_once_is_paid_once(lead: Lead, attempt: int) -> None:
    payment = make_payment(lead)
    outcomes = together(*[lambda: set_state(payment_id=payment.pk, state="paid", actor=SYSTEM, now=NOW)] * 2)
    assert outcomes == ["done", "done"]
    assert Event.objects.filter(name="payment.paid").count() == 1


def test_one_key_asks_once(lead: Lead) -> None:
    outcomes = together(*[lambda: make_payment(lead, request_key="order-7")] * 4)
    assert outcomes == ["done"] * 4
    assert PaymentRequest.objects.count() == 1
    assert Event.objects.filter(name="payment.requested").count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_one_message_of_a_provider_twice_at_once(lead: Lead, attempt: int) -> None:
    provider = ProviderFactory(is_default=True)
    payment = make_payment(lead)
    told = Told(message_id="m-1", reference=payment.reference, state="paid")
    heard: list[tuple[int, int]] = []

    def take() -> None:
        message = take_message(provider=provider, told=told, now=NOW)
        heard.append((message.pk, message.status))

    assert together(take, take) == ["done", "done"]
    assert heard[0] == heard[1]
    assert heard[0][1] == 200
    assert Event.objects.filter(name="payment.paid").count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_two_messages_that_contradict_each_other(lead: Lead, attempt: int) -> None:
    provider = ProviderFactory(is_default=True)
    payment = make_payment(lead)
    statuses: dict[str, int] = {}

    def take(state: str) -> None:
        told = Told(message_id=state, reference=payment.reference, state=state)
        statuses[state] = take_message(provider=provider, told=told, now=NOW).status

    together(lambda: take("paid"), lambda: take("cancelled"))
    payment.refresh_from_db()
    assert (statuses, payment.state) in [
        ({"paid": 200, "cancelled": 409}, "paid"),
        ({"paid": 409, "cancelled": 200}, "cancelled"),
    ]
