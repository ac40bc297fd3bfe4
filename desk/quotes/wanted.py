"""What the list of quotes is filtered by: read from the address, and told in chips that can be taken away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.catalogue.models import Product
from crm.quotes.bands import BANDS
from crm.quotes.enums import DeclineReason
from crm.quotes.figures.periods import YEARS
from desk import formats
from desk.quotes.queries import NOBODY, STATES, Wanted

DAYS = ("sent_from", "sent_to")


def wanted_of(given: Mapping[str, str]) -> Wanted:
    """An unknown state is none. Raises BadRequest for what cannot be: a filter that is not understood must not widen."""

    def text(name: str) -> str:
        return given.get(name, "").strip()[:100]

    state, owner = text("state"), text("owner")
    return Wanted(
        state=state if state in STATES else "",
        owner=owner if owner == NOBODY else _id("owner", owner),
        product=_id("product", text("product")),
        discount=_one_of("discount", text("discount"), BANDS),
        currency=_currency(text("currency")),
        reason=_one_of("reason", text("reason"), DeclineReason.values),
        sent_from=_day_of_ours("sent_from", text("sent_from")),
        sent_to=_day_of_ours("sent_to", text("sent_to")),
    )


def day_of(name: str, text: str) -> date | None:
    """Raises BadRequest."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadRequest(f"{name} must be a day such as 2026-03-05") from None


def _day_of_ours(name: str, text: str) -> date | None:
    day = day_of(name, text)
    if day is not None and day.year not in YEARS:
        raise BadRequest(f"{name} must be a day of the years {YEARS[0]} to {YEARS[-1]}")
    return day


def _id(name: str, text: str) -> str:
    try:
        return str(UUID(text)) if text else ""
    except ValueError:
        raise BadRequest(f"{name} must be a public id") from None


def _one_of(name: str, text: str, known: object) -> str:
    if text and text not in known:  # type: ignore[operator]
        raise BadRequest(f"{name} is unknown")
    return text


def _currency(text: str) -> str:
    if text and not (len(text) == 3 and text.isascii() and text.isalpha()):
        raise BadRequest("currency must have three letters")
    return text.upper()


@dataclass(frozen=True, slots=True)
class Part:
    """A filter in words; `given`: what stands for it in a form; `without`: the query of the address that has it no more."""

    words: str
    given: list[tuple[str, str]]
    without: str


def parts_of(wanted: Wanted, query: QueryDict) -> list[Part]:
    """The filters that have no control of their own on the page."""
    found = [
        (_sent(wanted), DAYS),
        (_("Product: %(name)s") % {"name": _product(wanted.product)} if wanted.product else "", ("product",)),
        (
            _("Discount: %(band)s") % {"band": BANDS[wanted.discount].label} if wanted.discount else "",
            ("discount",),
        ),
        (_("Currency: %(code)s") % {"code": wanted.currency} if wanted.currency else "", ("currency",)),
        (
            _("Reason: %(reason)s") % {"reason": DeclineReason(wanted.reason).label} if wanted.reason else "",
            ("reason",),
        ),
    ]
    return [_part(words, names, wanted, query) for words, names in found if words]


def _part(words: str, names: tuple[str, ...], wanted: Wanted, query: QueryDict) -> Part:
    rest = query.copy()
    for name in (*names, "after"):
        rest.pop(name, None)
    given = [(name, str(getattr(wanted, name))) for name in names if getattr(wanted, name)]
    return Part(words, given, rest.urlencode())


def _sent(wanted: Wanted) -> str:
    first, last = wanted.sent_from, wanted.sent_to
    if first and last:
        span = {"first": formats.day(first), "last": formats.day(last)}
        return _("First sent %(first)s to %(last)s") % span
    if first:
        return _("First sent from %(first)s") % {"first": formats.day(first)}
    return _("First sent up to %(last)s") % {"last": formats.day(last)} if last else ""


def _product(public_id: str) -> str:
    name = Product.objects.filter(public_id=public_id).values_list("name", flat=True).first()
    return name or _("not there any more")
