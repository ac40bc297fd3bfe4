"""A person sends what the assistant drafted: the message is marked, and the log knows what became of the draft."""

from __future__ import annotations

from uuid import UUID

from conversations.assistant.enums import Outcome, Purpose
from conversations.assistant.models import AssistantCall
from conversations.threads.models import Message

DRAFTS = (Purpose.DRAFT, Purpose.TRANSLATE_OUT)


def mark_sent(*, draft: UUID, message: Message) -> bool:
    """Inside the transaction that sends. False for a draft of another conversation, and one that was sent already."""
    return bool(
        AssistantCall.objects.filter(
            public_id=draft,
            conversation=message.conversation_id,
            purpose__in=DRAFTS,
            outcome=Outcome.DONE,
            sent_message__isnull=True,
        ).update(sent_message=message)
    )
