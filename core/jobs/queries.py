from __future__ import annotations

from django.db.models import QuerySet

from core.jobs.models import Job, JobStatus


def done() -> QuerySet[Job]:
    """Come to their end; what failed waits for a person."""
    return Job.objects.filter(status=JobStatus.DONE)


def failed() -> QuerySet[Job]:
    """Oldest first."""
    return Job.objects.filter(status=JobStatus.FAILED).order_by("id")
