"""Imports run as jobs."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.jobs.models import Job
from core.jobs.registry import Step, job
from crm.imports.operations import JOB, work
from crm.imports.registry import register
from crm.orders.importing import importer

register(importer())


@job(
    JOB,
    done_text=_("Your file is ready: look at what became of it"),
    failed_text=_("Your file could not be worked on to the end"),
    url="/orders/import/",
)
def import_step(running: Job) -> Step:
    """One bite of it."""
    return work(running, timezone.now())
