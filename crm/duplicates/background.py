"""What this room knows of a contact: what belongs to it, and what makes two look like one person."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.schedules import every
from crm.calls.models import Call
from crm.consent.models import ConsentRecord
from crm.contacts.models import ContactPoint
from crm.contacts.points import shown_phone
from crm.duplicates import belongings, clues
from crm.duplicates.clues import Clue
from crm.orders.models import Order
from crm.payments.models import PaymentRequest
from crm.pipeline.models import Lead
from crm.quotes.models import Quote

LOOK = "crm.duplicates.tasks.look_for_duplicates"
MINUTES = 10
POINTS = "(SELECT contact_id, value FROM crm_contactpoint WHERE kind = '{kind}')"
NAMESAKES = (
    "(SELECT id, name, name_normal, company_id FROM crm_contact "
    "WHERE company_id IS NOT NULL AND merged_into_id IS NULL AND NOT name_normal = '')"
)


def register_all() -> None:
    belongings.register(Lead, label=gettext_lazy("Leads"), place=20)
    belongings.register(Quote, label=gettext_lazy("Quotes"), place=32)
    belongings.register(Order, label=gettext_lazy("Orders"), place=34)
    belongings.register(PaymentRequest, label=gettext_lazy("Payment requests"), place=36)
    belongings.register(Call, label=gettext_lazy("Calls"), place=40)
    belongings.register(ContactPoint, label=gettext_lazy("Phones and emails"), place=50, same=_points_of_both)
    belongings.register(ConsentRecord, label=pgettext_lazy("records", "Consents"), place=60)
    for clue in _clues():
        clues.register(clue)
    every(60 * MINUTES, "look for duplicates", LOOK)


def _points_of_both(winner: int, loser: int) -> QuerySet[Any]:
    own = ContactPoint.objects.filter(contact=winner, kind=OuterRef("kind"), value=OuterRef("value"))
    return ContactPoint.objects.filter(Exists(own), contact=loser)


def _clues() -> list[Clue]:
    return [
        Clue(
            kind="phone",
            source=POINTS.format(kind="phone"),
            contact="contact_id",
            keys=("value",),
            detail="value",
            strength=30,
            words=lambda phone: _("The same phone: %(phone)s") % {"phone": shown_phone(phone)},
        ),
        Clue(
            kind="email",
            source=POINTS.format(kind="email"),
            contact="contact_id",
            keys=("value",),
            detail="value",
            strength=20,
            words=lambda email: _("The same email: %(email)s") % {"email": email},
        ),
        Clue(
            kind="namesake",
            source=NAMESAKES,
            contact="id",
            keys=("name_normal", "company_id"),
            detail="name",
            strength=10,
            words=lambda name: _("The same name in the same company: %(name)s") % {"name": name},
        ),
    ]
