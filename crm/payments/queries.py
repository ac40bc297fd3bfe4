"""Reading payments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from core.access.models import User
from core.access.queries import visible
from core.company.queries import company
from crm.contacts.queries import contacts
from crm.payments.models import PaymentMessage, PaymentProvider, PaymentRequest, PaymentSettings, PaymentState
from crm.payments.moves import OPEN
from crm.pipeline.models import Lead
from crm.quotes.clock import is_over, today_in


class PaymentQuerySet(QuerySet[PaymentRequest]):
    def visible_to(self, user: User) -> PaymentQuerySet:
        """Managers and admins see all; an agent what they asked for themselves, what is of leads in sight, and of
        contacts in sight where no lead is concerned.
        """
        if not (user.is_authenticated and user.is_active):
            return self.none()
        if user.sees_everything:
            return self
        in_sight = Exists(Lead.objects.filter(visible(user, person="owner"), pk=OuterRef("lead")))
        of_contact = Q(lead__isnull=True, contact__in=contacts().visible_to(user).values("pk"))
        return self.filter(Q(user=user) | in_sight | of_contact)

    def newest_first(self) -> PaymentQuerySet:
        return self.order_by("-id")

    def overdue(self, now: datetime) -> PaymentQuerySet:
        """Still awaited, and past their last day."""
        return self.filter(state__in=OPEN, due_on__lt=today_in(company().timezone, now))

    def awaited(self) -> PaymentQuerySet:
        return self.filter(state__in=OPEN)


def payments() -> PaymentQuerySet:
    return PaymentQuerySet(PaymentRequest)


def whole() -> PaymentQuerySet:
    """With everything that a screen, a page or a message says of a payment."""
    return payments().select_related(
        "contact", "lead", "lead__owner", "quote", "quote__quote", "order", "provider", "user"
    )


def payment_by_token(token: str) -> PaymentRequest | None:
    """What the customer's link names."""
    return whole().filter(token=token).first()


def is_overdue(payment: PaymentRequest, now: datetime) -> bool:
    """The due day counts as a whole, in the company's zone."""
    return (
        payment.state in OPEN
        and payment.due_on is not None
        and is_over(payment.due_on, timezone=company().timezone, now=now)
    )


def providers() -> QuerySet[PaymentProvider]:
    """The one that is used unless another is chosen, then by name; those switched off last."""
    return PaymentProvider.objects.order_by("-active", "-is_default", "name", "id")


def default_provider() -> PaymentProvider | None:
    """The active default; without one the only active provider there is."""
    found = list(providers().filter(active=True)[:2])
    if found and (found[0].is_default or len(found) == 1):
        return found[0]
    return None


def payment_settings() -> PaymentSettings:
    """The stored ones, or unsaved defaults."""
    return PaymentSettings.objects.first() or PaymentSettings()


@dataclass(frozen=True, slots=True)
class Sums:
    """`count` requests in a state and a currency, and what they come to."""

    state: str
    currency: str
    count: int
    amount: Decimal


def sums(rows: QuerySet[PaymentRequest]) -> Sequence[Sums]:
    """By state and currency, in their order; one statement. Currencies are never added up."""
    found = rows.order_by().values("state", "currency").annotate(count=Count("pk"), total=Sum("amount"))
    place = {state: at for at, state in enumerate(PaymentState.values)}
    made = [Sums(row["state"], row["currency"], row["count"], row["total"]) for row in found]
    return sorted(made, key=lambda each: (place[each.state], each.currency))


def messages() -> QuerySet[PaymentMessage]:
    """What providers told: kept longer than anybody would send it again."""
    return PaymentMessage.objects.all()


def today(now: datetime) -> date:
    return today_in(company().timezone, now)
