from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from core.access.models import User
from core.access.queries import visible
from core.company.queries import company
from core.text import normalise
from crm.contacts import points
from crm.contacts.errors import BadContactPoint
from crm.contacts.models import Contact, ContactPoint, ContactPointKind
from crm.pipeline.models import Lead

MAX_SUSPECTS = 20


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
        return self.filter(Q(name_normal__startswith=wanted) | Q(name_normal__contains=f" {wanted}"))

    def reached_at(self, kind: ContactPointKind | str, value: str) -> ContactQuerySet:
        """`value` is in stored form."""
        held = ContactPoint.objects.filter(contact=OuterRef("pk"), kind=kind, value=value)
        return self.filter(Exists(held))

    def tagged(self, tag: str) -> ContactQuerySet:
        return self.filter(tags__contains=[tag])

    def with_points(self) -> ContactQuerySet:
        return self.prefetch_related(Prefetch("points", ContactPoint.objects.order_by("kind", "id")))


def contacts() -> ContactQuerySet:
    return ContactQuerySet(Contact)


def stored_form(kind: ContactPointKind | str, value: str) -> str:
    """`value` as it is stored; phones without a country code are of the company's country. Raises
    BadContactPoint.
    """
    if ContactPointKind(kind) is ContactPointKind.PHONE:
        return points.phone(value, company().country)
    return points.email(value)


def find_by_point(kind: ContactPointKind | str, value: str) -> ContactQuerySet:
    """Contacts who have this phone or email, oldest first; none for what is no phone or email at all."""
    try:
        wanted = stored_form(kind, value)
    except BadContactPoint:
        return contacts().none()
    return contacts().reached_at(kind, wanted).order_by("pk")


@dataclass(frozen=True)
class Evidence:
    """Why two contacts may be one person: the same `value` of `kind` (phone, email or name)."""

    kind: str
    value: str

    @property
    def is_strong(self) -> bool:
        return self.kind != "name"

    def __str__(self) -> str:
        words = {
            "phone": _("same phone %(value)s"),
            "email": _("same email %(value)s"),
            "name": _("same name %(value)s"),
        }
        return words[self.kind] % {"value": self.value}


@dataclass(frozen=True)
class Suspect:
    contact: Contact
    evidence: tuple[Evidence, ...]


def suspected_duplicates(contact: Contact, user: User | None = None) -> list[Suspect]:
    """Others who may be the same person (spec 1.2), the strongest evidence first; with `user` only those in
    sight.

    A shared phone or email counts; a shared name only when it has at least two words.
    """
    own = [(point.kind, point.value) for point in contact.points.all()]
    full_name = contact.name_normal if " " in contact.name_normal else ""
    alike = _sharing(own, full_name)
    if alike is None:
        return []
    others = contacts().filter(alike).exclude(pk=contact.pk).with_points()
    if user is not None:
        others = others.visible_to(user)
    found = [
        Suspect(other, _evidence(other, own, full_name)) for other in others.order_by("pk")[:MAX_SUSPECTS]
    ]
    return sorted(found, key=lambda suspect: -sum(1 + each.is_strong for each in suspect.evidence))


def _sharing(own: Iterable[tuple[str, str]], full_name: str) -> Any:
    conditions = [
        Exists(ContactPoint.objects.filter(contact=OuterRef("pk"), kind=kind, value=value))
        for kind, value in own
    ]
    alike = Q(name_normal=full_name) if full_name else None
    for condition in conditions:
        alike = Q(condition) if alike is None else alike | Q(condition)
    return alike


def _evidence(other: Contact, own: list[tuple[str, str]], full_name: str) -> tuple[Evidence, ...]:
    shared = [
        Evidence(point.kind, points.shown_phone(point.value) if point.kind == "phone" else point.value)
        for point in other.points.all()
        if (point.kind, point.value) in own
    ]
    if full_name and other.name_normal == full_name:
        shared.append(Evidence("name", other.name))
    return tuple(shared)


def points_of_contact(contact: Contact) -> dict[str, str]:
    """The first phone and the first email by kind; read once for this instance, then known."""
    if contact.known_points is None:
        contact.known_points = tuple(contact.points.order_by("id").values_list("kind", "value"))
    return dict(reversed(contact.known_points))
