"""What is known changes at once in every process: the number of the version goes up with each change."""

from __future__ import annotations

from django.core.cache import cache
from django.db import transaction
from django.db.models import F

from conversations.goals.models import KnowledgeVersion
from conversations.goals.queries import CACHE_KEY, CACHE_SECONDS


def raise_version() -> int:
    """In the transaction of the change. The row stays locked to its end, so that versions come one after the other."""
    raised = KnowledgeVersion.objects.filter(pk=1).update(number=F("number") + 1)
    if not raised:
        KnowledgeVersion.objects.get_or_create(pk=1)
        KnowledgeVersion.objects.filter(pk=1).update(number=F("number") + 1)
    number = KnowledgeVersion.objects.values_list("number", flat=True).get(pk=1)
    transaction.on_commit(lambda: cache.set(CACHE_KEY, number, CACHE_SECONDS))
    return number
