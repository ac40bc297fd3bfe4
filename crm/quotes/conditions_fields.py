"""What conditions may ask about a lead's quotes (spec 7.4).

"The newest" is the quote whose version in force was sent last; of a lead to whom nothing was sent its newest draft.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    DateField,
    DateTimeField,
    DecimalField,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
    Window,
)
from django.db.models import (
    Field as Column,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from core.conditions import Field, FieldType, Moment, Money, MoneyOrm, registry
from crm.quotes.enums import EXPIRED, DeclineReason, QuoteState
from crm.quotes.models import Quote
from crm.scoring.facts import KnownLead
from crm.scoring.queries import SUBJECT

STATES = [
    *((each.value, each.label) for each in QuoteState if each != QuoteState.SUPERSEDED),
    (EXPIRED, _("Expired")),
]
COLUMNS = (
    "state",
    "currency",
    "total",
    "off",
    "valid_until",
    "sent_at",
    "viewed_at",
    "closed_at",
    "decline_reason",
)
Facts = Mapping[str, Any]


def register() -> None:
    registry.register(*_fields())


def _fields() -> list[Field]:
    return [
        _field("state", FieldType.CHOICE, _("State of the newest quote"), _state, _state_sql, choices=STATES),
        _field("total", FieldType.MONEY, _("Total of the newest quote"), _total, _TOTAL),
        _field(
            "discount",
            FieldType.NUMBER,
            _("Discount of the newest quote, %"),
            lambda facts, at: facts["off"],
            _column("off", DecimalField(max_digits=6, decimal_places=3)),
        ),
        _moment("sent_at", _("Newest quote sent")),
        _field("viewed", FieldType.BOOLEAN, _("Newest quote opened by the customer"), _viewed, _viewed_sql),
        _moment("viewed_at", _("Newest quote first opened")),
        _field(
            "valid_until", FieldType.DATE, _("Quote without an answer valid until"), _valid_until, _valid_sql
        ),
        _moment("closed_at", _("Newest quote decided"), key="decided_at"),
        _field(
            "decline_reason",
            FieldType.CHOICE,
            _("Why the newest quote was declined"),
            lambda facts, at: facts["decline_reason"],
            _column("decline_reason", CharField()),
            choices=DeclineReason.choices,
        ),
        Field(
            key="quote.count",
            type=FieldType.NUMBER,
            label=_("Quotes that were sent"),
            subjects=(SUBJECT,),
            getter=lambda lead, at: _counted(lead),
            orm=_count_sql,
        ),
    ]


def _field(
    key: str, kind: FieldType, label: Any, read: Callable[[Facts, Moment], object], orm: Any, **more: Any
) -> Field:
    """`read` is asked only where there is a quote."""

    def getter(lead: Any, at: Moment) -> object:
        facts = _facts(lead)
        return None if facts is None else read(facts, at)

    return Field(
        key=f"quote.{key}", type=kind, label=label, subjects=(SUBJECT,), getter=getter, orm=orm, **more
    )


def _moment(column: str, label: Any, key: str = "") -> Field:
    return _field(
        key or column,
        FieldType.DATETIME,
        label,
        lambda facts, at: facts[column],
        _column(column, DateTimeField()),
    )


def _facts(lead: Any) -> Facts | None:
    """Of the newest quote, with `sent`: how many were sent. One query a lead that is being scored."""
    if lead.pk is None:
        return None
    if isinstance(lead, KnownLead):
        found: Facts | None = lead.once("quotes", lambda: _read(lead.pk))
        return found
    return _read(lead.pk)


def _read(lead_id: int) -> Facts | None:
    rows = _newest_first(Quote.objects.filter(lead=lead_id))
    told: Facts | None = rows.annotate(sent=Window(Count("first_sent_at"))).values(*COLUMNS, "sent").first()
    return told


def _newest_first(rows: QuerySet[Quote]) -> QuerySet[Quote]:
    return rows.order_by(F("sent_at").desc(nulls_last=True), "-id")


def _newest(value: Any, output: Column[Any, Any]) -> Subquery:
    """The value of the newest quote of each lead."""
    rows = _newest_first(Quote.objects.filter(lead=OuterRef("pk")))
    return Subquery(rows.values(asked=value)[:1], output_field=output)


def _column(name: str, output: Column[Any, Any]) -> Callable[[Moment], Combinable]:
    return lambda at: _newest(F(name), output)


def _state(facts: Facts, at: Moment) -> object:
    day = facts["valid_until"]
    is_over = facts["state"] == QuoteState.SENT and day is not None and day < at.today
    return EXPIRED if is_over else facts["state"]


def _state_sql(at: Moment) -> Combinable:
    over = When(state=QuoteState.SENT, valid_until__lt=at.today, then=Value(EXPIRED))
    return _newest(Case(over, default=Cast("state", TextField()), output_field=TextField()), TextField())


def _total(facts: Facts, at: Moment) -> object:
    return Money(facts["total"], facts["currency"])


_TOTAL = MoneyOrm(
    _column("total", DecimalField(max_digits=20, decimal_places=4)), _column("currency", CharField())
)


def _viewed(facts: Facts, at: Moment) -> object:
    """Only what was sent can be opened."""
    return None if facts["sent_at"] is None else facts["viewed_at"] is not None


def _viewed_sql(at: Moment) -> Combinable:
    nothing = When(sent_at__isnull=True, then=Value(None))
    opened = When(viewed_at__isnull=False, then=Value(value=True))
    output = BooleanField(null=True)
    return _newest(Case(nothing, opened, default=Value(value=False), output_field=output), output)


def _valid_until(facts: Facts, at: Moment) -> object:
    return facts["valid_until"] if facts["state"] == QuoteState.SENT else None


def _valid_sql(at: Moment) -> Combinable:
    waiting = When(state=QuoteState.SENT, then=F("valid_until"))
    return _newest(Case(waiting, output_field=DateField()), DateField())


def _counted(lead: Any) -> int:
    facts = _facts(lead)
    return facts["sent"] if facts else 0


def _count_sql(at: Moment) -> Combinable:
    rows = Quote.objects.filter(lead=OuterRef("pk"), first_sent_at__isnull=False).order_by()
    counted = rows.values("lead").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
