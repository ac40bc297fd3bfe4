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
from crm.payments.operations import set_state
from crm.pipeline.models import Lead
from tests.factories.core import CompanyFactory, UserFactory
from tests.factories.crm import LeadFactory
from tests.factories.payments import NOW, make_payment

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
