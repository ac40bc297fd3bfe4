"""The figures of quotes, for programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from rest_framework import serializers

from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import BadValue, Kind
from core.api.parameters import Parameter
from core.api.problems import Fault, bad_request
from core.api.shapes import plain_amount
from core.company.queries import company
from core.keys.scopes import Scope
from crm.quotes import clock
from crm.quotes.api import quotes_of
from crm.quotes.figures.periods import LONGEST, YEARS, BadPeriod, Period
from crm.quotes.figures.queries import OUTCOMES, Counts, Group, Money, Times, figures

Plain = serializers.Serializer[Any]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadValue("a day such as 2026-03-05") from None


DAY = Kind(_day, ("eq",), {"type": "string", "format": "date"})
USUAL_DAYS = 30


class QuoteCountsSchema(Plain):
    sent = serializers.IntegerField(
        help_text="Quotes of which a version was sent; the others below add up to it."
    )
    waiting = serializers.IntegerField(help_text="Not answered, and the last day is not over.")
    accepted = serializers.IntegerField()
    declined = serializers.IntegerField()
    expired = serializers.IntegerField()
    withdrawn = serializers.IntegerField()
    draft = serializers.IntegerField(help_text="Being written anew after a no or a withdrawal.")
    acceptance_percent = serializers.FloatField(
        allow_null=True, help_text="Accepted of those accepted, declined or expired; null before any was."
    )


class QuoteTimesSchema(Plain):
    quotes = serializers.IntegerField(help_text="Of so many it is known when the customer asked.")
    median_seconds = serializers.IntegerField(allow_null=True)
    average_seconds = serializers.IntegerField(allow_null=True)
    p90_seconds = serializers.IntegerField(allow_null=True)


class QuoteSellerSchema(QuoteCountsSchema):
    owner = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    request_to_quote = QuoteTimesSchema()


class QuoteProductSchema(QuoteCountsSchema):
    product = serializers.UUIDField()
    name = serializers.CharField()


class QuoteDiscountSchema(QuoteCountsSchema):
    band = serializers.CharField(
        help_text='Percent off the list prices: "0", "0-5", "5-10", "10-20", "20-100".'
    )


class QuoteCurrencySchema(QuoteCountsSchema):
    currency = serializers.CharField(help_text="ISO 4217 code; nothing is converted.")
    offered = serializers.CharField()
    accepted_amount = serializers.CharField(help_text="What customers chose.")
    waiting_amount = serializers.CharField()


class QuoteReasonSchema(Plain):
    reason = serializers.CharField(help_text="price, timing, competitor, scope or other.")
    quotes = serializers.IntegerField()


class QuotePeriodSchema(QuoteCountsSchema):
    first = serializers.DateField()
    last = serializers.DateField()


class QuotesWaitingSchema(Plain):
    currency = serializers.CharField()
    quotes = serializers.IntegerField()
    total = serializers.CharField()


class QuoteFiguresSchema(Plain):
    first = serializers.DateField()
    last = serializers.DateField()
    totals = QuoteCountsSchema()
    request_to_quote = QuoteTimesSchema()
    sellers = QuoteSellerSchema(many=True)
    products = QuoteProductSchema(many=True, help_text="Those that stand in most quotes, 30 at most.")
    discounts = QuoteDiscountSchema(many=True)
    currencies = QuoteCurrencySchema(many=True)
    reasons = QuoteReasonSchema(many=True, help_text="Why quotes were declined, the most frequent first.")
    steps = QuotePeriodSchema(
        many=True, help_text="By days up to a month, by weeks up to half a year, else by months."
    )
    waiting_now = QuotesWaitingSchema(
        many=True, help_text="All that wait for an answer today, whenever they were sent."
    )


class Figures(Endpoint):
    tag = "Quotes"

    @operation(
        Scope.LEADS_READ,
        "Figures of quotes",
        about="What became of the quotes that were first sent on these days of the company's zone: 30 days up to today, "
        f"or what `from` and `to` say, {LONGEST} days at most.",
        out=QuoteFiguresSchema,
        parameters=(
            Parameter("from", DAY, "The first day."),
            Parameter("to", DAY, "The last day, inclusive."),
        ),
    )
    def get(self, call: Call) -> Any:
        found = figures(quotes_of(call.key), _period(call), now=call.now)
        return {
            **_days(found.period),
            "totals": _counts(found.counts),
            "request_to_quote": _times(found.times),
            "sellers": [
                {"owner": each.key or None, **_named(each), "request_to_quote": _times(each.times)}
                for each in found.sellers
            ],
            "products": [{"product": each.key, **_named(each)} for each in found.products],
            "discounts": [{"band": each.key, **_counts(each.counts)} for each in found.bands],
            "currencies": [_money(each) for each in found.money],
            "reasons": [{"reason": each.key, "quotes": each.quotes} for each in found.reasons],
            "steps": [{**_days(step), **_counts(counts)} for step, counts in found.steps],
            "waiting_now": [
                {"currency": each.currency, "quotes": each.quotes, "total": plain_amount(each.total)}
                for each in found.waiting
            ],
        }


def _period(call: Call) -> Period:
    last = call.asked.get("to") or clock.today_in(company().timezone, call.now)
    try:
        return Period(call.asked.get("from") or last - timedelta(days=USUAL_DAYS - 1), last)
    except (BadPeriod, OverflowError):
        message = (
            f"`from` comes before `to`, at most {LONGEST} days apart, in the years {YEARS[0]} to {YEARS[-1]}."
        )
        raise bad_request([Fault("?from", "bad_value", message)]) from None


def _days(period: Period) -> dict[str, str]:
    return {"first": period.first.isoformat(), "last": period.last.isoformat()}


def _counts(counts: Counts) -> dict[str, Any]:
    rate = counts.rate
    named = {("waiting" if outcome == "sent" else outcome): counts.of(outcome) for outcome in OUTCOMES}
    return {"sent": counts.sent, **named, "acceptance_percent": None if rate is None else float(rate)}


def _named(group: Group) -> Mapping[str, Any]:
    return {"name": group.label, **_counts(group.counts)}


def _times(times: Times) -> dict[str, int | None]:
    def seconds(length: timedelta | None) -> int | None:
        return None if length is None else round(length.total_seconds())

    return {
        "quotes": times.quotes,
        "median_seconds": seconds(times.median),
        "average_seconds": seconds(times.average),
        "p90_seconds": seconds(times.p90),
    }


def _money(found: Money) -> dict[str, Any]:
    return {
        "currency": found.currency,
        **_counts(found.counts),
        "offered": plain_amount(found.offered),
        "accepted_amount": plain_amount(found.accepted),
        "waiting_amount": plain_amount(found.waiting),
    }
