from __future__ import annotations

from celery import shared_task

from crm.duplicates.operations import find_duplicates


@shared_task(ignore_result=True)
def look_for_duplicates() -> None:
    find_duplicates()
