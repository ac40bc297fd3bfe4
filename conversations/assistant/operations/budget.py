"""A month's budget, counted by single statements: two workers never spend the same rest."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import F, QuerySet

from conversations.assistant.models import AssistantMonth, AssistantSettings

MILLION = Decimal(1_000_000)


def cost_of(settings: AssistantSettings, *, tokens_in: int, tokens_out: int) -> Decimal:
    """In the settings' currency, to a millionth."""
    cost = (settings.price_in * tokens_in + settings.price_out * tokens_out) / MILLION
    return cost.quantize(Decimal("0.000001"))


def reserve(settings: AssistantSettings, *, month: date, tokens: int, cost: Decimal) -> bool:
    """Set aside what a call may take at most; False where the month has not so much left."""
    AssistantMonth.objects.get_or_create(month=month)
    rows: QuerySet[AssistantMonth] = AssistantMonth.objects.filter(month=month)
    if settings.monthly_tokens is not None:
        rows = rows.filter(tokens__lte=settings.monthly_tokens - tokens)
    if settings.monthly_money is not None:
        rows = rows.filter(cost__lte=settings.monthly_money - cost)
    return bool(rows.update(calls=F("calls") + 1, tokens=F("tokens") + tokens, cost=F("cost") + cost))


def settle(*, month: date, tokens: int, cost: Decimal) -> None:
    """Add the difference between what was taken and what had been set aside."""
    AssistantMonth.objects.filter(month=month).update(tokens=F("tokens") + tokens, cost=F("cost") + cost)
