"""Days and hours as customers read them, in their zone. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from automation.flows.wording import FALLBACK
from core.calendars.zones import city

_DAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "ru": ("пн", "вт", "ср", "чт", "пт", "сб", "вс"),
    "hy": ("երկ", "երք", "չոր", "հնգ", "ուր", "շբթ", "կիր"),
    "az": ("B.e.", "Ç.a.", "Ç.", "C.a.", "C.", "Ş.", "B."),
}
_MONTHS = {
    "en": ("Jan", "Feb", "March", "April", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"),
    "ru": ("янв", "февр", "марта", "апр", "мая", "июня", "июля", "авг", "сент", "окт", "нояб", "дек"),
    "hy": (
        *("հունվ", "փետր", "մարտ", "ապր", "մայ", "հունիս"),
        *("հուլիս", "օգոստ", "սեպտ", "հոկտ", "նոյ", "դեկ"),
    ),
    "az": ("yan", "fev", "mart", "apr", "may", "iyun", "iyul", "avq", "sent", "okt", "noy", "dek"),
}
_OF_ZONE = {
    "en": "{city} time",
    "ru": "время в городе {city}",
    "hy": "{city} քաղաքի ժամանակով",
    "az": "{city} vaxtı ilə",
}


def short(at: datetime, timezone: str, language: str) -> str:
    """For a button: "Fri 5 June, 15:00", at most 20 characters."""
    local = at.astimezone(ZoneInfo(timezone))
    language = language if language in _DAYS else FALLBACK
    day, month = _DAYS[language][local.weekday()], _MONTHS[language][local.month - 1]
    return f"{day} {local.day} {month}, {local:%H:%M}"


def zone_name(timezone: str, language: str) -> str:
    """The zone in words that stand beside a time, by its city: "Yerevan time"."""
    language = language if language in _OF_ZONE else FALLBACK
    if "/" not in timezone or timezone.startswith("Etc/"):
        return timezone
    return _OF_ZONE[language].format(city=city(timezone, language))
