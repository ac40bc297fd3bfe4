"""What happens to quotes when their time comes."""

from __future__ import annotations

from datetime import datetime

from core.due.models import DueRow
from core.due.registry import handler
from crm.quotes.following import follow
from crm.quotes.models import QuoteVersion
from crm.quotes.operations.deciding import DECIDED, note_expiry
from crm.quotes.operations.sending import EXPIRY
from crm.quotes.queries import versions


@handler(EXPIRY)
def note_last_day(row: DueRow, now: datetime) -> None:
    """The last day of a version is over; one that was answered or replaced meanwhile has nothing to expire."""
    if QuoteVersion.objects.filter(pk=int(row.key)).exists():
        note_expiry(version_id=int(row.key), now=now)


@handler(DECIDED)
def follow_outcome(row: DueRow, now: datetime) -> None:
    """There was a yes, a no, or no answer in time: whoever has something to do about it does so."""
    version = versions().filter(pk=int(row.key)).first()
    if version is not None:
        follow(version, now)
