"""What somebody does in a try-out, as plain values: small enough for a signed field, strict when it is read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from automation.tryout.errors import BadAction
from core.calendars.zones import is_zone
from core.languages import Language

MOST_ACTIONS = 60
MOST_WORDS = 1000
MOST_MINUTES = 90 * 24 * 60
FILES = ("image", "voice")


class Do(StrEnum):
    """SAY: text. TAP: a button by its payload. FILE: a photo or a voice note. WAIT: minutes. NEXT: until something falls
    due. TAKE_OVER and HAND_BACK: a colleague.
    """

    SAY = "say"
    TAP = "tap"
    FILE = "file"
    WAIT = "wait"
    NEXT = "next"
    TAKE_OVER = "take_over"
    HAND_BACK = "hand_back"


@dataclass(frozen=True, slots=True)
class Action:
    """`text`: what is said, the label of the button, or the kind of the file."""

    do: Do
    text: str = ""
    payload: str = ""
    minutes: int = 0

    def to_json(self) -> list[Any]:
        return [self.do.value, self.text, self.payload, self.minutes]

    @classmethod
    def from_json(cls, value: Any) -> Action:
        if not (
            isinstance(value, Sequence)
            and len(value) == 4
            and all(isinstance(each, str) for each in value[:3])
        ):
            raise BadAction(_("This try-out cannot be read. Start it anew."))
        do, text, payload, minutes = value
        return cls.of(do, text=text, payload=payload, minutes=minutes)

    @classmethod
    def of(cls, do: str, *, text: str = "", payload: str = "", minutes: object = 0) -> Action:
        """Raises BadAction, with what to do."""
        if do not in tuple(Do):
            raise BadAction(_("This cannot be done in a try-out."))
        what = Do(do)
        text = text.strip()
        if len(text) > MOST_WORDS or len(payload) > 200:
            raise BadAction(_("Write at most %(most)d characters at a time.") % {"most": MOST_WORDS})
        if what is Do.SAY and not text:
            raise BadAction(_("Write what the customer says first."))
        if what is Do.TAP and not payload:
            raise BadAction(_("This button says nothing. Start the try-out anew."))
        if what is Do.FILE and text not in FILES:
            raise BadAction(_("A photo or a voice message can be sent."))
        return cls(what, text, payload, _minutes(minutes) if what is Do.WAIT else 0)


def _minutes(value: object) -> int:
    given = str(value)
    if not (given.isdecimal() and len(given) < 8 and 1 <= int(given) <= MOST_MINUTES):
        raise BadAction(_("Let between one minute and 90 days pass."))
    return int(given)


@dataclass(frozen=True, slots=True)
class Script:
    """A try-out from its beginning: where, in which language ("": as it is written), from when on, what is done.
    `number`: of the version to play; None plays the draft, or what is published where there is none.
    """

    starts_at: datetime
    language: str = ""
    channel: str = "webchat"
    timezone: str = ""
    number: int | None = None
    actions: tuple[Action, ...] = field(default_factory=tuple)

    def then(self, action: Action) -> Script:
        """Raises BadAction where it is long enough."""
        if len(self.actions) >= MOST_ACTIONS:
            sentence = _("A try-out has at most %(most)d steps. Take some back, or start it anew.")
            raise BadAction(sentence % {"most": MOST_ACTIONS})
        return replace(self, actions=(*self.actions, action))

    def without_last(self) -> Script:
        return replace(self, actions=self.actions[:-1])

    def without_actions(self) -> Script:
        return replace(self, actions=())

    def starting(self, at: datetime) -> Script:
        """From another moment on; raises BadAction for one that nobody would try."""
        if not 2000 <= at.year <= 2100:
            raise BadAction(_("Choose day and time of the beginning."))
        return replace(self, starts_at=at)

    def to_json(self) -> dict[str, Any]:
        return {
            "at": self.starts_at.isoformat(),
            "language": self.language,
            "channel": self.channel,
            "timezone": self.timezone,
            "number": self.number,
            "actions": [each.to_json() for each in self.actions],
        }

    @classmethod
    def from_json(cls, value: Any, *, channels: Sequence[str]) -> Script:
        """Raises BadAction for what no try-out wrote."""
        try:
            return cls._read(value, channels)
        except (KeyError, TypeError, ValueError):
            raise BadAction(_("This try-out cannot be read. Start it anew.")) from None

    @classmethod
    def _read(cls, value: Mapping[str, Any], channels: Sequence[str]) -> Script:
        starts_at = datetime.fromisoformat(value["at"])
        number = value["number"]
        if starts_at.tzinfo is None or not (number is None or type(number) is int):
            raise ValueError(value)
        script = cls(starts_at, number=number).with_setting("language", value["language"], channels=channels)
        script = script.with_setting("channel", value["channel"], channels=channels)
        script = script.with_setting("timezone", value["timezone"], channels=channels)
        for each in value["actions"]:
            script = script.then(Action.from_json(each))
        return script

    def with_setting(self, name: str, value: str, *, channels: Sequence[str]) -> Script:
        """The same from the beginning in another language, as another channel or in another zone; raises BadAction."""
        if name == "language" and (not value or value in Language.values):
            return replace(self, language=value)
        if name == "channel" and value in channels:
            return replace(self, channel=value)
        if name == "timezone" and (not value or is_zone(value)):
            return replace(self, timezone=value)
        raise BadAction(_("Choose one of the offered settings."))
