from typing import Any

from django.core.management.base import BaseCommand

from core.due import operations as due
from core.due.queries import parked
from core.jobs import operations as jobs
from core.jobs.queries import failed


class Command(BaseCommand):
    help = "Try parked due rows and failed jobs once more, for instance after a fault was mended."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = sum(due.retry(row_id=row_id) for row_id in list(parked().values_list("pk", flat=True)))
        works = sum(jobs.retry(job_id=job_id) for job_id in list(failed().values_list("pk", flat=True)))
        self.stdout.write(f"{rows} due rows and {works} jobs are tried again.")
