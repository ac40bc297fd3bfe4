"""Payments and their providers for tests of several rooms."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import factory

from core.events.actor import Actor
from crm.payments.models import PaymentProvider, PaymentRequest
from crm.payments.operations import request_payment
from crm.pipeline.models import Lead

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
"""A Thursday, 13:00 in Yerevan."""
ADDRESS = (
    "https://pay.example.com/go?sum={amount}&cur={currency}&ref={reference}&text={purpose}&back={return_url}"
)
SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
"""Made up for tests."""


class ProviderFactory(factory.django.DjangoModelFactory[PaymentProvider]):
    class Meta:
        model = PaymentProvider

    name = factory.Sequence(lambda number: f"Bank {number}")
    url_template = ADDRESS
    secret = {"secret": SECRET}


def make_payment(lead: Lead, /, **changes: Any) -> PaymentRequest:
    values: dict[str, Any] = {
        "contact": lead.contact,
        "lead": lead,
        "amount": Decimal(50_000),
        "currency": "AMD",
        "purpose": "Deposit for the kitchen",
        "actor": Actor.of(lead.owner),
        "now": NOW,
    }
    return request_payment(**{**values, **changes})
