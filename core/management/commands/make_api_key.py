from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.keys.errors import BadKey
from core.keys.models import PER_MINUTE
from core.keys.operations import create_key
from core.keys.scopes import Scope


class Command(BaseCommand):
    help = "Make an API key and print it, this one time. Without scopes it may do everything that a key can."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what will use it")
        parser.add_argument("--scopes", default=",".join(Scope.values), help="with commas between")
        parser.add_argument("--days", type=int, default=90, help="how long it is valid (90)")
        parser.add_argument("--per-minute", type=int, default=PER_MINUTE, help=f"requests ({PER_MINUTE})")

    def handle(self, *args: Any, **options: Any) -> str:
        now = timezone.now()
        scopes = options["scopes"].split(",")
        if unknown := [scope for scope in scopes if scope not in Scope.values]:
            raise CommandError(f"There are no such scopes: {', '.join(unknown)}.")
        try:
            made = create_key(
                name=options["name"],
                scopes=scopes,
                expires_at=now + timedelta(days=options["days"]),
                created_by=None,
                now=now,
                per_minute=options["per_minute"],
            )
        except BadKey as error:
            raise CommandError(str(error)) from error
        return made.token
