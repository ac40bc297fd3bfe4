"""Where a conversation is shown.

The address belongs to the desk; rows that outlive a request keep it as text.
"""

from __future__ import annotations

from conversations.threads.models import Conversation


def conversation_url(conversation: Conversation) -> str:
    return f"/inbox/{conversation.public_id}/"
