"""A service as customers read it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import ngettext

from bookings.services.models import MeetingFormat, Service
from bookings.services.queries import in_words, title_of
from core.text.amounts import money


def span(minutes: int) -> str:
    """Minutes in the largest unit that fits: "30 minutes", "2 hours", "1 day"."""
    if minutes and minutes % 1440 == 0:
        return ngettext("%(count)d day", "%(count)d days", minutes // 1440) % {"count": minutes // 1440}
    if minutes and minutes % 60 == 0:
        return ngettext("%(count)d hour", "%(count)d hours", minutes // 60) % {"count": minutes // 60}
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


@dataclass(frozen=True, slots=True)
class Card:
    """`place` is the address, or words beside the link or the call; `price` is empty where none is told."""

    title: str
    description: str
    prepare: str
    format: str
    place: str
    length: str
    price: str


def card_of(service: Service, language: str) -> Card:
    """In the language, which is the active one for the words that are not the admin's own."""
    return Card(
        title_of(service, language),
        in_words(service.description, language),
        in_words(service.prepare, language),
        str(MeetingFormat(service.format).label),
        in_words(service.where, language),
        span(service.duration),
        money(service.price, service.currency) if service.price is not None else "",
    )
