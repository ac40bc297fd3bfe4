"""Rows whose work is done go after some time, a batch in each transaction, so that nobody waits for them."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import structlog

from core.tidy.registry import KEPT, Kept

log = structlog.get_logger(__name__)

BATCH = 2_000
SECONDS = 60.0
"""What is left after this time waits for the next hour."""


def tidy(*, now: datetime, batch: int = BATCH, seconds: float = SECONDS) -> dict[str, int]:
    """Remove what has been kept long enough; how many rows of each name, those without any left out."""
    deadline = time.monotonic() + seconds
    removed = {kept.name: _remove(kept, now, batch, deadline) for kept in KEPT.values()}
    removed = {name: count for name, count in removed.items() if count}
    if removed:
        log.info("old rows removed", **removed)
    return removed


def _remove(kept: Kept, now: datetime, batch: int, deadline: float) -> int:
    """Page by page from the oldest on, until a page holds nothing that is old enough: what is young is not read."""
    before = now - timedelta(days=kept.days)
    rows, last, count = kept.rows(), None, 0
    while time.monotonic() < deadline:
        page = rows if last is None else rows.filter(**{f"{kept.order}__gt": last})
        found = list(page.order_by(kept.order).values_list("pk", kept.order, kept.moment)[:batch])
        stale = [key for key, _place, moment in found if moment < before]
        if not stale:
            break
        # Asked again for its state: a person may have taken up one of them in between.
        count += rows.filter(pk__in=stale).delete()[0]
        last = found[-1][1]
    return count
