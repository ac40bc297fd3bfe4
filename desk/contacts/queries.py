"""What the contact screens show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch
from django.http import Http404
from django.utils.translation import gettext as _

from core.access.models import User
from crm.consent.models import ConsentRecord, Purpose
from crm.consent.queries import ALLOWED_WITHOUT_WORD
from crm.contacts.models import Contact, ContactPoint
from crm.contacts.queries import ContactQuerySet, contacts, found_or_heir
from crm.pipeline.models import Lead
from crm.pipeline.queries import leads
from desk import formats

PAGE = 50


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """What holds for one purpose on every channel; `explanation` says since when and from where.

    `was_said` is false where the contact has not said anything and the default holds.
    """

    purpose: str
    label: str
    granted: bool
    was_said: bool
    explanation: str


def consent_lines(records: Iterable[ConsentRecord]) -> list[ConsentLine]:
    """One line per purpose from the records, newest first (spec 1.3); bookings and orders only where they were
    spoken of.
    """
    newest: dict[str, ConsentRecord] = {}
    for record in records:
        if not record.channel:
            newest.setdefault(record.purpose, record)
    shown = [each for each in Purpose if each != Purpose.TRANSACTIONAL or each in newest]
    return [_line(purpose, newest.get(purpose)) for purpose in shown]


def _line(purpose: Purpose, record: ConsentRecord | None) -> ConsentLine:
    words = {
        Purpose.REPLY: _("Replies"),
        Purpose.FOLLOW_UP: _("Follow-ups"),
        Purpose.MARKETING: _("Marketing"),
        Purpose.TRANSACTIONAL: _("Bookings and orders"),
    }
    if record is None:
        allowed = purpose in ALLOWED_WITHOUT_WORD
        explanation = _("Nothing was said about it yet")
        return ConsentLine(purpose, words[purpose], allowed, was_said=False, explanation=explanation)
    said = _("allowed") if record.granted else _("withdrawn")
    explanation = f"{said}, {formats.moment(record.created_at)}, {record.source}"
    return ConsentLine(purpose, words[purpose], record.granted, was_said=True, explanation=explanation)


@dataclass(frozen=True, slots=True)
class ContactPage:
    """`after` is the id behind which the next page begins, None on the last."""

    rows: list[Contact]
    after: int | None


def contact_page(user: User, *, text: str = "", after: int | None = None) -> ContactPage:
    """Newest contacts first, each with its points and visible leads; three statements."""
    rows = contacts().visible_to(user)
    if text.strip():
        rows = matching(rows, text)
    if after is not None:
        rows = rows.filter(pk__lt=after)
    seen = leads().visible_to(user).select_related("stage").order_by("-id")
    rows = rows.select_related("company", "owner").with_points().prefetch_related(Prefetch("leads", seen))
    found = list(rows.order_by("-id")[: PAGE + 1])
    return ContactPage(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


def contact_for(user: User, public_id: UUID) -> Contact:
    """The contact, where `user` may see it, or the one that it became part of; Http404 otherwise."""
    rows = contacts().visible_to(user).select_related("company", "owner").with_points()
    found = found_or_heir(rows, public_id)
    if found is None:
        raise Http404
    return found


def leads_of(contact: Contact, user: User) -> list[Lead]:
    rows = leads().visible_to(user).filter(contact=contact).select_related("stage", "owner", "pipeline")
    return list(rows.order_by("-id")[:PAGE])


def matching(rows: ContactQuerySet, text: str) -> ContactQuerySet:
    """By a word of the name in any script, or by a piece of an email or phone number."""
    digits = "".join(each for each in text if each.isdigit())
    if "@" in text:
        held = ContactPoint.objects.filter(
            contact=OuterRef("pk"), kind="email", value__contains=text.strip().lower()
        )
        return rows.filter(Exists(held))
    if len(digits) >= 4:
        held = ContactPoint.objects.filter(
            contact=OuterRef("pk"), kind="phone", value__contains=digits.lstrip("0")
        )
        return rows.filter(Exists(held))
    return rows.named_like(text)
