"""The front door of payment providers: signed messages of what became of a payment (Standard Webhooks)."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from conversations.channels.limits import allow, client_address
from conversations.deliveries.views import refusal, slow_down
from conversations.payments.following import tell_of_problem
from core.company.queries import company
from core.secrets.signing import ID, fault_of, good_secrets
from crm.payments.models import PaymentProvider
from crm.payments.operations import Told, take_message

MAX_BODY = 64 * 1024
PER_MINUTE = 600
"""Messages to one provider's address from one machine."""
_AMOUNT = re.compile(r"[0-9]{1,19}(\.[0-9]{1,6})?")


class Malformed(ValueError):
    """The body is not what docs/payments.md describes; `str()` says what is wrong."""


@csrf_exempt
@require_POST
def payment_hook(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Verify on the raw body, then take the message once. Nothing is stored of what is not signed."""
    if not allow(f"payment-hook:{public_id}:{client_address(request)}", limit=PER_MINUTE, seconds=60):
        return slow_down(60)
    provider = PaymentProvider.objects.filter(public_id=public_id).first()
    if provider is None:
        return refusal(404, "not_found", "There is no such provider.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        return refusal(413, "too_large", f"At most {MAX_BODY} bytes.")
    body, now = request.body, timezone.now()
    if fault := fault_of(good_secrets(provider.secret, now), request.headers, body):
        return refusal(403, "signature", fault)
    try:
        told = told_by(request.headers[ID], body)
    except Malformed as fault_in_body:
        return refusal(400, "malformed", str(fault_in_body))
    with transaction.atomic(), translation.override(company().language):
        message = take_message(provider=provider, told=told, now=now)
        if message.status == 409:
            tell_of_problem(message)
    if message.status == 200:
        return JsonResponse({"ok": True, "state": message.state})
    codes = {404: "not_found", 409: "conflict", 422: "state"}
    detail = _PLAIN.get(message.status, message.problem)
    return refusal(message.status, codes[message.status], detail)


_PLAIN = {409: "The payment is in another state, or another amount was asked for; people have been told."}


def told_by(message_id: str, body: bytes) -> Told:
    """Raises Malformed."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is not JSON.") from error
    if not isinstance(data, dict):
        raise Malformed("The body is a JSON object.")
    reference, state = _text(data, "reference", 40), _text(data, "state", 20)
    if not reference or not state:
        raise Malformed("reference and state are needed.")
    return Told(
        message_id=message_id,
        reference=reference,
        state=state,
        external_id=_text(data, "external_id", 120),
        amount=_amount(data.get("amount")),
        currency=_text(data, "currency", 3),
    )


def _text(data: dict[str, Any], name: str, longest: int) -> str:
    value = data.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        raise Malformed(f"{name} is a text of at most {longest} characters.")
    return value.strip()


def _amount(value: Any) -> Decimal | None:
    """A text, so that no digit is lost on the way; whole numbers are taken, too."""
    if value is None:
        return None
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _AMOUNT.fullmatch(text):
        raise Malformed('amount is a text with a point, such as "12.50".')
    return Decimal(text)
