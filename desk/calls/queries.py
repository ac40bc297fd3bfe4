"""What logging a call needs to know."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from conversations.threads.queries import conversations
from core.access.models import User
from crm.calls.enums import UNREACHED, CallOutcome
from crm.contacts.models import Contact
from crm.contacts.queries import contacts
from crm.pipeline.models import Lead
from crm.pipeline.queries import leads

MOST_LEADS = 20


def contact_to_call(user: User, public_id: UUID) -> Contact:
    """The contact, where `user` may see it or a conversation with it; Http404 otherwise."""
    talked_with = conversations().visible_to(user).values("contact")
    seen = Q(pk__in=contacts().visible_to(user).values("pk")) | Q(pk__in=talked_with)
    return get_object_or_404(contacts().filter(seen).with_points(), public_id=public_id)


def leads_to_choose(contact: Contact, user: User) -> list[Lead]:
    """The contact's open leads in sight, newest first."""
    rows = leads().visible_to(user).open().filter(contact=contact).order_by("-id")
    return list(rows.select_related("stage")[:MOST_LEADS])


def step_after(outcome: str) -> str:
    """What a call of that outcome suggests as the next step."""
    if outcome in UNREACHED:
        return _("Call again")
    if outcome == CallOutcome.WRONG_NUMBER:
        return _("Find the right number")
    return ""
