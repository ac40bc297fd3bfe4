"""What became of the quotes that were first sent in a period. Seven statements, whatever the number of quotes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Count, DateField, F, Q, QuerySet, Sum, TextField, Value, When
from django.db.models.functions import Cast, Extract, Trunc
from django.utils.translation import gettext as _

from core.access.models import User
from core.company.queries import company
from crm.catalogue.models import Product
from crm.quotes import clock
from crm.quotes.bands import BANDS
from crm.quotes.enums import EXPIRED, DeclineReason, QuoteState
from crm.quotes.figures.periods import Period
from crm.quotes.models import QuoteAcceptance
from crm.quotes.queries import QuoteQuerySet

OUTCOMES = ("sent", "accepted", "declined", EXPIRED, "withdrawn", "draft")
"""What a quote is now that was sent once: waiting for an answer, decided, or being written anew ("draft")."""
MOST_PRODUCTS = 30
ROUGH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Counts:
    """`by_outcome` sums up to `sent`, the number of quotes."""

    by_outcome: Mapping[str, int] = field(default_factory=dict)

    def of(self, outcome: str) -> int:
        return self.by_outcome.get(outcome, 0)

    @property
    def sent(self) -> int:
        return sum(self.by_outcome.values())

    @property
    def rate(self) -> Decimal | None:
        """Percent accepted of those that were accepted, declined or ran out; None before any was."""
        decided = self.of("accepted") + self.of("declined") + self.of(EXPIRED)
        return (Decimal(100) * self.of("accepted") / decided).quantize(ROUGH) if decided else None


@dataclass(frozen=True, slots=True)
class Times:
    """From the customer's request to the first version sent, of the quotes of which the request is known."""

    quotes: int = 0
    median: timedelta | None = None
    average: timedelta | None = None
    p90: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """`key` finds its quotes in the list: a public id, a band, a currency; empty for quotes that nobody owns."""

    key: str
    label: str
    counts: Counts
    times: Times = Times()


@dataclass(frozen=True, slots=True)
class Money:
    """Of one currency: nothing is converted. `accepted` is what the customers chose; `waiting` was not answered yet."""

    currency: str
    counts: Counts
    offered: Decimal
    accepted: Decimal
    waiting: Decimal


@dataclass(frozen=True, slots=True)
class Reason:
    key: str
    label: str
    quotes: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """All quotes that wait for an answer today, whenever they were sent."""

    currency: str
    quotes: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class Figures:
    period: Period
    counts: Counts
    times: Times
    sellers: Sequence[Group]
    products: Sequence[Group]
    bands: Sequence[Group]
    money: Sequence[Money]
    reasons: Sequence[Reason]
    steps: Sequence[tuple[Period, Counts]]
    waiting: Sequence[Waiting]


def figures(rows: QuoteQuerySet, period: Period, *, now: datetime) -> Figures:
    """Of these quotes, as of now."""
    zone = company().timezone
    sent = _told(rows.first_sent(period.first, period.last), period, zone, now)
    grouped = _grouped(sent)
    times = _times(sent)
    people = {
        each.pk: each for each in User.objects.filter(pk__in=[key for key in grouped["owner_id"] if key])
    }
    return Figures(
        period=period,
        counts=_counts(grouped[""].get(None, [])),
        times=times.get(None, Times()),
        sellers=_most_first(
            Group(
                str(people[key].public_id) if key in people else "",
                str(people.get(key) or _("Nobody")),
                _counts(found),
                times.get(key or 0, Times()),
            )
            for key, found in grouped["owner_id"].items()
        ),
        products=_products(sent),
        bands=[
            Group(key, band.label, _counts(grouped["band"][key]))
            for key, band in BANDS.items()
            if key in grouped["band"]
        ],
        money=_money(grouped["currency"], sent),
        reasons=_reasons(grouped["reason"]),
        steps=[(each, _counts(grouped["begins"].get(_begins(each, period), []))) for each in period.steps()],
        waiting=_waiting(rows, now),
    )


def _told(rows: QuoteQuerySet, period: Period, zone: str, now: datetime) -> QuerySet[Any, Any]:
    """Each with its outcome, band, day of its step and seconds from the request; to be grouped."""
    over = Q(state=QuoteState.SENT, valid_until__lt=clock.today_in(zone, now))
    bands = [When(off__lte=band.upto, then=Value(key)) for key, band in BANDS.items()]
    told: QuerySet[Any, Any] = (
        rows.order_by()
        .annotate(
            outcome=Case(
                When(over, then=Value(EXPIRED)), default=Cast("state", TextField()), output_field=TextField()
            ),
            band=Case(*bands, output_field=TextField()),
            reason=F("decline_reason"),
            begins=Cast(Trunc("first_sent_at", period.step, tzinfo=ZoneInfo(zone)), DateField()),
            seconds=Extract(F("first_sent_at") - F("requested_at"), "epoch"),
        )
        .values(
            "id",
            "owner_id",
            "state",
            "sent_at",
            "currency",
            "total",
            "outcome",
            "band",
            "reason",
            "begins",
            "seconds",
        )
    )
    return told


@dataclass(frozen=True, slots=True)
class _Found:
    outcome: str
    quotes: int
    total: Decimal


_KEYS = ("owner_id", "band", "currency", "reason", "begins")
_GROUPED = """
    SELECT GROUPING({keys}), {keys}, outcome, count(*), sum(total) FROM ({rows}) AS quote
    GROUP BY GROUPING SETS ((outcome), {sets})
"""
_TIMES = """
    SELECT coalesce(owner_id, 0), GROUPING(owner_id), count(*), avg(seconds),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds), percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds)
    FROM ({rows}) AS quote WHERE seconds >= 0 GROUP BY GROUPING SETS ((), (owner_id))
"""
_PRODUCTS = """
    WITH sold AS (
        SELECT DISTINCT quote.id, quote.outcome, line.product_id FROM ({rows}) AS quote
        JOIN crm_quoteversion AS version ON version.quote_id = quote.id AND version.state = quote.state
            AND (version.sent_at = quote.sent_at OR version.sent_at IS NULL)
        JOIN crm_quoteline AS line ON line.version_id = version.id AND line.chosen AND line.product_id IS NOT NULL
    ), most AS (
        SELECT product_id FROM sold GROUP BY product_id ORDER BY count(*) DESC, product_id LIMIT %s
    )
    SELECT product_id, outcome, count(*) FROM sold JOIN most USING (product_id) GROUP BY product_id, outcome
"""
"""Only the version that the head shows: in force, else the newest."""

_Grouped = dict[str, dict[Any, list[_Found]]]


def _run(statement: str, rows: QuerySet[Any, Any], *more: Any, **names: str) -> list[tuple[Any, ...]]:
    """The grouping that expressions cannot say, around what the query set selects."""
    try:
        inner, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement.format(rows=inner, **names), [*params, *more])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _grouped(rows: QuerySet[Any, Any]) -> _Grouped:
    """By each key alone and by none (""), in one scan."""
    sets = ", ".join(f"({key}, outcome)" for key in _KEYS)
    found: _Grouped = {key: {} for key in ("", *_KEYS)}
    for mask, *values, outcome, quotes, total in _run(_GROUPED, rows, keys=", ".join(_KEYS), sets=sets):
        # A bit for each key that is not grouped by, the first key's the highest.
        place = next((at for at in range(len(_KEYS)) if not mask >> (len(_KEYS) - 1 - at) & 1), None)
        name, key = ("", None) if place is None else (_KEYS[place], values[place])
        found[name].setdefault(key, []).append(_Found(outcome, quotes, total))
    return found


def _counts(found: Iterable[_Found]) -> Counts:
    return Counts({each.outcome: each.quotes for each in found})


def _times(rows: QuerySet[Any, Any]) -> dict[int | None, Times]:
    """By owner, 0 for quotes of nobody; None for all."""
    found: dict[int | None, Times] = {}
    for owner, of_all, quotes, average, median, p90 in _run(_TIMES, rows):
        if quotes:
            found[None if of_all else owner] = Times(
                quotes, _seconds(median), _seconds(average), _seconds(p90)
            )
    return found


def _seconds(number: float | Decimal) -> timedelta:
    return timedelta(seconds=round(float(number)))


def _most_first(groups: Iterable[Group]) -> list[Group]:
    return sorted(groups, key=lambda each: (-each.counts.sent, each.label))


def _products(rows: QuerySet[Any, Any]) -> list[Group]:
    """Those that stand in most quotes; a quote counts once, however often the product is in it."""
    found: dict[int, dict[str, int]] = {}
    for product, outcome, quotes in _run(_PRODUCTS, rows, MOST_PRODUCTS):
        found.setdefault(product, {})[outcome] = quotes
    names: dict[int, tuple[UUID, str]] = {
        pk: (public_id, name)
        for pk, public_id, name in Product.objects.filter(pk__in=found).values_list("pk", "public_id", "name")
    }
    return _most_first(
        Group(str(names[pk][0]), names[pk][1], Counts(counts)) for pk, counts in found.items() if pk in names
    )


def _money(grouped: Mapping[Any, list[_Found]], rows: QuerySet[Any, Any]) -> list[Money]:
    accepted = QuoteAcceptance.objects.filter(version__quote__in=rows.values("id"))
    chosen = dict(accepted.values_list("version__currency").annotate(total=Sum("total")).order_by())
    return [
        Money(
            currency,
            _counts(found),
            offered=sum((each.total for each in found), Decimal(0)),
            accepted=chosen.get(currency, Decimal(0)),
            waiting=sum((each.total for each in found if each.outcome == QuoteState.SENT), Decimal(0)),
        )
        for currency, found in sorted(grouped.items(), key=lambda each: -sum(x.quotes for x in each[1]))
    ]


def _reasons(grouped: Mapping[Any, list[_Found]]) -> list[Reason]:
    declined = {
        key: sum(each.quotes for each in found if each.outcome == QuoteState.DECLINED)
        for key, found in grouped.items()
    }
    found = [Reason(each.value, str(each.label), declined.get(each.value, 0)) for each in DeclineReason]
    return sorted((each for each in found if each.quotes), key=lambda each: -each.quotes)


def _begins(step: Period, period: Period) -> date:
    """The day by which the database names the step: its first, also where the period cuts it off."""
    if period.step == "week":
        return step.first - timedelta(days=step.first.weekday())
    return step.first.replace(day=1) if period.step == "month" else step.first


def _waiting(rows: QuoteQuerySet, now: datetime) -> list[Waiting]:
    found = rows.open(now).order_by().values("currency")
    counted = found.annotate(quotes=Count("pk"), sum=Sum("total")).order_by("-quotes", "currency")
    return [Waiting(each["currency"], each["quotes"], each["sum"]) for each in counted]
