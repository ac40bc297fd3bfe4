"""A person with Telegram on the phone: writes, taps, sends pictures, edits, blocks."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

from tests.providers.telegram import Json, TelegramStandIn

_ids = itertools.count(700_000_001)
_queries = itertools.count(4_382_000_000_000_001)


@dataclass
class Customer:
    """`number` is the person's id, which is the id of the private chat, too."""

    telegram: TelegramStandIn
    name: str = "Anna"
    surname: str = ""
    language: str = "en"
    number: int = field(default_factory=lambda: next(_ids))
    last: Json = field(default_factory=dict)

    @property
    def person(self) -> Json:
        about = {"id": self.number, "is_bot": False, "first_name": self.name, "language_code": self.language}
        return about | ({"last_name": self.surname} if self.surname else {})

    @property
    def chat(self) -> Json:
        return {"id": self.number, "first_name": self.name, "type": "private"}

    def message(self, **content: Any) -> Json:
        number = self.telegram.number(str(self.number))
        about = {"message_id": number, "from": self.person, "chat": self.chat, "date": _now()}
        return {**about, **content}

    def send(self, **content: Any) -> int:
        self.last = self.message(**content)
        return self.telegram.deliver({"message": self.last})

    def say(self, text: str, **more: Any) -> int:
        return self.send(text=text, **more)

    def start(self, payload: str = "") -> int:
        text = f"/start {payload}".strip()
        return self.say(text, entities=[{"type": "bot_command", "offset": 0, "length": 6}])

    def edit(self, text: str) -> int:
        edited = {**self.last, "text": text, "edit_date": _now() + 1}
        return self.telegram.deliver({"edited_message": edited})

    def photo(self, content: bytes, *, caption: str = "", album: str = "", file_id: str = "") -> int:
        file_id = file_id or f"photo-{self.number}-{len(self.telegram.files)}"
        self.telegram.files[file_id] = ("file_1.jpg", content)
        sizes = [
            {
                "file_id": f"{file_id}-small",
                "file_unique_id": "s",
                "width": 90,
                "height": 60,
                "file_size": 900,
            },
            {
                "file_id": file_id,
                "file_unique_id": "l",
                "width": 1280,
                "height": 853,
                "file_size": len(content),
            },
        ]
        more = {"media_group_id": album} if album else {}
        return self.send(photo=sizes, **more, **({"caption": caption} if caption else {}))

    def document(self, name: str, content: bytes, *, mime: str = "application/pdf") -> int:
        file_id = f"document-{self.number}-{len(self.telegram.files)}"
        self.telegram.files[file_id] = (name, content)
        about = {"file_id": file_id, "file_unique_id": "d", "file_name": name, "mime_type": mime}
        return self.send(document={**about, "file_size": len(content)})

    def share_phone(self, phone: str) -> int:
        return self.send(contact={"phone_number": phone, "first_name": self.name, "user_id": self.number})

    def tap(self, label: str, *, on: Json | None = None, **changes: Any) -> int:
        """Tap the button of that label under the bot's newest message with buttons."""
        message = on or next(each for each in reversed(self.received) if "reply_markup" in each)
        buttons = [button for row in message["reply_markup"]["inline_keyboard"] for button in row]
        data = next(button["callback_data"] for button in buttons if button["text"] == label)
        query = {
            "id": str(next(_queries)),
            "from": self.person,
            "chat_instance": "-12",
            "message": message,
            "data": data,
        }
        return self.telegram.deliver({"callback_query": query | changes})

    def react(self, emoji: str, *, to: int) -> int:
        new = [{"type": "emoji", "emoji": emoji}] if emoji else []
        event = {"chat": self.chat, "message_id": to, "user": self.person, "date": _now()}
        return self.telegram.deliver({"message_reaction": {**event, "old_reaction": [], "new_reaction": new}})

    def block(self) -> int:
        self.telegram.blocked.add(str(self.number))
        return self._member("member", "kicked")

    def unblock(self) -> int:
        self.telegram.blocked.discard(str(self.number))
        return self._member("kicked", "member")

    def _member(self, before: str, after: str) -> int:
        bot = {"id": self.telegram.bot.number, "is_bot": True, "first_name": self.telegram.bot.name}
        change = {
            "chat": self.chat,
            "from": self.person,
            "date": _now(),
            "old_chat_member": {"user": bot, "status": before},
            "new_chat_member": {"user": bot, "status": after, "until_date": 0},
        }
        return self.telegram.deliver({"my_chat_member": change})

    @property
    def received(self) -> list[Json]:
        """What the bot has written to this person, oldest first."""
        return [each for each in self.telegram.sent if each["chat"]["id"] == self.number]

    @property
    def texts(self) -> list[str]:
        return [each.get("text", each.get("caption", "")) for each in self.received]


def _now() -> int:
    return int(time.time())
