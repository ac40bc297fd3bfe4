from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from automation.flows.schema import schema_text


class Command(BaseCommand):
    help = "Write the JSON Schema of flows, for editors that complete and check YAML."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, help="the file to write; printed without it")

    def handle(self, *args: Any, to: Path | None = None, **options: Any) -> None:
        if to is None:
            self.stdout.write(schema_text(), ending="")
            return
        try:
            to.write_text(schema_text(), encoding="utf-8")
        except OSError as error:
            raise CommandError(
                f"{to} cannot be written: {error.strerror}. Name a file in a folder that exists."
            ) from error
        self.stdout.write(f"Written to {to}")
