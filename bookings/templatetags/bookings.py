"""Template tags of the pages for customers."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.template.context import Context

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
    """The date in the zone that `at` stands in; the date filter alone would turn it to another zone."""
    return at.date()
