"""The Celery application. Beat and the worker start with `celery -A config`."""

import os
from pathlib import Path

from celery import Celery

ROOMS = ("core", "crm", "conversations", "bookings", "automation", "desk")
_PROJECT = Path(__file__).resolve().parent.parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def task_packages(project: Path = _PROJECT) -> list[str]:
    """Every package of a room that has a `tasks` module; Celery itself looks at the top of each app only."""
    found = [path for room in ROOMS for path in (project / room).rglob("tasks.py")]
    return sorted(".".join(path.parent.relative_to(project).parts) for path in found)


app = Celery("parley")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(task_packages)
