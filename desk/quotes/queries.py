"""What the screens of quotes show. The list is six statements, whatever the number of quotes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from conversations.quotes.enums import MailState
from conversations.quotes.errors import CannotMail
from conversations.quotes.mailing import address_of
from conversations.quotes.models import QuoteMail
from conversations.quotes.queries import conversation_of, emails_of
from conversations.threads.models import Conversation
from conversations.threads.queries import conversations
from core.access.models import User
from core.company.queries import company
from crm.catalogue.models import Product, Tax
from crm.contacts.models import Contact
from crm.contacts.queries import contacts
from crm.pipeline.models import Lead
from crm.quotes import clock
from crm.quotes.bands import BANDS
from crm.quotes.enums import EXPIRED, QuoteState
from crm.quotes.lines import discount_given, margin
from crm.quotes.models import Quote, QuoteFile, QuoteLine, QuoteVersion
from crm.quotes.queries import QuoteQuerySet, discount_limit, quotes, versions
from desk.contacts.queries import matching
from desk.quotes.converting import priced

PAGE = 50
NOBODY = "none"
PRODUCTS = 8
SECTION = 5
STATES = ("draft", "sent", EXPIRED, "accepted", "declined", "withdrawn")
TONES = {"accepted": "is-good", "declined": "is-bad", EXPIRED: "is-warn"}


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """`days` is 1 on the last day, None where nobody is waited for."""

    quote: Quote
    state: str
    label: str
    tone: str
    days: int | None


@dataclass(frozen=True, slots=True)
class QuotePage:
    """`after` is the id behind which the next page begins, None on the last."""

    rows: list[QuoteRow]
    after: int | None


def label_of(state: str) -> str:
    return _("Expired") if state == EXPIRED else str(QuoteState(state).label)


def row_of(quote: Quote, now: datetime) -> QuoteRow:
    state, days = _state(quote, now)
    return QuoteRow(quote, state, label_of(state), TONES.get(state, ""), days)


def _state(found: Quote | QuoteVersion, now: datetime) -> tuple[str, int | None]:
    if found.state != QuoteState.SENT or found.valid_until is None:
        return found.state, None
    days = clock.days_left(found.valid_until, timezone=company().timezone, now=now)
    return (found.state, days) if days > 0 else (EXPIRED, None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is filtered by. `owner` and `product` are public ids, `owner` "none" where nobody owns the quote;
    the days are those on which the first version was sent.
    """

    state: str = ""
    owner: str = ""
    product: str = ""
    discount: str = ""
    currency: str = ""
    reason: str = ""
    sent_from: date | None = None
    sent_to: date | None = None


def quote_page(
    user: User, *, now: datetime, wanted: Wanted, text: str = "", after: int | None = None
) -> QuotePage:
    """Newest first; of days of sending the newest sent first, so that old days are found at once."""
    rows = filtered(quotes().visible_to(user), wanted, now)
    if text.strip():
        rows = rows.filter(_like(user, text.strip()))
    if wanted.sent_from or wanted.sent_to:
        rows = rows.newest_sent_first(after)
    else:
        rows = rows.newest_first() if after is None else rows.newest_first().filter(pk__lt=after)
    found = list(rows.select_related("contact", "lead", "owner")[: PAGE + 1])
    last = found[PAGE - 1].pk if len(found) > PAGE else None
    return QuotePage([row_of(quote, now) for quote in found[:PAGE]], last)


def filtered(rows: QuoteQuerySet, wanted: Wanted, now: datetime) -> QuoteQuerySet:
    rows = _in_state(rows, wanted.state, now).first_sent(wanted.sent_from, wanted.sent_to)
    if wanted.owner:
        rows = rows.filter(
            **{"owner": None} if wanted.owner == NOBODY else {"owner__public_id": wanted.owner}
        )
    if wanted.product:
        rows = rows.with_product(UUID(wanted.product))
    if wanted.discount:
        rows = rows.with_discount(BANDS[wanted.discount])
    if wanted.currency:
        rows = rows.filter(currency=wanted.currency)
    return rows.filter(state=QuoteState.DECLINED, decline_reason=wanted.reason) if wanted.reason else rows


def _in_state(rows: QuoteQuerySet, state: str, now: datetime) -> QuoteQuerySet:
    if state == EXPIRED:
        return rows.expired(now)
    if state == QuoteState.SENT:
        return rows.open(now)
    return rows.filter(state=state) if state in STATES else rows


def _like(user: User, text: str) -> Q:
    """The beginning of a number, or somebody's name, phone or email."""
    if text[:4].isdecimal() and (len(text) == 4 or text[4:5] == "-"):
        return Q(number__startswith=text)
    return Q(contact__in=matching(contacts().visible_to(user), text).values("pk"))


def quote_for(user: User, public_id: UUID) -> Quote:
    """Where `user` may see it; Http404 otherwise."""
    rows = quotes().visible_to(user).select_related("contact", "lead", "owner")
    return get_object_or_404(rows, public_id=public_id)


def version_for(quote: Quote, number: str, *, whole: bool = True) -> QuoteVersion:
    """The version of that number, without one the newest; Http404 where there is none. Not `whole`: its lines are not
    needed."""
    rows = versions() if whole else versions().prefetch_related(None)
    rows = rows.filter(quote=quote).select_related("author", "approved_by", "acceptance")
    if number:
        rows = rows.filter(version=int(number) if number.isdecimal() and len(number) < 5 else 0)
    found = rows.order_by("-version").first()
    if found is None:
        raise Http404
    found.quote = quote
    return found


def file_for(quote: Quote, public_id: UUID) -> QuoteFile | None:
    """A file of any version of the quote."""
    return QuoteFile.objects.filter(version__quote=quote, public_id=public_id).first()


def chat_of(quote: Quote, user: User) -> Conversation | None:
    """The customer's conversation, where `user` may write in it."""
    found = conversation_of(quote)
    if found is None or not conversations().visible_to(user).filter(pk=found.pk).exists():
        return None
    return found


@dataclass(frozen=True, slots=True)
class Ways:
    """How a version can go to the customer. `no_mail` says why not by email; `is_draft`: it becomes final by going."""

    chat: Conversation | None
    emails: list[str]
    no_mail: str
    is_draft: bool

    @property
    def usual(self) -> str:
        if self.chat:
            return "chat"
        return f"email:{self.emails[0]}" if self.emails else "link"


def ways_of(version: QuoteVersion, user: User) -> Ways:
    """What was sent already can go once more by email, to an address that has not got it."""
    is_draft = version.state == QuoteState.DRAFT
    chat = chat_of(version.quote, user) if is_draft else None
    try:
        address_of(version.quote.contact)
    except CannotMail as refusal:
        return Ways(chat, [], str(refusal), is_draft)
    done = {each.email for each in mails_of(version) if each.state != MailState.FAILED}
    return Ways(chat, [each for each in emails_of(version.quote.contact) if each not in done], "", is_draft)


def mails_of(version: QuoteVersion) -> list[QuoteMail]:
    """The newest first."""
    return list(version.mails.order_by("-asked_at", "-id")) if version.state != QuoteState.DRAFT else []


@dataclass(frozen=True, slots=True)
class VersionRow:
    version: QuoteVersion
    label: str
    tone: str
    current: bool


def version_rows(quote: Quote, shown: QuoteVersion, now: datetime) -> list[VersionRow]:
    found = []
    for each in quote.versions.order_by("-version"):
        state, _days = _state(each, now)
        found.append(VersionRow(each, label_of(state), TONES.get(state, ""), each.pk == shown.pk))
    return found


@dataclass(frozen=True, slots=True)
class Inside:
    """What colleagues see and customers never do. `may_approve`: the reader may let this discount pass."""

    margin: Decimal | None
    margin_percent: Decimal | None
    off: Decimal
    waits: bool
    may_approve: bool


def inside_of(version: QuoteVersion, lines: Sequence[QuoteLine], user: User) -> Inside:
    left, off = margin(lines), discount_given(lines, version.discount_percent)
    share = None
    if left is not None and version.net:
        share = (left * 100 / version.net).quantize(Decimal("0.1"))
    waits = version.needs_approval and version.approved_by_id is None
    return Inside(left, share, off, waits, waits and off <= discount_limit(user.role))


def found_products(text: str, today: date) -> list[Product]:
    """What is sold today and has the words in its name or code."""
    rows = Product.objects.filter(active=True).prefetch_related("taxes")
    rows = rows.filter(Q(active_from__isnull=True) | Q(active_from__lte=today))
    rows = rows.filter(Q(active_until__isnull=True) | Q(active_until__gte=today))
    for word in text.split()[:5]:
        rows = rows.filter(Q(name__icontains=word) | Q(code__icontains=word) | Q(title__icontains=word))
    return list(rows[:PRODUCTS])


def as_line(product: Product, language: str, currency: str, rate: Decimal | None) -> dict[str, Any]:
    """The product as a row of the editor; `rate` is the one from its currency into that of the quote."""
    found = priced(product.unit_price, product.cost, base=product.currency, quote=currency, rate=rate)
    return {
        "product": str(product.public_id),
        "title": product.title.get(language) or product.name,
        "description": product.description.get(language, ""),
        "unit": product.unit,
        "taxes": " ".join(plain(tax.percent) for tax in product.taxes.all() if tax.active),
        **found.as_row(),
    }


def plain(number: Decimal) -> str:
    """Without zeros at the end, as it stands in an input."""
    return f"{number.normalize():f}"


def line_rows(lines: Sequence[QuoteLine]) -> list[dict[str, Any]]:
    """The lines as rows of the editor."""
    return [
        {
            "product": str(line.product.public_id) if line.product else "",
            "title": line.title,
            "description": line.description,
            "unit": line.unit,
            "quantity": plain(line.quantity),
            "unit_price": plain(line.unit_price),
            "discount_percent": plain(line.discount_percent) if line.discount_percent else "",
            "taxes": " ".join(plain(tax) for tax in line.taxes),
            "cost": plain(line.cost) if line.cost is not None else "",
            "optional": line.optional,
            "chosen": line.chosen,
            "explained": line.explained,
        }
        for line in lines
    ]


def tax_hint() -> str:
    """What new lines are taxed with."""
    return " ".join(plain(tax.percent) for tax in Tax.objects.filter(active=True, is_default=True))


def beside(contact: Contact, user: User, *, now: datetime, lead: Lead | None = None) -> list[QuoteRow]:
    """The newest quotes of a lead, or of a contact; one statement."""
    rows = quotes().visible_to(user).filter(contact=contact).newest_first()
    if lead is not None:
        rows = rows.filter(lead=lead)
    return [row_of(quote, now) for quote in rows[:SECTION]]
