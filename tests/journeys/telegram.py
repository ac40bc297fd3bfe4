"""A customer on Telegram and what the CRM knows of them: over real sockets both ways, with the clock in hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from conversations.accounts.models import ChannelAccount
from conversations.threads.models import Conversation, Message
from tests.journeys.chat import PAUSE
from tests.journeys.known import Known
from tests.providers.telegram import TelegramStandIn
from tests.providers.telegram_customer import Customer
from tests.support import work_off


@dataclass
class TelegramChat(Known):
    """Does something on the phone and works off what that causes; returns what the bot wrote after it."""

    account: ChannelAccount
    telegram: TelegramStandIn
    clock: Any
    customer: Customer = field(init=False)

    def __post_init__(self) -> None:
        self.customer = Customer(self.telegram)

    def is_called(self, name: str) -> None:
        """What the profile says."""
        self.customer.name = name

    def say(self, *texts: str) -> str:
        answer = ""
        for text in texts:
            answer = self.does("say", text)
        return answer

    def tap(self, label: str, **changes: Any) -> str:
        return self.does("tap", label, **changes)

    def does(self, what: str, *values: Any, **more: Any) -> str:
        before = len(self.customer.texts)
        self.clock.shift(PAUSE)
        assert getattr(self.customer, what)(*values, **more) == 200
        work_off()
        return "\n---\n".join(self.customer.texts[before:])

    def wait(self, **time: float) -> str:
        before = len(self.customer.texts)
        self.clock.shift(timedelta(**time))
        work_off()
        return "\n---\n".join(self.customer.texts[before:])

    @property
    def conversation(self) -> Conversation:  # type: ignore[override]
        """The newest of this customer."""
        found = Conversation.objects.filter(
            account=self.account, identity__external_id=str(self.customer.number)
        )
        return found.select_related("contact", "lead").latest("pk")

    @property
    def messages(self) -> list[Message]:
        return list(self.conversation.messages.order_by("sequence"))

    @property
    def buttons(self) -> list[str]:
        rows = self.customer.received[-1].get("reply_markup", {}).get("inline_keyboard", [])
        return [button["text"] for row in rows for button in row]

    @property
    def labels(self) -> list[str]:
        return self.buttons

    @property
    def said(self) -> list[Message]:
        return [each for each in self.messages if each.direction == "out"]
