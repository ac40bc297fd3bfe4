"""What a lead is called before anything is known of it."""

from __future__ import annotations

from django.utils import translation

from conversations.threads.models import Conversation


def first_title(conversation: Conversation, *, language: str) -> str:
    """The contact's name, else the channel and the number: "Web chat #12", in the company's language."""
    return conversation.contact.name or numbered_title(conversation, language=language)


def numbered_title(conversation: Conversation, *, language: str) -> str:
    with translation.override(language):
        return f"{conversation.account.get_kind_display()} #{conversation.pk}"
