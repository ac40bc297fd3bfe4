"""What this room does in the background: nudges, sweeps and event names, registered at start."""

from core import nudge
from core.events.registry import EventType, register
from core.schedules import every

SEQUENCE = "core.events.tasks.sequence"
WORK_DUE_ROWS = "core.due.tasks.work_due_rows"
WORK_JOBS = "core.jobs.tasks.work_jobs"


def register_all() -> None:
    nudge.register("events", task=SEQUENCE)
    nudge.register("due", task=WORK_DUE_ROWS)
    nudge.register("jobs", task=WORK_JOBS)
    every(2, "sequence events", SEQUENCE)
    every(2, "work due rows", WORK_DUE_ROWS)
    every(5, "work jobs", WORK_JOBS)
    register(
        EventType(
            "company.updated", 1, "The company profile was changed; the history says from what to what."
        )
    )
