"""What can happen by itself when a lead crosses a threshold. Rooms above add their own kinds (a flow to start)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from core.events.operations import EventDraft

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

    from crm.pipeline.models import Lead

Choices = Sequence[tuple[str, "StrOrPromise"]]


@dataclass(frozen=True)
class Setting:
    """Something the admin says about the action: one of `choices` or `extra`, a whole number of days, or a text."""

    name: str
    label: StrOrPromise
    kind: str = "choice"
    choices: Callable[[], Choices] | None = None
    extra: Choices = ()


@dataclass(frozen=True)
class Done:
    """Columns that were set on the locked lead, for the caller to save, and events for it to record."""

    changed: Collection[str] = ()
    drafts: Sequence[EventDraft] = ()


@dataclass(frozen=True)
class Action:
    """`act(lead, settings, now)` runs in the transaction of the crossing, with the lead locked; it may find that
    there is nothing to do. `gone` is said where a choice is no longer there.
    """

    kind: str
    label: StrOrPromise
    settings: tuple[Setting, ...]
    act: Callable[[Lead, Mapping[str, Any], datetime], Done]
    gone: StrOrPromise = ""


class Offered:
    """The choices of all settings, each list read once."""

    def __init__(self) -> None:
        self._read: dict[Callable[[], Choices], Choices] = {}

    def choices(self, setting: Setting) -> dict[str, str]:
        """Values with their labels, in their order."""
        found: list[tuple[str, StrOrPromise]] = list(setting.extra)
        if setting.choices is not None:
            if setting.choices not in self._read:
                self._read[setting.choices] = setting.choices()
            found += self._read[setting.choices]
        return {value: str(label) for value, label in found}


_actions: dict[str, Action] = {}
ACTIONS: Mapping[str, Action] = MappingProxyType(_actions)


def register(*actions: Action) -> None:
    """Raises ValueError for a kind that is taken."""
    for action in actions:
        if action.kind in _actions:
            raise ValueError(f"The action {action.kind!r} is registered already.")
        _actions[action.kind] = action
