from __future__ import annotations

from datetime import datetime

from core.due.models import DueRow
from core.due.registry import handler
from crm.pipeline.operations.steps import REMINDER, remind


@handler(REMINDER)
def remind_of_step(row: DueRow, now: datetime) -> None:
    """The time of a next step has come; a step that was taken or moved meanwhile reminds of nothing."""
    if row.lead_id is not None:
        due_at = datetime.fromisoformat(row.payload["due_at"])
        remind(lead_id=row.lead_id, due_at=due_at, set_by=row.payload.get("user"), now=now)
