from __future__ import annotations

from django.db.models import QuerySet

from core.due.models import DueRow, DueStatus


def finished() -> QuerySet[DueRow]:
    """Done or cancelled; what was parked waits for a person."""
    return DueRow.objects.filter(status__in=[DueStatus.DONE, DueStatus.CANCELLED])


def parked() -> QuerySet[DueRow]:
    """What was given up, oldest first."""
    return DueRow.objects.filter(status=DueStatus.PARKED).order_by("id")
