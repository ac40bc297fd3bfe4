"""Amounts as people write them in the language that is active."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import get_language


def number(amount: Decimal) -> str:
    """Digits in groups of three, without decimals that are zero: "1,500,000" in English, "1 500 000" elsewhere.

    Django's own grouping knows no groups for Armenian.
    """
    return grouped(amount, places=0 if amount == amount.to_integral_value() else 2)


def grouped(amount: Decimal, *, places: int) -> str:
    """With exactly so many decimals: "1,500.50" in English, "1 500,50" elsewhere; the minus is a real one."""
    text = f"{amount:,.{places}f}".replace("-", "\u2212")
    if (get_language() or "en").startswith("en"):
        return text
    return text.translate({ord(","): "\u00a0", ord("."): ","})


def money(amount: Decimal, currency: str) -> str:
    return f"{number(amount)}\u00a0{currency}"
