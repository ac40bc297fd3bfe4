"""The provider's address with places that are filled in for each payment. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import quote

from django.utils.translation import gettext as _

from crm.pricing import unit_of

PLACES = ("amount", "currency", "reference", "purpose", "return_url")
NEEDED = "reference"
LONGEST = 1000
_PLACE = re.compile(r"\{([^{}]*)\}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?", re.IGNORECASE)


def fault_of(template: str) -> str:
    """Why nobody could pay there, "" where it can be used."""
    if not template.startswith("https://"):
        return _("The address must begin with https://.")
    if len(template) > LONGEST:
        return _("The address is longer than %(most)d characters.") % {"most": LONGEST}
    if any(sign.isspace() or not sign.isprintable() or sign in '"<>\\`' for sign in template):
        return _("There is a blank or a sign in the address that no address has.")
    names = _PLACE.findall(template)
    if set("{}") & set(_PLACE.sub("", template)):
        return _("A bracket { or } stands alone. A place looks like this: {amount}.")
    if unknown := [name for name in names if name not in PLACES]:
        words = {"name": unknown[0], "known": ", ".join(f"{{{each}}}" for each in PLACES)}
        return _("Nobody knows what {%(name)s} is. Places are: %(known)s.") % words
    host = re.split(r"[/?#]", template.removeprefix("https://"), maxsplit=1)[0]
    if _HOST.fullmatch(host) is None:
        return _("The name of the server must stand there as it is: https://pay.example.com/…")
    if NEEDED not in names:
        return _("Put {reference} somewhere: by it the provider tells which payment it was.")
    return ""


def filled(template: str, values: Mapping[str, str]) -> str:
    """The address with each place percent-encoded. Raises KeyError for a place without a value."""
    return _PLACE.sub(lambda found: quote(values[found[1]], safe=""), template)


def plain_amount(amount: Decimal, currency: str) -> str:
    """ "50000" or "12.50": with the decimals of the currency, a point and no groups; as programs read it."""
    return f"{amount.quantize(unit_of(currency)):f}"


def filled_for(
    template: str, *, amount: Decimal, currency: str, reference: str, purpose: str, return_url: str
) -> str:
    values = {
        "amount": plain_amount(amount, currency),
        "currency": currency,
        "reference": reference,
        "purpose": purpose,
        "return_url": return_url,
    }
    return filled(template, values)
