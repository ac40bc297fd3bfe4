"""`manage.py prepare`: what must be so before servers start; one process, since starting Django costs a second."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand

from config import assets, environment
from config.vendor import FILES


class Command(BaseCommand):
    help = (
        "Collect static files, migrate, fill an empty installation with the demo company, set the schedules."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self._collect_static()
        self.stdout.write("Bringing the database up to date")
        call_command("migrate", interactive=False, verbosity=0)
        if environment.flag("DEMO", default=True) and not get_user_model().objects.exists():
            self.stdout.write("Filling the demo company")
            call_command("seed", demo=True, stdout=self.stdout)
        call_command("assert_schedules", stdout=self.stdout)

    def _collect_static(self) -> None:
        if settings.DEBUG:
            return
        vendored = [settings.BASE_DIR / "node_modules" / source for source in FILES.values()]
        lock = settings.BASE_DIR / "requirements.lock"
        now = assets.fingerprint([settings.BASE_DIR / "static"], [*vendored, lock])
        if not assets.is_current(settings.DATA_DIR, settings.STATIC_ROOT, now):
            self.stdout.write("Collecting styles and scripts")
            call_command("collectstatic", interactive=False, clear=True, verbosity=0)
            assets.remember(settings.DATA_DIR, now)
