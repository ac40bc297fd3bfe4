from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from desk.demo.bulk import load
from desk.demo.operations import seed_demo


class Command(BaseCommand):
    help = "Fills the installation: the demo company, or many leads and messages for measuring."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="install the demo company where there are no leads yet"
        )
        parser.add_argument(
            "--leads", type=int, default=0, metavar="N", help="add N leads, each with a conversation"
        )
        parser.add_argument(
            "--messages", type=int, default=0, metavar="M", help="spread M messages over them"
        )

    def handle(self, *args: Any, demo: bool, leads: int, messages: int, **options: Any) -> None:
        if demo:
            installed = seed_demo(now=timezone.now())
            self.stdout.write("The demo company is installed." if installed else "There are leads already.")
        if leads:
            try:
                load(leads=leads, messages=messages)
            except ValueError as error:
                raise CommandError(str(error)) from error
            self.stdout.write(f"Added {leads} leads.")
