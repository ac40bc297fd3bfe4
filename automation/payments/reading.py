"""The reader of a `request_payment` step."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from automation.flows.source import Path
from automation.payments.values import ORDER, QUOTE, PaymentStep
from crm.payments.amounts import fault_of

KEYS = ("percent", "purpose", "text", "days", "next", "otherwise")
_FIXED = re.compile(r"([0-9]{1,19}(?:\.[0-9]{1,4})?) ([A-Z]{3})")


def read_payment(
    draft: Any, step_id: str, data: dict[str, Any], path: Path, following: str | None
) -> PaymentStep:
    """`draft` is what the readers of `automation.flows.steps` get."""
    check, value, place = draft.check, data["request_payment"], (*path, "request_payment")
    of = value if value in (QUOTE, ORDER) else None
    amount, currency = (None, "") if of else _fixed(check, value, place)
    if of is None and "percent" in data:
        check.fault((*path, "percent"), _("a percentage is of a quote or an order"))
    text = draft.optional_text(data.get("text"), (*path, "text"), f"{step_id}.text")
    return PaymentStep(
        id=step_id,
        of=of,
        next=following,
        otherwise=check.name(data["otherwise"], (*path, "otherwise")) if "otherwise" in data else following,
        text=text or "phrases.payment_ask",
        purpose=draft.text(data.get("purpose"), (*path, "purpose"), f"{step_id}.purpose"),
        amount=amount,
        currency=currency,
        percent=Decimal(
            check.number(data.get("percent"), (*path, "percent"), default=100, lowest=1, highest=100)
        ),
        days=check.number(data.get("days"), (*path, "days"), default=3, lowest=1, highest=60),
    )


def _fixed(check: Any, value: Any, place: Path) -> tuple[Decimal | None, str]:
    check.expects(
        place, {"anyOf": [{"enum": [QUOTE, ORDER]}, {"type": "string", "pattern": f"^{_FIXED.pattern}$"}]}
    )
    found = _FIXED.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        check.fault(place, _("expected quote, order or an amount like “50000 AMD”"))
        return None, ""
    amount, currency = Decimal(found[1]), found[2]
    if fault := fault_of(amount, currency):
        check.fault(place, fault)
    return amount, currency
