"""Understanding of customers' messages in four languages: deterministic, no service, no database (spec 4)."""

from conversations.understanding.reading import language_of, understand
from conversations.understanding.types import Budget, Entity, EntityType, Intent, IntentName, Understanding

__all__ = [
    "Budget",
    "Entity",
    "EntityType",
    "Intent",
    "IntentName",
    "Understanding",
    "language_of",
    "understand",
]
