from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from core.access.models import User
from core.access.queries import visible
from core.company.queries import company
from core.text import normalise
from crm.contacts import points
from crm.contacts.errors import BadContactPoint
from crm.contacts.models import Contact, ContactPoint, ContactPointKind
from crm.pipeline.models import Lead


class ContactQuerySet(QuerySet[Contact]):
    def visible_to(self, user: User) -> ContactQuerySet:
        """Managers and admins see all; an agent sees own contacts, those of leads in sight, and unclaimed
        ones.
        """
        if user.is_authenticated and user.is_active and user.sees_everything:
            return self
        leads = Lead.objects.filter(contact=OuterRef("pk"))
        if not (user.is_authenticated and user.is_active):
            return self.none()
        in_sight = Exists(leads.filter(visible(user, person="owner")))
        unclaimed = Q(owner__isnull=True) & ~Exists(leads)
        return self.filter(Q(owner=user) | in_sight | unclaimed)

    def named_like(self, text: str) -> ContactQuerySet:
        """Contacts with a word of the name that begins so, in any of the scripts (architecture 3)."""
        wanted = normalise(text)
        # The first part is the one that an index answers with one look.
        begins = Q(name_normal__startswith=wanted) | Q(name_normal__contains=f" {wanted}")
        return self.filter(begins, name_normal__contains=wanted)

    def with_points(self) -> ContactQuerySet:
        return self.prefetch_related(Prefetch("points", ContactPoint.objects.order_by("kind", "id")))


def contacts() -> ContactQuerySet:
    """Everybody; without those who became part of another contact."""
    return ContactQuerySet(Contact).filter(merged_into__isnull=True)


def heir_of(public_id: UUID) -> int | None:
    """The contact that a merged one became part of, over however many merges; None for one that was not merged."""
    heir = Contact.objects.filter(public_id=public_id).values_list("merged_into", flat=True).first()
    while heir is not None:
        further = Contact.objects.filter(pk=heir).values_list("merged_into", flat=True).get()
        if further is None:
            return heir
        heir = further
    return None


def found_or_heir(rows: ContactQuerySet, public_id: UUID) -> Contact | None:
    """The contact of that id among `rows`; for a merged one the contact that it became part of."""
    found = rows.filter(public_id=public_id).first()
    if found is None and (heir := heir_of(public_id)) is not None:
        found = rows.filter(pk=heir).first()
    return found


def known_by_any(points: Iterable[tuple[ContactPointKind | str, str]]) -> bool:
    """Whether somebody has one of these phones and emails, in stored form."""
    asked = [Q(kind=kind, value=value) for kind, value in points]
    return bool(asked) and ContactPoint.objects.filter(reduce(or_, asked)).exists()


def kind_of(given: str) -> ContactPointKind:
    """Whether what somebody typed is meant as an email or as a phone."""
    return ContactPointKind.EMAIL if "@" in given else ContactPointKind.PHONE


def stored_form(kind: ContactPointKind | str, value: str) -> str:
    """`value` as it is stored; phones without a country code are of the company's country. Raises
    BadContactPoint.
    """
    if ContactPointKind(kind) is ContactPointKind.PHONE:
        if value.lstrip().startswith("+"):
            with suppress(BadContactPoint):
                return points.phone(value, "")
        return points.phone(value, company().country)
    return points.email(value)


def points_of_contact(contact: Contact) -> dict[str, str]:
    """The first phone and the first email by kind; read once for this instance, then known."""
    if contact.known_points is None:
        contact.known_points = tuple(contact.points.order_by("id").values_list("kind", "value"))
    return dict(reversed(contact.known_points))
