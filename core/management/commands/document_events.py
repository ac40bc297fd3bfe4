from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.events.documentation import as_markdown
from core.events.registry import TYPES


class Command(BaseCommand):
    help = "Write docs/events.md from the registered event types."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only fail when the file is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "events.md"
        text = as_markdown(TYPES.values())
        current = path.read_text() if path.exists() else ""
        if options["check"] and text != current:
            raise CommandError("docs/events.md is out of date. Run: manage.py document_events")
        if text != current:
            path.write_text(text)
        self.stdout.write(f"{len(TYPES)} events in {path.name}.")
