"""What amount can be asked for: more than nothing, payable in the currency, and not larger than can be kept. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from crm.pricing import LARGEST, unit_of


def fault_of(amount: Decimal, currency: str) -> str:
    """Why this cannot be asked for, "" where it can."""
    if not amount.is_finite():
        return _("Write the amount as a number, such as 50000.")
    if amount <= 0:
        return _("Ask for more than 0.")
    if amount >= LARGEST:
        return _("This amount is larger than can be written down: at most 16 digits before the point.")
    unit = unit_of(currency)
    if amount % unit:
        if unit == 1:
            return _("%(currency)s has no decimals: ask for a whole amount.") % {"currency": currency}
        places = -int(unit.as_tuple().exponent)
        return _("%(currency)s has at most %(places)d decimals.") % {"currency": currency, "places": places}
    return ""


def share_of(total: Decimal, percent: Decimal, currency: str) -> Decimal:
    """A percentage of a total, in the smallest unit of the currency, half up."""
    return (total * percent / 100).quantize(unit_of(currency), rounding=ROUND_HALF_UP)
