"""Days as people write them in the language that is active."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date
from django.utils.translation import get_language


def long_date(day: date) -> str:
    """ "5 March 2026", "5 марта 2026 г."."""
    language = (get_language() or "en")[:2]
    return format_date(day, format="long", locale="en_GB" if language == "en" else language)
