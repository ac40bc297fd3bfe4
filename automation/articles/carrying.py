"""What came of an article in a run, kept with the message that caused it."""

from __future__ import annotations

from conversations.articles.enums import Outcome, Via
from conversations.articles.operations import judged, shown
from conversations.articles.queries import library
from conversations.threads.models import Conversation

_VIA = {"shown": Via.CHAT, "away": Via.AWAY}


def note_article(slug: str, outcome: str, *, conversation: Conversation) -> None:
    """An article that was taken back meanwhile leaves no trace."""
    via = _VIA.get(outcome)
    if via is None:
        judged(slug=slug, conversation=conversation, outcome=Outcome(outcome))
    elif entry := library().entries.get(slug):
        shown(entry=entry, conversation=conversation, language=conversation.language or "en", via=via)
