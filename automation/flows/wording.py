"""Customer-facing texts: choosing the language, filling variables, saying spans and moments of time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from core.languages import Language

Texts = Mapping[str, str]

LANGUAGES: tuple[str, ...] = tuple(Language.values)
FALLBACK = Language.ENGLISH.value
MAX_VALUE = 80

_VARIABLE = re.compile(r"\{(\w+)(?:\|([^{}]*))?\}")
_PART = re.compile(r"\[([^\[\]]*)\]|" + _VARIABLE.pattern)


def choose(texts: Texts, language: str) -> str:
    """Return the text in `language`, else in English, else in any; empty when there is none."""
    return texts.get(language) or texts.get(FALLBACK) or next((text for text in texts.values() if text), "")


def fill(template: str, values: Mapping[str, str]) -> str:
    """Fill `{name}` and `{name|fallback}`; leave out `[a part]` in which a variable stays empty.

    One pass: braces inside a value (a customer's name) are never read as variables.
    """

    def replace(match: re.Match[str]) -> str:
        if match.group(1) is None:
            return _value(match.group(2), match.group(3), values)
        part = match.group(1)
        found = _VARIABLE.findall(part)
        if not found:
            return match.group(0)
        if any(not _value(name, fallback, values) for name, fallback in found):
            return ""
        return _VARIABLE.sub(lambda each: _value(each.group(1), each.group(2), values), part)

    return _PART.sub(replace, template).strip()


def variables(template: str) -> set[str]:
    """Return the names of the variables in the text."""
    return {name for name, _fallback in _VARIABLE.findall(template)}


def _value(name: str, fallback: str | None, values: Mapping[str, str]) -> str:
    return " ".join(values.get(name, "").split())[:MAX_VALUE] or (fallback or "")


def duration(minutes: int, language: str) -> str:
    """Return a span as it stands after "within about": Russian and Armenian in the genitive ("5 минут", "5
    րոպեի").
    """
    hours = minutes >= 60
    count = max(1, round(minutes / 60) if hours else minutes)
    one = count == 1
    russian_one = count % 10 == 1 and count % 100 != 11
    units = {
        "en": ("hour" if one else "hours") if hours else ("minute" if one else "minutes"),
        "ru": ("часа" if russian_one else "часов") if hours else ("минуты" if russian_one else "минут"),
        "hy": "ժամի" if hours else "րոպեի",
        "az": "saat" if hours else "dəqiqə",
    }
    return f"{count} {units.get(language, units[FALLBACK])}"


_TODAY = {"en": "today", "ru": "сегодня", "hy": "այսօր", "az": "bu gün"}
_TOMORROW = {"en": "tomorrow", "ru": "завтра", "hy": "վաղը", "az": "sabah"}
_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "ru": ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"),
    "hy": ("երկուշաբթի", "երեքշաբթի", "չորեքշաբթի", "հինգշաբթի", "ուրբաթ", "շաբաթ", "կիրակի"),
    "az": ("bazar ertəsi", "çərşənbə axşamı", "çərşənbə", "cümə axşamı", "cümə", "şənbə", "bazar"),
}


def opening(moment: datetime, now: datetime, language: str) -> str:
    """Return a coming moment as people say it ("tomorrow, 10:00"), both in the zone of `moment`; a date after
    a week.
    """
    days = (moment.date() - now.astimezone(moment.tzinfo).date()).days
    if days <= 0:
        day = choose(_TODAY, language)
    elif days == 1:
        day = choose(_TOMORROW, language)
    elif days < 7:
        day = _WEEKDAYS.get(language, _WEEKDAYS[FALLBACK])[moment.weekday()]
    else:
        day = f"{moment:%d.%m.%Y}"
    return f"{day}, {moment:%H:%M}"
