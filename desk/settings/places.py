"""Countries, currencies and time zones to choose from, named in the reader's language."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import list_currencies
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.calendars.zones import Groups, zone_groups

NEAR_CURRENCIES = ("AMD", "AZN", "EUR", "GEL", "RUB", "USD")
NEAR_COUNTRIES = ("AM", "AZ", "GE", "RU")


def currencies() -> Groups:
    """Those of the region first, then all that are in use."""
    return _currencies(_locale_name())


def countries(codes: tuple[str, ...] = ()) -> Groups:
    """Of these codes, or all."""
    return _countries(_locale_name(), codes)


def zones() -> Groups:
    """IANA names under their continents."""
    return zone_groups()


def _locale_name() -> str:
    return (get_language() or "en")[:2]


def _locale(name: str) -> Locale:
    try:
        return Locale(name)
    except UnknownLocaleError:
        return Locale("en")


@lru_cache(maxsize=8)
def _currencies(name: str) -> Groups:
    locale = _locale(name)
    known = set(list_currencies("en")) & set(locale.currencies)
    labels = {
        code: f"{code} · {locale.currencies[code]}" for code in known if "(" not in locale.currencies[code]
    }
    near = [(code, labels.get(code, code)) for code in NEAR_CURRENCIES]
    rest = sorted((code, label) for code, label in labels.items() if code not in NEAR_CURRENCIES)
    return [(_("In the region"), near), (_("All others"), rest)]


@lru_cache(maxsize=16)
def _countries(name: str, codes: tuple[str, ...]) -> Groups:
    names = {str(code): str(label) for code, label in _locale(name).territories.items()}
    wanted = [code for code in codes or names if len(code) == 2 and code.isalpha() and code in names]
    labels = sorted(((code, names[code]) for code in wanted), key=lambda pair: pair[1])
    near = [pair for pair in labels if pair[0] in NEAR_COUNTRIES]
    rest = [
        pair for pair in labels if pair[0] not in (*NEAR_COUNTRIES, "ZZ", "EU", "EZ", "UN", "XA", "XB", "QO")
    ]
    return [(_("In the region"), near), (_("All others"), rest)]
