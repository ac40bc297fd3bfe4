"""What can happen by itself to a lead that crosses a threshold or enters a stage. Rooms above add their own kinds (a flow
to start).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.events.operations import EventDraft
from core.text import clean
from crm.actions.errors import BadAction

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

    from crm.pipeline.models import Lead, Stage

MOST_DAYS = 3650
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
class Occasion:
    """Why it happens: `entered` is the stage that the lead has just entered, None where it crossed a threshold. `given`
    are the keys of what a person said with the move: that stands.
    """

    now: datetime
    entered: Stage | None = None
    given: Collection[str] = ()


@dataclass(frozen=True)
class Done:
    """Columns that were set on the locked lead, for the caller to save, and events for it to record."""

    changed: Collection[str] = ()
    drafts: Sequence[EventDraft] = ()

    def __add__(self, other: Done) -> Done:
        return Done({*self.changed, *other.changed}, [*self.drafts, *other.drafts])


@dataclass(frozen=True)
class Action:
    """`act(lead, settings, occasion)` runs in the transaction of the occasion, with the lead locked; it may find that
    there is nothing to do. `gone` is said where a choice is no longer there.

    One that `moves` the lead is not offered to stages: entering one would lead to the next, and on.
    """

    kind: str
    label: StrOrPromise
    settings: tuple[Setting, ...]
    act: Callable[[Lead, Mapping[str, Any], Occasion], Done]
    gone: StrOrPromise = ""
    moves: bool = False


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


def carry_out(planned: Iterable[tuple[str, Mapping[str, Any]]], lead: Lead, occasion: Occasion) -> Done:
    """Each kind with its settings, in order. One that is no longer known is left out, one whose choice is gone does
    nothing; the settings say so.
    """
    done = Done()
    for kind, settings in planned:
        if kind in ACTIONS:
            done += ACTIONS[kind].act(lead, settings, occasion)
    return done


def checked(kind: str, given: Mapping[str, Any], offered: Offered) -> dict[str, str]:
    """The settings as they are kept. Raises BadAction."""
    action = ACTIONS.get(kind)
    if action is None:
        raise BadAction(_("Choose when it happens, and what."))
    settings = {}
    for setting in action.settings:
        value = str(given.get(setting.name, "")).strip()
        if setting.kind == "choice":
            if value not in offered.choices(setting):
                raise BadAction(_("Choose for “%(label)s”.") % {"label": setting.label})
        elif setting.kind == "days":
            if not value.isdecimal() or int(value) > MOST_DAYS:
                raise BadAction(_("Give a whole number of days for “%(label)s”.") % {"label": setting.label})
        elif not (value := " ".join(clean(value).split())[:200]):
            raise BadAction(_("Fill in “%(label)s”.") % {"label": setting.label})
        settings[setting.name] = value
    return settings


def in_words(kind: str, given: Mapping[str, Any], offered: Offered) -> tuple[str, str]:
    """What is done, as "assign to Anna", and why it cannot work now ("" when it can)."""
    action = ACTIONS.get(kind)
    if action is None:
        return kind, _("What should happen is no longer known.")
    told, fault = [], ""
    for setting in action.settings:
        value = str(given.get(setting.name, ""))
        labels = offered.choices(setting) if setting.kind == "choice" else {value: _said(setting, value)}
        fault = fault or ("" if value in labels else str(action.gone))
        told.append(labels.get(value, ""))
    return f"{action.label} {', '.join(filter(None, told))}".strip(), fault


def _said(setting: Setting, value: str) -> str:
    if setting.kind != "days" or not value.isdecimal():
        return value
    return ngettext("in %(days)d day", "in %(days)d days", int(value)) % {"days": int(value)}
