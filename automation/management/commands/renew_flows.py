from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from automation.flows.operations import renew_shipped
from automation.flows.operations.publishing import EARLIER


class Command(BaseCommand):
    help = "Publish this release's script of every flow that is still as an earlier release shipped it."

    def handle(self, *args: Any, **options: Any) -> None:
        for key in EARLIER:
            version = renew_shipped(key)
            self.stdout.write(f"{key}: version {version.number}" if version else f"{key}: left as it is")
