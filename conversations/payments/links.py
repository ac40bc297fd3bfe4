"""Addresses of payments. They outlive a request (in messages, mails, notifications), so they are kept as text."""

from __future__ import annotations

from django.conf import settings

from crm.payments.address import filled_for
from crm.payments.models import PaymentProvider, PaymentRequest
from crm.pipeline.links import lead_url


def payment_url(payment: PaymentRequest) -> str:
    """The customer's own page, whole."""
    return f"{settings.BASE_URL}/pay/{payment.token}/"


def return_url(payment: PaymentRequest) -> str:
    """Where the provider sends the customer back to."""
    return f"{payment_url(payment)}?back=1"


def provider_url(payment: PaymentRequest) -> str:
    """Where this payment is paid; "" where no provider is known."""
    if payment.provider is None:
        return ""
    return filled_for(
        payment.provider.url_template,
        amount=payment.amount,
        currency=payment.currency,
        reference=payment.reference,
        purpose=payment.purpose,
        return_url=return_url(payment),
    )


def hook_url(provider: PaymentProvider) -> str:
    """Where the provider's program tells what became of a payment."""
    return f"{settings.BASE_URL}/hooks/payments/{provider.public_id}/"


def seller_url(payment: PaymentRequest) -> str:
    """Where colleagues see what the payment is about."""
    return lead_url(payment.lead) if payment.lead else f"/contacts/{payment.contact.public_id}/"
