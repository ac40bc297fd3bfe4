"""What a sequence says and when: read from its stored form, with every fault named. Pure.

    {"trigger": "quote", "quiet_hours": 12, "within_days": 30, "segment": {"all": []}, "yes": "booking", "held_out": 10,
     "steps": [{"wait_minutes": 1440, "channel": "", "texts": {"en": "...", "ru": "...", "hy": "...", "az": "..."}}]}

`wait_minutes` counts from whatever went before: the last word for the first step, then the step before. `quiet_hours`:
so long nobody has said anything when a lead is found; `within_days`: and no longer than that. `segment` is a condition
on leads (core.conditions), `held_out` a share in percent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from automation.flows.wording import LANGUAGES, Texts, choose, fill, variables
from automation.sequences.enums import OnYes, Trigger
from automation.sequences.errors import BadScript, Problem
from core.languages import Language
from core.text import clean

MOST_STEPS = 8
DAY = 24 * 60
LONGEST_TEXT = 600
SHORTEST_WAIT = 30
LONGEST_WAIT = 90 * 24 * 60
MOST_HELD_OUT = 50
MOST_QUIET_HOURS = 24 * 30
MOST_DAYS = 365
VARIABLES = ("name", "company")
QUESTION_MARKS = "?՞؟？"
EVERYBODY: Mapping[str, Any] = {"all": []}


@dataclass(frozen=True, slots=True)
class Step:
    """`channel` is a kind of channel, "" for the one where the customer was heard last."""

    wait: timedelta
    texts: Texts
    channel: str = ""

    def text(self, language: str, values: Mapping[str, str]) -> str:
        return fill(choose(self.texts, language), values)

    def plain(self) -> dict[str, Any]:
        minutes = self.wait // timedelta(minutes=1)
        return {"wait_minutes": minutes, "channel": self.channel, "texts": dict(self.texts)}


@dataclass(frozen=True, slots=True)
class Script:
    trigger: Trigger
    steps: tuple[Step, ...]
    quiet: timedelta = timedelta(hours=12)
    within: timedelta = timedelta(days=30)
    segment: Mapping[str, Any] = field(default_factory=lambda: dict(EVERYBODY))
    yes: OnYes = OnYes.PERSON
    held_out: int = 0

    @property
    def waits(self) -> tuple[timedelta, ...]:
        return tuple(step.wait for step in self.steps)

    @property
    def has_segment(self) -> bool:
        return bool(self.segment) and dict(self.segment) != dict(EVERYBODY)

    def plain(self) -> dict[str, Any]:
        return {
            "trigger": self.trigger.value,
            "quiet_hours": self.quiet // timedelta(hours=1),
            "within_days": self.within // timedelta(days=1),
            "segment": dict(self.segment),
            "yes": self.yes.value,
            "held_out": self.held_out,
            "steps": [step.plain() for step in self.steps],
        }


def of_days(value: Mapping[str, Any]) -> dict[str, Any]:
    """The stored form of a sequence as shipped files write it: waits in days and hours, texts beside them."""
    steps = [
        {
            "wait_minutes": step.get("days", 0) * DAY + step.get("hours", 0) * 60,
            "texts": {each: step.get(each, "") for each in LANGUAGES},
        }
        for step in value["steps"]
    ]
    kept = {name: value[name] for name in ("quiet_hours", "within_days", "held_out") if name in value}
    segment = value.get("segment", dict(EVERYBODY))
    return {"trigger": value["trigger"], "yes": value["yes"], "segment": segment, **kept, "steps": steps}


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def fault(self, path: str, message: str) -> None:
        self.problems.append(Problem(path, message))

    def choice(self, found: Any, path: str, among: Any, message: str) -> Any:
        try:
            return among(found)
        except ValueError:
            self.fault(path, message)
            return None

    def number(self, found: Any, path: str, low: int, high: int) -> int:
        if isinstance(found, bool) or not isinstance(found, int) or not low <= found <= high:
            message = _("Give a whole number from %(low)s to %(high)s.") % {"low": low, "high": high}
            self.fault(path, message)
            return low
        return found


def read(stored: Any, *, channels: Sequence[str]) -> Script:
    """The script of its stored form. `channels` are the kinds that a step may name. Raises BadScript with every fault;
    whether the segment can be asked for is for whoever knows the fields to tell.
    """
    reader = _Reader()
    if not isinstance(stored, Mapping):
        raise BadScript([Problem("", _("A sequence is an object with a trigger and steps."))])
    trigger = reader.choice(
        stored.get("trigger"), "trigger", Trigger, _("Choose what the sequence begins after.")
    )
    yes = reader.choice(stored.get("yes", OnYes.PERSON), "yes", OnYes, _("Choose where a yes goes."))
    quiet = reader.number(stored.get("quiet_hours", 12), "quiet_hours", 1, MOST_QUIET_HOURS)
    within = reader.number(stored.get("within_days", 30), "within_days", 1, MOST_DAYS)
    held_out = reader.number(stored.get("held_out", 0), "held_out", 0, MOST_HELD_OUT)
    segment = stored.get("segment") or dict(EVERYBODY)
    if not isinstance(segment, Mapping):
        reader.fault("segment", _("A segment is a condition."))
    if quiet >= within * 24:
        reader.fault("within_days", _("Nobody could be found: the silence is longer than that."))
    steps = _steps(reader, stored.get("steps"), channels)
    if reader.problems:
        raise BadScript(reader.problems)
    return Script(
        trigger, steps, timedelta(hours=quiet), timedelta(days=within), dict(segment), yes, held_out
    )


def _steps(reader: _Reader, found: Any, channels: Sequence[str]) -> tuple[Step, ...]:
    if not isinstance(found, list) or not 1 <= len(found) <= MOST_STEPS:
        reader.fault("steps", _("A sequence has one to %(most)s messages.") % {"most": MOST_STEPS})
        return ()
    return tuple(_step(reader, each, f"steps.{index}", channels) for index, each in enumerate(found))


def _step(reader: _Reader, found: Any, path: str, channels: Sequence[str]) -> Step:
    if not isinstance(found, Mapping):
        reader.fault(path, _("A message has a wait and texts."))
        return Step(timedelta(), {})
    wait = reader.number(found.get("wait_minutes"), f"{path}.wait_minutes", SHORTEST_WAIT, LONGEST_WAIT)
    channel = found.get("channel", "")
    if channel and channel not in channels:
        reader.fault(f"{path}.channel", _("This channel is not known."))
    given = found.get("texts")
    texts = given if isinstance(given, Mapping) else {}
    kept = {each: _text(reader, texts.get(each), f"{path}.texts.{each}", each) for each in LANGUAGES}
    return Step(timedelta(minutes=wait), kept, str(channel))


def _text(reader: _Reader, found: Any, path: str, language: str) -> str:
    text = clean(found).strip() if isinstance(found, str) else ""
    name = {"language": Language(language).label}
    if not text:
        reader.fault(path, _("Write the text in %(language)s, too.") % name)
    elif len(text) > LONGEST_TEXT:
        reader.fault(path, _("At most %(most)s characters.") % {"most": LONGEST_TEXT})
    elif (asked := questions_in(text)) != 1:
        reader.fault(path, _("Ask one clear question: this text asks %(asked)s.") % {"asked": asked})
    elif unknown := sorted(variables(text) - set(VARIABLES)):
        message = _("{%(name)s} is not known here. There are {name} and {company}.")
        reader.fault(path, message % {"name": unknown[0]})
    return text


def questions_in(text: str) -> int:
    """How many questions it asks; "?!" and "??" are one."""
    count, before = 0, " "
    for character in text:
        if character in QUESTION_MARKS and before not in QUESTION_MARKS + "!":
            count += 1
        before = character
    return count
