"""Keeping what a customer thought; saying the same again changes nothing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from conversations.ratings.models import HIGHEST, LOWEST, MOST_WORDS, Rating
from conversations.threads.models import Conversation
from core.events.actor import CUSTOMER
from core.events.operations import record
from core.text import clean


@transaction.atomic
def rate(*, conversation: Conversation, what: str, value: int, now: datetime, words: str = "") -> Rating:
    """Keep the rating of the locked conversation; a later one of the same thing takes its place.

    Raises ValueError for a value that is none of 1 to 5.
    """
    if not LOWEST <= value <= HIGHEST:
        raise ValueError(f"a rating is from {LOWEST} to {HIGHEST}, not {value}")
    words = clean(words).strip()[:MOST_WORDS]
    before = Rating.objects.filter(conversation=conversation, what=what).first()
    if before is not None and before.value == value and words in ("", before.words):
        return before
    rating, _made = Rating.objects.update_or_create(
        conversation=conversation,
        what=what,
        defaults={
            "value": value,
            "words": words or (before.words if before else ""),
            "rated_at": now,
        },
    )
    record(
        name="conversation.rated",
        subject=conversation,
        actor=CUSTOMER,
        payload={"what": what, "value": value, "words": rating.words},
        lead_id=conversation.lead_id,
    )
    return rating


def add_words(*, conversation: Conversation, words: str) -> bool:
    """Words that came after the rating go with the newest one; False where there is none."""
    newest = Rating.objects.filter(conversation=conversation).order_by("-rated_at", "-id").first()
    if newest is None:
        return False
    newest.words = "\n".join(filter(None, (newest.words, clean(words).strip())))[:MOST_WORDS]
    newest.save(update_fields=["words"])
    return True
