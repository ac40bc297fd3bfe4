from __future__ import annotations

from datetime import datetime

from conversations.goals.queries import book
from conversations.understanding import understand
from conversations.understanding.documents import HEAD, is_document, unread
from conversations.understanding.types import Understanding
from core.company.queries import company


def read(text: str, *, now: datetime) -> Understanding:
    """What a customer's words mean to this company. Out of a document that was passed on nothing is read."""
    profile = company()
    document = is_document(text)
    understanding = understand(
        text[:HEAD] if document else text,
        now=now,
        timezone=profile.timezone,
        country=profile.country,
        language=profile.language,
        taught=book().teaching,
    )
    return unread(understanding) if document else understanding
