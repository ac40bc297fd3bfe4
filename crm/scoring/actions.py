"""What can happen by itself when a lead crosses a threshold. Rooms above add their own kinds (a flow to start)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
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
    """Something the admin says about the action: one of `choices`, a whole number of days, or a text."""

    name: str
    label: StrOrPromise
    kind: str = "choice"
    choices: Callable[[], Choices] | None = None


@dataclass(frozen=True)
class Done:
    """Columns that were set on the locked lead, for the caller to save, and events for it to record."""

    changed: Collection[str] = ()
    drafts: Sequence[EventDraft] = ()


@dataclass(frozen=True)
class Action:
    """`act(lead, settings, now)` runs in the transaction of the crossing, with the lead locked; it may find that
    there is nothing to do. `fault(settings)` says why it could not work, "" when it can.
    """

    kind: str
    label: StrOrPromise
    settings: tuple[Setting, ...]
    act: Callable[[Lead, Mapping[str, Any], datetime], Done]
    fault: Callable[[Mapping[str, Any]], str] = field(default=lambda settings: "")


_actions: dict[str, Action] = {}
ACTIONS: Mapping[str, Action] = MappingProxyType(_actions)


def register(*actions: Action) -> None:
    """Raises ValueError for a kind that is taken."""
    for action in actions:
        if action.kind in _actions:
            raise ValueError(f"The action {action.kind!r} is registered already.")
        _actions[action.kind] = action
