"""Write to the bot from a terminal, as a customer would from a phone."""

from __future__ import annotations

import argparse
import sys
import threading
from pathlib import Path

from tests.providers.telegram import TOKEN, TelegramStandIn
from tests.providers.telegram_customer import Customer

HELP = """Write a line and the bot gets it. A number taps that button.
/start [payload]  /photo FILE  /file FILE  /phone +374...  /edit TEXT  /block  /unblock  /quit"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=8250)
    arguments.add_argument("--name", default="Anna")
    arguments.add_argument("--language", default="en", choices=["en", "ru", "hy", "az"])
    arguments.add_argument("--quiet", action="store_true", help="only serve, for load tests")
    asked = arguments.parse_args()
    with TelegramStandIn(asked.port, keep_calls=not asked.quiet) as telegram:
        print(f"Telegram's stand-in: {telegram.url}\nBot token: {TOKEN}", flush=True)
        if asked.quiet:
            threading.Event().wait()
        print(f"Start Parley with: make run TELEGRAM_API_URL={telegram.url}\n{HELP}\n")
        chat = _Console(Customer(telegram, name=asked.name, language=asked.language))
        threading.Thread(target=chat.listen, daemon=True).start()
        for line in sys.stdin:
            if line.strip() == "/quit":
                return
            chat.type(line.strip())


class _Console:
    def __init__(self, customer: Customer) -> None:
        self._customer = customer
        self._buttons: list[str] = []

    def listen(self) -> None:
        """Print what the bot writes."""
        shown = 0
        telegram = self._customer.telegram
        while True:
            with telegram.lock:
                telegram.lock.wait(0.5)
            for message in self._customer.received[shown:]:
                shown += 1
                self._show(message)

    def _show(self, message: dict[str, object]) -> None:
        files = [kind for kind in ("photo", "document", "video", "audio", "voice") if kind in message]
        said = message.get("text") or message.get("caption") or ""
        print(f"\n  bot: {said}" + "".join(f" [{kind}]" for kind in files))
        markup = message.get("reply_markup")
        if isinstance(markup, dict):
            rows = markup["inline_keyboard"]
            self._buttons = [button["text"] for row in rows for button in row]
            for number, label in enumerate(self._buttons, 1):
                print(f"    [{number}] {label}")
        sys.stdout.flush()

    def type(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        customer = self._customer
        if not line:
            return
        if line.isdecimal() and 0 < int(line) <= len(self._buttons):
            customer.tap(self._buttons[int(line) - 1])
        elif word == "/start":
            customer.start(rest)
        elif word == "/photo":
            customer.photo(Path(rest).read_bytes())
        elif word == "/file":
            customer.document(Path(rest).name, Path(rest).read_bytes())
        elif word == "/phone":
            customer.share_phone(rest)
        elif word == "/edit":
            customer.edit(rest)
        elif word == "/block":
            customer.block()
        elif word == "/unblock":
            customer.unblock()
        else:
            customer.say(line)
