"""Time zones as people read them: by their city, in the reader's language."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import get_timezone_location

Choices = list[tuple[str, str]]
Groups = list[tuple[str, Choices]]


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    return name in _known()


@lru_cache(maxsize=512)
def city(zone: str, language: str) -> str:
    """ "Yerevan", "Ереван": the city that the zone is named after."""
    found = str(get_timezone_location(zone, locale=language, return_city=True))
    return found.rsplit("/", 1)[-1]


def offset(zone: str, at: datetime) -> str:
    """ "UTC+4", "UTC−3:30": how far the zone's clocks are ahead of UTC at that moment."""
    delta = at.astimezone(ZoneInfo(zone)).utcoffset()
    minutes = round(delta.total_seconds() / 60) if delta is not None else 0
    hours, rest = divmod(abs(minutes), 60)
    if not minutes:
        return "UTC"
    sign = "+" if minutes > 0 else "\u2212"
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


@lru_cache(maxsize=1)
def zone_groups() -> Groups:
    """IANA names under their continents, to choose from."""
    places = sorted(
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))
    )
    named = groupby(places, key=lambda name: name.split("/")[0])
    return [(area, [(name, name.replace("_", " ")) for name in found]) for area, found in named] + [
        ("UTC", [("UTC", "UTC")])
    ]
