from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from conversations.assistant.operations.sending import mark_sent
from conversations.threads import operations as threads
from conversations.threads.models import Message
from conversations.threads.queries import locked_conversation
from conversations.threads.saving import change, save
from core.access.models import User
from core.events.actor import Actor
from core.events.operations import record
from crm.pipeline.models import Lead
from crm.pipeline.operations import create_lead


@transaction.atomic
def reply(*, draft: str, **values: Any) -> Message:
    """`threads.operations.reply`; `draft` names what the assistant drafted for it, and the message is marked so."""
    message = threads.reply(**values)
    try:
        drafted = UUID(draft) if draft else None
    except ValueError:
        drafted = None
    if drafted is not None:
        mark_sent(draft=drafted, message=message)
    return message


@transaction.atomic
def make_lead(*, conversation_id: int, user: User) -> Lead:
    """A lead for the conversation; the one it has already, if it has one. Raises NoPipeline, Conversation.DoesNotExist."""
    conversation = locked_conversation(conversation_id, user)
    if conversation.lead is not None:
        return conversation.lead
    actor = Actor.of(user)
    lead = create_lead(
        contact=conversation.contact,
        actor=actor,
        source=conversation.account.kind,
        team=conversation.team,
        owner=conversation.assignee or user,
        goal=conversation.goal,
    )
    change(conversation, lead_id=lead.pk)
    save(conversation)
    record(
        name="conversation.updated",
        subject=conversation,
        actor=actor,
        payload={"changes": ["lead"]},
        lead_id=lead.pk,
    )
    return lead
