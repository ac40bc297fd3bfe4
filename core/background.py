"""What this room does in the background: nudges, sweeps and event names, registered at start."""

from django.contrib.sessions.models import Session
from django.utils.translation import gettext_lazy as _

from core import nudge
from core.due.queries import finished
from core.events.registry import EventType, register
from core.history.words import register_words
from core.jobs.queries import done
from core.keys.queries import answered
from core.notifications.queries import read
from core.notifications.registry import register as register_notification
from core.schedules import every
from core.tidy.registry import keep

SEQUENCE = "core.events.tasks.sequence"
WORK_DUE_ROWS = "core.due.tasks.work_due_rows"
WORK_JOBS = "core.jobs.tasks.work_jobs"
TIDY = "core.tidy.tasks.tidy"


def register_all() -> None:
    register_words()
    nudge.register("events", task=SEQUENCE)
    nudge.register("due", task=WORK_DUE_ROWS)
    nudge.register("jobs", task=WORK_JOBS)
    every(2, "sequence events", SEQUENCE)
    every(2, "work due rows", WORK_DUE_ROWS)
    every(5, "work jobs", WORK_JOBS)
    every(3600, "remove old rows", TIDY)
    keep("due rows", days=30, rows=finished, moment="finished_at")
    keep("jobs", days=30, rows=done, moment="finished_at")
    keep("notifications", days=90, rows=read, moment="read_at")
    keep("answered requests", days=1, rows=answered, moment="created_at")
    keep("sessions", days=0, rows=Session.objects.all, moment="expire_date", order="expire_date")
    register_notification("work.handed_over", text=_("%(name)s left: what was theirs is yours now"))
    register(
        EventType(
            "company.updated", 1, "The company profile was changed; the history says from what to what."
        )
    )
    register(
        EventType(
            "api_key.created",
            1,
            "A program may come in by the API.",
            {"name": "Name of the key.", "scopes": "What it may do.", "expires_at": "Until when."},
        ),
        EventType("api_key.revoked", 1, "An API key was taken back.", {"name": "Name of the key."}),
    )
