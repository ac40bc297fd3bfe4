from celery import shared_task

from core import nudge
from core.events import sequencer


@shared_task
def sequence() -> int:
    """Give positions to new events; started by every event and by the sweep."""
    worked = nudge.work("events", sequencer.sequence)
    sequencer.announce()
    return worked
