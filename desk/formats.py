"""How values look on the screens, in the language of the reader."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.dates import MONTHS_3
from django.utils.formats import date_format
from django.utils.translation import gettext

from core.text.amounts import money, number

__all__ = [
    "TONES",
    "age",
    "day_name",
    "initials",
    "moment",
    "money",
    "number",
    "tone",
    "waiting_class",
    "when",
]

TONES = 6
# Until when an unanswered customer is no reason to hurry, then to hurry; web chat and messengers alike (spec 6.4).
WAIT_SOON = timedelta(minutes=5)
WAIT_LATE = timedelta(minutes=15)

CHANNEL_ICONS = {
    "whatsapp": "brand-whatsapp",
    "messenger": "brand-messenger",
    "instagram": "brand-instagram",
    "telegram": "brand-telegram",
    "x": "brand-x",
    "wechat": "brand-wechat",
    "viber": "phone",
    "email": "mail",
    "webchat": "message-circle",
    "api": "plug",
}


def channel_icon(kind: str) -> str:
    return CHANNEL_ICONS.get(kind, "message")


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


def minutes(seconds: int) -> str:
    """A length in whole minutes: "4 min"."""
    return gettext("0 min").replace("0", str(max(1, round(seconds / 60))))


def waiting_class(span: timedelta) -> str:
    if span < WAIT_SOON:
        return "wait-fresh"
    return "wait-soon" if span < WAIT_LATE else "wait-late"


def day_name(day: date, today: date) -> str:
    if day == today:
        return gettext("Today")
    if day == today - timedelta(days=1):
        return gettext("Yesterday")
    if day == today + timedelta(days=1):
        return gettext("Tomorrow")
    return date_format(day, "D, j M" if day.year == today.year else "j M Y")


def when(at: datetime, now: datetime) -> str:
    """The time for today, else the day, in few words and in the reader's zone."""
    local, today = timezone.localtime(at), timezone.localdate(now)
    if local.date() == today:
        return f"{local:%H:%M}"
    if local.date() == today + timedelta(days=1):
        return gettext("tomorrow %(time)s") % {"time": f"{local:%H:%M}"}
    day = _day_of_year(local)
    return day.rpartition(" ")[0] if local.year == today.year else day


def clock(at: datetime) -> str:
    return f"{timezone.localtime(at):%H:%M}"


def weekday(at: datetime) -> str:
    return date_format(timezone.localtime(at), "l")


def when_exactly(at: datetime, now: datetime) -> str:
    """Day and time in the reader's zone: "today at 21:30", "tomorrow at 09:00", else the date."""
    local, today = timezone.localtime(at), timezone.localdate(now)
    words = {"time": date_format(local, "H:i"), "day": date_format(local, "j M")}
    if local.date() == today:
        return gettext("today at %(time)s") % words
    if local.date() == today + timedelta(days=1):
        return gettext("tomorrow at %(time)s") % words
    return gettext("%(day)s at %(time)s") % words


def moment(at: datetime) -> str:
    """The exact time, in the reader's zone: what a relative one shows on hover."""
    local = timezone.localtime(at)
    return f"{_day_of_year(local)}, {local:%H:%M}"


def day(on: date) -> str:
    """With its year: "5 Mar 2026"."""
    return _day_of_year(on)


def _day_of_year(day: date) -> str:
    """As "j M Y" of Django's dates, which costs ten times as much."""
    return f"{day.day} {MONTHS_3[day.month].title()} {day.year}"
