"""`manage.py run`: everything that an installation needs, under our own supervisor."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.console import Console
from config.stack import run


class Command(BaseCommand):
    help = "Start database, queue, web, live, worker and beat, and keep them running until Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        code = run(Console(settings.DATA_DIR / "logs"))
        if code:
            sys.exit(code)
