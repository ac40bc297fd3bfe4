"""The customer's page of a payment, behind its private link (spec 8.6). Nothing here changes anything: the money is paid
at the provider's, and what became of it is told by the provider or by a colleague.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from conversations.payments.links import provider_url
from conversations.payments.queries import language_of
from conversations.public_pages import public_page
from core.company.queries import company
from core.text.amounts import grouped
from core.text.dates import long_date
from crm.payments.models import PaymentRequest
from crm.payments.queries import is_overdue, payment_by_token
from crm.pricing import unit_of
from crm.quotes.clock import today_in
from crm.quotes.queries import quote_settings


@require_safe
@public_page
def page(request: HttpRequest, token: str) -> HttpResponse:
    """For what, how much, until when, and the way to the provider; `back` says that the customer comes from there."""
    payment = payment_by_token(token)
    if payment is None:
        raise Http404
    with translation.override(language_of(payment.contact)):
        return render(request, "payments/page.html", _page_of(payment, is_back="back" in request.GET))


def _page_of(payment: PaymentRequest, *, is_back: bool) -> dict[str, Any]:
    now, profile = timezone.now(), company()
    places = max(0, -int(unit_of(payment.currency).as_tuple().exponent))
    if payment.amount == payment.amount.to_integral_value():
        places = 0
    return {
        "payment": payment,
        "state": "overdue" if is_overdue(payment, now) else str(payment.state),
        "sum": f"{grouped(payment.amount, places=places)}\u00a0{payment.currency}",
        "due": long_date(payment.due_on) if payment.due_on else "",
        "paid": long_date(today_in(profile.timezone, payment.paid_at)) if payment.paid_at else "",
        "pay_url": provider_url(payment),
        "is_back": is_back,
        "company": profile,
        "rules": quote_settings(),
        "language": translation.get_language(),
    }
