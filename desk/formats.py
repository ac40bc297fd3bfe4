"""How values look on the screens, in the language of the reader."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext

TONES = 6
# Until when an unanswered customer is no reason to hurry, then to hurry; web chat and messengers alike (spec 6.4).
WAIT_SOON = timedelta(minutes=5)
WAIT_LATE = timedelta(minutes=15)


def initials(name: str) -> str:
    """At most two letters; a question mark for somebody without a name."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return letters.upper()


def tone(key: int | None) -> int:
    """The colour of a person's initials, the same on every screen."""
    return (key or 0) % TONES


def age(span: timedelta) -> str:
    """The short form that static/js/frame.js keeps true: "now", "3 min", "2 h", "5 d"."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return gettext("now")
    if seconds < 3600:
        return gettext("0 min").replace("0", str(seconds // 60))
    if seconds < 86400:
        return gettext("0 h").replace("0", str(seconds // 3600))
    return gettext("0 d").replace("0", str(seconds // 86400))


def waiting_class(span: timedelta) -> str:
    if span < WAIT_SOON:
        return "wait-fresh"
    return "wait-soon" if span < WAIT_LATE else "wait-late"


def money(amount: Decimal, currency: str) -> str:
    """An amount in the reader's grouping, without decimals that are zero: "1,500,000 AMD"."""
    places = 0 if amount == amount.to_integral_value() else 2
    return f"{number_format(amount, decimal_pos=places, force_grouping=True)}\u00a0{currency}"


def day_name(day: date, today: date) -> str:
    if day == today:
        return gettext("Today")
    if day == today - timedelta(days=1):
        return gettext("Yesterday")
    return date_format(day, "D, j M" if day.year == today.year else "j M Y")


def when(at: datetime, now: datetime) -> str:
    """Day and time in few words, in the reader's zone."""
    local = timezone.localtime(at)
    return f"{day_name(local.date(), timezone.localdate(now))}, {date_format(local, 'H:i')}"


def moment(at: datetime) -> str:
    """The exact time, in the reader's zone: what a relative one shows on hover."""
    local = timezone.localtime(at)
    return f"{date_format(local, 'j M Y')}, {date_format(local, 'H:i')}"
