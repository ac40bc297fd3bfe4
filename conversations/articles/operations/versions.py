from __future__ import annotations

from django.db.models import F

from conversations.articles.models import LibraryVersion
from conversations.articles.queries import version


def raise_version() -> None:
    """In the transaction of the change. The row stays locked to its end, so that versions come one after the other."""
    if not LibraryVersion.objects.filter(pk=1).update(number=F("number") + 1):
        LibraryVersion.objects.get_or_create(pk=1)
        LibraryVersion.objects.filter(pk=1).update(number=F("number") + 1)
    version.forget()
