"""Reading quotes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, lookups

from core.access.models import Role, User
from core.access.queries import visible
from core.company.queries import company
from crm.catalogue.models import Product
from crm.contacts.queries import contacts
from crm.pipeline.models import Lead
from crm.quotes import clock
from crm.quotes.bands import Band
from crm.quotes.enums import QuoteState
from crm.quotes.lines import LineDraft
from crm.quotes.models import Quote, QuoteLine, QuoteSettings, QuoteTemplate, QuoteVersion
from crm.quotes.prepared import lines_of

LIMITS = {Role.AGENT: Decimal(10), Role.MANAGER: Decimal(30)}
"""Discounts in percent that may be given without approval, where the settings say nothing; admins have no limit."""


class QuoteQuerySet(QuerySet[Quote]):
    def visible_to(self, user: User) -> QuoteQuerySet:
        """Managers and admins see all; an agent own quotes, those of leads in sight, and of contacts in sight where no
        lead is concerned.
        """
        if not (user.is_authenticated and user.is_active):
            return self.none()
        if user.sees_everything:
            return self
        leads = Lead.objects.filter(visible(user, person="owner"), pk=OuterRef("lead"))
        those = contacts().visible_to(user).filter(pk=OuterRef("contact"))
        of_contact = Q(lead__isnull=True) & _probe(those.order_by())
        return self.filter(Q(owner=user) | _probe(leads) | of_contact)

    def newest_first(self) -> QuoteQuerySet:
        return self.order_by("-id")

    def newest_sent_first(self, after: int | None) -> QuoteQuerySet:
        """By the first sending; `after`: only those behind the quote of that id."""
        found = self.order_by("-first_sent_at", "-id")
        if after is None:
            return found
        at = Subquery(Quote.objects.filter(pk=after).values("first_sent_at")[:1])
        return found.filter(first_sent_at__lte=at).exclude(first_sent_at=at, id__gte=after)

    def expired(self, now: datetime) -> QuoteQuerySet:
        """Sent, and past their last day without an answer."""
        return self.filter(state=QuoteState.SENT, valid_until__lt=clock.today_in(company().timezone, now))

    def open(self, now: datetime) -> QuoteQuerySet:
        """Sent, and still to be answered."""
        return self.filter(state=QuoteState.SENT, valid_until__gte=clock.today_in(company().timezone, now))

    def first_sent(self, first: date | None, last: date | None) -> QuoteQuerySet:
        """Those whose first version was sent from the one day to the other, in the company's zone; None: no end."""
        zone, found = company().timezone, self
        if first is not None:
            found = found.filter(first_sent_at__gte=clock.begins_at(first, timezone=zone))
        if last is not None:
            found = found.filter(first_sent_at__lt=clock.ends_at(last, timezone=zone))
        return found

    def with_discount(self, band: Band) -> QuoteQuerySet:
        found = self.filter(off__lte=band.upto)
        return found if band.over is None else found.filter(off__gt=band.over)

    def with_product(self, product: UUID) -> QuoteQuerySet:
        """Those that name the product in a line that counts, in their version in force, else in the newest."""
        head = Q(version__sent_at=OuterRef("sent_at")) | Q(version__sent_at__isnull=True)
        lines = QuoteLine.objects.filter(
            head,
            product__public_id=product,
            chosen=True,
            version__quote=OuterRef("pk"),
            version__state=OuterRef("state"),
        )
        return self.filter(Exists(lines))


def _probe(rows: QuerySet[Any]) -> Q:
    """Whether there is such a row, looked up for each quote: EXISTS within OR would first gather all of them in a hash."""
    return Q(lookups.IsNull(Subquery(rows.values("pk")[:1]), rhs=False))


def quotes() -> QuoteQuerySet:
    return QuoteQuerySet(Quote)


def quote_settings() -> QuoteSettings:
    """The stored ones, or unsaved defaults."""
    return QuoteSettings.objects.first() or QuoteSettings()


def discount_limit(role: str | None) -> Decimal:
    """Percent that the role may give without approval; who is no person (None) has the agents' limit."""
    if role == Role.ADMIN:
        return Decimal(100)
    role = role or Role.AGENT
    stored = quote_settings().discount_limits.get(role)
    return Decimal(str(stored)) if stored is not None else LIMITS[Role(role)]


def versions() -> QuerySet[QuoteVersion]:
    """With their quote, its contact and lead, and the lines and files in order."""
    lines = Prefetch("lines", QuoteLine.objects.select_related("product").order_by("position", "id"))
    return QuoteVersion.objects.select_related(
        "quote", "quote__contact", "quote__lead", "quote__owner"
    ).prefetch_related(lines, "files")


def version_by_token(token: str) -> QuoteVersion | None:
    """What the customer's link names; drafts have no link."""
    return versions().exclude(state=QuoteState.DRAFT).filter(token=token).first()


def newest_sent(quote_id: int) -> QuoteVersion | None:
    """The newest version that left the house: where an old link leads on to."""
    return (
        QuoteVersion.objects.filter(quote=quote_id)
        .exclude(state=QuoteState.DRAFT)
        .order_by("-version")
        .first()
    )


def waiting_of_lead(lead_id: int) -> QuoteVersion | None:
    """The newest version that was sent and has no answer; one whose date is over is among them."""
    sent = versions().filter(quote__lead_id=lead_id, state=QuoteState.SENT)
    return sent.order_by("-sent_at", "-pk").first()


def in_force(quote_id: int) -> QuoteVersion | None:
    """The version that was sent or accepted and is not replaced, if there is one."""
    return QuoteVersion.objects.filter(
        quote=quote_id, state__in=[QuoteState.SENT, QuoteState.ACCEPTED]
    ).first()


def is_expired(version: QuoteVersion | Quote, now: datetime) -> bool:
    """Only what waits for an answer can be too late; an outcome stands."""
    return (
        version.state == QuoteState.SENT
        and version.valid_until is not None
        and clock.is_over(version.valid_until, timezone=company().timezone, now=now)
    )


def days_left(version: QuoteVersion | Quote, now: datetime) -> int | None:
    """1 on the last day; None where nothing is waited for."""
    if version.state != QuoteState.SENT or version.valid_until is None:
        return None
    return clock.days_left(version.valid_until, timezone=company().timezone, now=now)


def default_valid_until(now: datetime, days: int | None = None) -> date:
    count = quote_settings().valid_days if days is None else days
    return clock.today_in(company().timezone, now) + timedelta(days=count)


def templates_in_use() -> QuerySet[QuoteTemplate]:
    """What a new quote can begin with, by name."""
    return QuoteTemplate.objects.filter(active=True).order_by("name")


def template_lines(template: QuoteTemplate, language: str) -> list[LineDraft]:
    """Its lines as they are in a quote of today; two statements."""
    codes = {row["product"] for row in template.lines if row.get("product")}
    found = Product.objects.filter(code__in=codes).prefetch_related("taxes") if codes else ()
    products = {each.code: each for each in found}
    return lines_of(template.lines, products, currency=template.currency, language=language)
