"""What is shown of one lead: at the side of a chat, in the board's panel, on its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404
from django.urls import reverse

from conversations.threads.models import Attachment, AuthorKind, Conversation, Message
from conversations.threads.queries import conversations
from core.access.models import User
from crm.duplicates.models import ContactMerge
from crm.files.models import LeadFile
from crm.memory import Remembered
from crm.pipeline.models import Lead, Stage
from crm.pipeline.queries import leads
from crm.qualification.queries import answer_lines
from desk.colleagues.queries import names
from desk.telling import actor_name


@Remembered
def all_stages() -> tuple[Stage, ...]:
    """Every stage of every pipeline, in order; at most 3 seconds old."""
    return tuple(Stage.objects.order_by("position", "id"))


def stages_beside(lead: Lead) -> list[Stage]:
    """The stages that the lead can be moved to: those of its pipeline, save for what is being removed."""
    return [
        stage
        for stage in all_stages()
        if stage.pipeline_id == lead.pipeline_id
        and (stage.leaving_for_id is None or stage.pk == lead.stage_id)
    ]


def stage_of(lead: Lead, public_id: str) -> Stage | None:
    return next((stage for stage in stages_beside(lead) if str(stage.public_id) == public_id), None)


def lead_for(user: User, public_id: UUID) -> Lead:
    """The lead with its people, where `user` may see it; Http404 otherwise."""
    seen = (
        leads().visible_to(user).select_related("contact", "contact__company", "owner", "stage", "pipeline")
    )
    merged = ContactMerge.objects.filter(winner=OuterRef("contact_id"), undone_at=None)
    return get_object_or_404(seen.annotate(has_merges=Exists(merged)), public_id=public_id)


def may_see(user: User, lead: Lead) -> bool:
    """Whether `user` may see a lead that was reached otherwise; one statement where that is not plain."""
    if user.sees_everything or lead.owner_id == user.pk:
        return True
    return leads().visible_to(user).filter(pk=lead.pk).exists()


def lead_side(lead: Lead | None) -> dict[str, Any]:
    """The lead's part of the right pane: stages to choose from and what is known; one or two statements."""
    if lead is None:
        return {"lead": None}
    return {"lead": lead, "stages": stages_beside(lead), "facts": answer_lines(lead)}


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file of one of the lead's conversations, or one that a colleague put to the lead itself.

    `url` is empty where the file has not been fetched; `own` may be taken away here.
    """

    file: Attachment | LeadFile
    url: str
    whose: str
    at: datetime
    own: bool = False


FILES = 50
PLACES = ("location", "contact")
"""Kinds of attachments that are no files."""


def files_of(lead: Lead, user: User) -> list[FileLine]:
    """The newest first: those put to the lead, and those of the conversations that `user` sees, without what was taken
    back or deleted; two statements.
    """
    seen = conversations().visible_to(user).of_lead(lead.pk).order_by().values("pk")
    rows = (
        Attachment.objects.filter(message__conversation__in=seen, message__deleted_at__isnull=True)
        .exclude(kind__in=PLACES)
        .select_related("message")
        .order_by("-pk")
    )
    people = names()
    lines = [
        FileLine(
            row,
            reverse("desk:attachment", args=[row.public_id]) if row.file else "",
            _author(row.message, lead, people),
            row.message.sent_at,
        )
        for row in rows[:FILES]
        if row.message
    ]
    lines += [
        FileLine(
            row,
            reverse("desk:lead_file", args=[lead.public_id, row.public_id]),
            people.get(row.user_id or 0, ""),
            row.created_at,
            own=True,
        )
        for row in lead.files.order_by("-pk")
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def file_of(lead: Lead, public_id: UUID) -> LeadFile:
    """A file that was put to the lead; Http404 otherwise."""
    return get_object_or_404(LeadFile, lead=lead, public_id=public_id)


def _author(message: Message, lead: Lead, people: Mapping[int, str]) -> str:
    if message.author_kind == AuthorKind.CUSTOMER:
        return str(lead.contact)
    return actor_name(message.author_kind, message.author_id, people)


def newest_conversation(lead: Lead, user: User) -> Conversation | None:
    return conversations().visible_to(user).of_lead(lead.pk).with_details().first()
