"""Values of the history in plain words, in the language and zone that are active. No database here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Field
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.history.registry import Row, Shown, Split
from core.languages import Language
from core.text.amounts import money, number

LONGEST = 300


def plain(value: Any) -> str:
    """Any value without knowledge of its field; what is nested is told by its parts, never as JSON."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return pgettext("answer", "yes") if value else pgettext("answer", "no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "j M Y, H:i")
    if isinstance(value, date):
        return date_format(value, "j M Y")
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, Decimal | int | float):
        return number(Decimal(str(value)))
    if isinstance(value, Mapping):
        return "; ".join(
            f"{str(key).replace('_', ' ')}: {told}" for key, each in value.items() if (told := plain(each))
        )
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(told for each in value if (told := plain(each)))
    return str(value)


def shown(field: Field[Any, Any], value: Any) -> str:
    """A value of a field that is no foreign key."""
    if value is None or value == "":
        return ""
    base = getattr(field, "base_field", None)
    if base is not None and isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(shown(base, each) for each in value)
    choices = dict(field.flatchoices) if field.choices else {}
    if isinstance(value, str | int) and value in choices:
        return str(choices[value])
    return short(plain(value))


def short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def percent(value: Any, _row: Row) -> str:
    return "" if value is None else f"{plain(value)} %"


def days(value: Any, _row: Row) -> str:
    return "" if value is None else _("%(number)s days") % {"number": plain(value)}


def minutes(value: Any, _row: Row) -> str:
    return "" if value is None else _("%(number)s min") % {"number": plain(value)}


def points(value: Any, _row: Row) -> str:
    return "" if value is None else f"{value:+d}"


def weekday(value: Any, _row: Row | None = None) -> str:
    return str(WEEKDAYS[value]) if isinstance(value, int) and value in WEEKDAYS else ""


def amount(currency: str = "currency") -> Shown:
    """Money whose currency stands in the column `currency`."""

    def show(value: Any, row: Row) -> str:
        return "" if value is None else money(Decimal(value), str(row.get(currency) or ""))

    return show


def weekdays(value: Any, _row: Row) -> str:
    return ", ".join(weekday(day) for day in value or ())


def secret(value: Any, _row: Row) -> str:
    """That there is one, never what it is."""
    return "•••" if value else ""


def period(row: Row) -> str:
    """ "Monday 09:00–18:00" of a row with weekday, start and end."""
    return f"{weekday(row['weekday'])} {plain(row['start'])}–{plain(row['end'])}"


def exception(row: Row) -> str:
    """ "2 Mar 2026, Spring day: closed" of a row with date, name, start and end."""
    day = ", ".join(filter(None, [plain(row["date"]), str(row.get("name") or "")]))
    hours = f"{plain(row['start'])}–{plain(row['end'])}" if row.get("start") else _("closed")
    return f"{day}: {hours}"


def by_language(before: Any, after: Any) -> Iterable[tuple[str, str, str]]:
    """A text in several languages: each that differs, by the name of its language."""
    old, new = before or {}, after or {}
    for language in Language:
        was, now = str(old.get(language.value) or ""), str(new.get(language.value) or "")
        if was != now:
            yield str(language.label), short(was), short(now)


def by_key(name: Shown | None = None) -> Split:
    """A mapping: each entry that differs, under its key or under `name(key, {})`."""

    def split(before: Any, after: Any) -> Iterable[tuple[str, str, str]]:
        old, new = _mapping(before), _mapping(after)
        for key in dict.fromkeys([*old, *new]):
            if old.get(key) != new.get(key):
                label = name(key, {}) if name else str(key).replace("_", " ")
                yield label, short(plain(old.get(key))), short(plain(new.get(key)))

    return split


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def members(told: Shown, key: str = "key") -> Split:
    """A list of things that each have a `key`: what came, went or became another."""

    def split(before: Any, after: Any) -> Iterable[tuple[str, str, str]]:
        old = {str(each[key]): each for each in before or ()}
        new = {str(each[key]): each for each in after or ()}
        for name in dict.fromkeys([*old, *new]):
            was, now = old.get(name), new.get(name)
            if was != now:
                yield "", told(was, {}) if was else "", told(now, {}) if now else ""

    return split
