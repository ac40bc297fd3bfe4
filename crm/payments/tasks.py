"""What follows a payment when its due row comes up."""

from __future__ import annotations

from datetime import datetime

from core.due.models import DueRow
from core.due.registry import handler
from crm.payments.following import follow
from crm.payments.operations.rows import FOLLOW
from crm.payments.queries import whole


@handler(FOLLOW)
def follow_state(row: DueRow, now: datetime) -> None:
    """A payment came into a state: whoever has something to do about it does so."""
    pk, _colon, state = row.key.partition(":")
    payment = whole().filter(pk=int(pk)).first()
    if payment is not None:
        follow(payment, state, now)
