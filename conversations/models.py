"""All models of the room, gathered for Django; each lives with its subject."""

from conversations.accounts.models import ChannelAccount, ChannelIdentity
from conversations.articles.models import (
    Article,
    Asked,
    Collection,
    LibraryVersion,
    Notice,
    ShortLink,
    Unanswered,
)
from conversations.assistant.models import AssistantCall, AssistantMonth, AssistantSettings, AssistantState
from conversations.channels.telegram.models import TelegramPolling
from conversations.deliveries.models import RawDelivery
from conversations.goals.models import Goal, KnowledgeVersion, Phrase, Unclear
from conversations.outbox.models import OutboxItem
from conversations.quotes.models import QuoteMail
from conversations.ratings.models import Rating
from conversations.threads.models import Attachment, Conversation, Message

__all__ = [
    "Article",
    "Asked",
    "AssistantCall",
    "AssistantMonth",
    "AssistantSettings",
    "AssistantState",
    "Attachment",
    "ChannelAccount",
    "ChannelIdentity",
    "Collection",
    "Conversation",
    "Goal",
    "KnowledgeVersion",
    "LibraryVersion",
    "Message",
    "Notice",
    "OutboxItem",
    "Phrase",
    "QuoteMail",
    "Rating",
    "RawDelivery",
    "ShortLink",
    "TelegramPolling",
    "Unanswered",
    "Unclear",
]
