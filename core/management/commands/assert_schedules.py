from typing import Any

from django.core.management.base import BaseCommand

from core.schedules import assert_all


class Command(BaseCommand):
    help = "Write the system's schedules to the database; those of the admins are left alone."

    def handle(self, *args: Any, **options: Any) -> None:
        changed = assert_all()
        self.stdout.write(f"{changed} schedules changed.")
