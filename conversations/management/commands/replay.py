from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware, now

from conversations.deliveries.models import RawDelivery
from conversations.deliveries.operations import replay
from conversations.deliveries.queries import parked, received_between


class Command(BaseCommand):
    help = "Process stored deliveries once more. What they brought before falls away as a duplicate."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("deliveries", nargs="*", type=UUID, help="public ids of deliveries")
        parser.add_argument("--parked", action="store_true", help="every delivery that was given up")
        parser.add_argument("--since", help="everything that came since then, as 2026-11-21T10:00")
        parser.add_argument("--account", type=int, help="only this account's, with --parked or --since")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = self._chosen(options)
        count = 0
        for delivery in chosen:
            replay(delivery=delivery)
            count += 1
        self.stdout.write(f"{count} deliveries will be processed again.")

    def _chosen(self, options: dict[str, Any]) -> list[RawDelivery]:
        if options["deliveries"]:
            wanted = options["deliveries"]
            found = list(RawDelivery.objects.filter(public_id__in=wanted).defer("body"))
            if missing := set(wanted) - {each.public_id for each in found}:
                raise CommandError(f"There is no delivery {', '.join(sorted(map(str, missing)))}.")
            return found
        if options["since"]:
            moment = parse_datetime(options["since"])
            if moment is None:
                raise CommandError("--since needs a date and time, as 2026-11-21T10:00.")
            start = make_aware(moment) if is_naive(moment) else moment
            return list(received_between(start, now(), account_id=options["account"]))
        if options["parked"]:
            return list(parked(options["account"]))
        raise CommandError("Say which: public ids, --parked or --since.")
