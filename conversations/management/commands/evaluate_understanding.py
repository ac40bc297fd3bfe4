from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conversations.understanding.evaluation import BadFile, confusions, cross_validate, evaluate, read_table


class Command(BaseCommand):
    help = "Judge the understanding of messages on a labelled table, or on the built-in phrases without one."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", type=Path, help="TSV: id, text, lang, script, intents, entities"
        )
        parser.add_argument(
            "--confusions", action="store_true", help="print wanted, found and how often instead"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path | None = options["file"]
        if path is None:
            self.stdout.write(json.dumps(cross_validate(), indent=2))
            return
        try:
            with path.open(encoding="utf-8-sig") as lines:
                rows = list(read_table(lines))
        except (OSError, UnicodeDecodeError, BadFile) as error:
            raise CommandError(f"{path}: {error}") from error
        if not rows:
            raise CommandError(f"{path}: there is no row to judge")
        if options["confusions"]:
            for (wanted, found), count in confusions(rows).most_common():
                self.stdout.write(f"{wanted}\t{found}\t{count}")
            return
        self.stdout.write(json.dumps(evaluate(rows), indent=2))
