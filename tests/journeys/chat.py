"""A customer of the furniture maker, and what the CRM knows of them afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from conversations.accounts.models import ChannelAccount
from conversations.threads.models import Conversation, Message
from tests.factories.conversations import Visitor
from tests.journeys.known import Known
from tests.support import work_off

PAUSE = timedelta(seconds=20)
"""Between a question and its answer."""


@dataclass
class Chat(Known):
    """Writes over the wire of the widget and works off what that causes, with the clock in hand."""

    account: ChannelAccount
    clock: Any
    visitor: Visitor = field(init=False)

    def __post_init__(self) -> None:
        self.visitor = Visitor(self.account)

    def is_called(self, name: str) -> None:
        """A visitor of a site has no profile: the name is known once it is said."""

    def say(self, *texts: str, **more: Any) -> str:
        """Write, one message after the other; the company's answer to the last."""
        before = self._last()
        for text in texts:
            self.clock.shift(PAUSE)
            before = self._last()
            self.visitor.say(text, **more)
            work_off()
        return self._said_after(before)

    def tap(self, label: str) -> str:
        """Click the quick reply of that label under the newest message."""
        replies = self.said[-1].quick_replies
        payload = next(each["payload"] for each in replies if each["label"] == label)
        self.clock.shift(PAUSE)
        before = self._last()
        self.visitor.choose(label, payload)
        work_off()
        return self._said_after(before)

    def wait(self, **time: float) -> str:
        """Let time pass with nobody writing, and what falls due happen."""
        before = self._last()
        self.clock.shift(timedelta(**time))
        work_off()
        return self._said_after(before)

    def _last(self) -> int:
        return max(self.messages.values_list("pk", flat=True), default=0)

    def _said_after(self, pk: int) -> str:
        found = self.messages.filter(direction="out", pk__gt=pk).order_by("sequence")
        return "\n---\n".join(found.values_list("text", flat=True))

    @property
    def conversation(self) -> Conversation:  # type: ignore[override]
        """The newest of this visitor."""
        found = Conversation.objects.filter(account=self.account).order_by("-pk").first()
        assert found is not None
        return found

    @property
    def messages(self) -> Any:
        return Message.objects.filter(account=self.account).order_by("conversation_id", "sequence")

    @property
    def said(self) -> list[Message]:
        return list(self.messages.filter(direction="out"))

    @property
    def labels(self) -> list[str]:
        """The buttons under the newest message."""
        return [each["label"] for each in self.said[-1].quick_replies]
