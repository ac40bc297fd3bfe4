from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand

from conversations.channels.telegram.polling import Poller


class Command(BaseCommand):
    help = (
        "Fetch the messages of channels that have no webhook, until it is stopped. `manage.py run` runs it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        poller = Poller()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: poller.stop())
        poller.run()
