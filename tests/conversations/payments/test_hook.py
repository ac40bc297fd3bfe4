"""What a provider's program tells, signed, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from core.events.models import Event
from core.notifications.models import Notification
from core.secrets.signing import signed
from crm.payments.models import PaymentMessage, PaymentProvider, PaymentRequest
from crm.payments.operations import rotate_secret
from crm.pipeline.models import Lead
from tests.factories.payments import NOW, SECRET, ProviderFactory, make_payment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _thursday(db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def provider(db: None) -> PaymentProvider:
    return ProviderFactory(is_default=True)


@pytest.fixture
def payment(provider: PaymentProvider, lead: Lead) -> PaymentRequest:
    return make_payment(lead)


def tell(
    provider: PaymentProvider, body: Any, *, message_id: str = "m-1", secret: str = SECRET, **headers: str
) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    proof = signed([secret], message_id=message_id, body=raw, now=NOW)
    return Client(enforce_csrf_checks=True).post(
        f"/hooks/payments/{provider.public_id}/",
        raw,
        content_type="application/json",
        headers={**proof, **headers},
    )


def state_of(payment: PaymentRequest) -> str:
    payment.refresh_from_db()
    return str(payment.state)


def test_paid_is_told_once(provider: PaymentProvider, payment: PaymentRequest) -> None:
    body = {
        "reference": payment.reference,
        "state": "paid",
        "external_id": "TX-1",
        "amount": "50000.00",
        "currency": "AMD",
    }
    answer = tell(provider, body)
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "state": "paid"})
    assert tell(provider, body).status_code == 200
    assert (state_of(payment), payment.external_id) == ("paid", "TX-1")
    assert Event.objects.filter(name="payment.paid").count() == 1
    assert PaymentMessage.objects.count() == 1


def test_only_who_has_the_secret_is_heard(provider: PaymentProvider, payment: PaymentRequest) -> None:
    body = {"reference": payment.reference, "state": "paid"}
    forged = "whsec_" + "QUFB" * 8
    assert tell(provider, body, secret=forged).status_code == 403
    assert tell(provider, body, **{"webhook-timestamp": "1"}).status_code == 403
    assert tell(ProviderFactory(secret={}), body).status_code == 403
    other = ProviderFactory()
    assert tell(other, body).status_code == 404
    assert (state_of(payment), PaymentMessage.objects.filter(provider=provider).count()) == ("requested", 0)


def test_a_changed_body_is_not_believed(provider: PaymentProvider, payment: PaymentRequest) -> None:
    raw = json.dumps({"reference": payment.reference, "state": "failed"}).encode()
    proof = signed([SECRET], message_id="m-1", body=raw, now=NOW)
    answer = Client().post(
        f"/hooks/payments/{provider.public_id}/",
        raw.replace(b"failed", b"paid"),
        content_type="application/json",
        headers=proof,
    )
    assert (answer.status_code, state_of(payment)) == (403, "requested")


def test_the_old_secret_is_good_until_the_new_one_is_known(
    provider: PaymentProvider, payment: PaymentRequest
) -> None:
    rotate_secret(provider_id=provider.pk, now=NOW)
    assert tell(provider, {"reference": payment.reference, "state": "paid"}).status_code == 200


def test_another_amount_is_refused_and_people_are_told(
    provider: PaymentProvider, payment: PaymentRequest
) -> None:
    body = {"reference": payment.reference, "state": "paid", "amount": "5000", "currency": "AMD"}
    answer = tell(provider, body)
    assert (answer.status_code, answer.json()["error"]) == (409, "conflict")
    assert "50000" not in answer.content.decode()
    assert tell(provider, body).status_code == 409
    assert state_of(payment) == "requested"
    (line,) = Notification.objects.all()
    assert (line.kind, line.url) == ("payment.problem", f"/payments/{payment.public_id}/")
    assert line.params["problem"] == "50000 AMD was asked for, but 5000 AMD was paid."


def test_what_is_not_known_says_nothing_of_others(provider: PaymentProvider, payment: PaymentRequest) -> None:
    answers = [
        tell(provider, {"reference": "PAY-0000-0000", "state": "paid"}, message_id="m-1"),
        tell(ProviderFactory(), {"reference": payment.reference, "state": "paid"}, message_id="m-2"),
    ]
    assert [each.status_code for each in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()
    nobody = "/hooks/payments/01890000-0000-7000-8000-000000000000/"
    unknown = Client().post(nobody, b"{}", content_type="application/json")
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"no json",
        [],
        {"state": "paid"},
        {"reference": 7, "state": "paid"},
        {"reference": "PAY-1", "state": "paid", "amount": 12.5},
        {"reference": "PAY-1", "state": "paid", "amount": "-5"},
        {"reference": "PAY-1", "state": "paid", "external_id": "x" * 121},
    ],
)
def test_what_cannot_be_read_says_why(provider: PaymentProvider, body: Any) -> None:
    answer = tell(provider, body)
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed")
    assert answer.json()["detail"]


def test_a_state_that_is_none_and_one_that_cannot_be(
    provider: PaymentProvider, payment: PaymentRequest
) -> None:
    assert tell(provider, {"reference": payment.reference, "state": "lost"}).status_code == 422
    body = {"reference": payment.reference, "state": "refunded"}
    assert tell(provider, body, message_id="m-2").status_code == 409
    assert state_of(payment) == "requested"
