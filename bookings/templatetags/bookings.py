"""Template tags of the pages for customers."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date
from django import template
from django.template.context import Context
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag(takes_context=True)
def step_url(context: Context, start: str = "", day: date | None = None) -> str:
    """The same page for the same visitor, one step further: another day, or a chosen time."""
    query: str = context["visit"].query(start=start, day=day.isoformat() if day else "")
    return f"{context['base']}{query}"


@register.filter
def clock(at: datetime) -> str:
    """The time of day in the zone that `at` stands in, whatever the reader's."""
    return f"{at:%H:%M}"


@register.filter
def day(at: datetime) -> date:
    """The date in the zone that `at` stands in."""
    return at.date()


@register.filter
def long_day(value: date) -> str:
    """ "Friday, 5 June", "пятница, 5 июня": a date, or the date of a moment in its own zone, in the active language."""
    return _written(value, "EEEE, d MMMM")


@register.filter
def short_day(value: date) -> str:
    return _written(value, "EEE, d MMM")


def _written(value: date, pattern: str) -> str:
    plain = value.date() if isinstance(value, datetime) else value
    return format_date(plain, pattern, locale=(get_language() or "en")[:2])
