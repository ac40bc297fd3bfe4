"""What a stage may ask of a lead that enters it: a typed list that others add to (criteria, custom fields).

A want bears the key of the condition field that it fills: "lead.value", "answer.budget", "custom.floor".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.conditions import FieldType

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

    from core.access.models import User
    from core.events.actor import Actor
    from core.events.operations import EventDraft
    from crm.pipeline.models import Lead, Stage
    from crm.qualification.answers import NewAnswer

Given = Mapping[str, Any]
"""Values by key of the want, as `Want.store` takes them."""


@dataclass(frozen=True)
class By:
    """Who gives a value: `user` is None for a program."""

    actor: Actor
    user: User | None = None


@dataclass(frozen=True)
class Stored:
    """What was set on the locked lead, for the mover to save and record: columns, events, answers to write."""

    changed: Sequence[str] = ()
    drafts: Sequence[EventDraft] = ()
    answers: Sequence[NewAnswer] = ()


@dataclass(frozen=True)
class Want:
    """`known(lead)` says whether the lead has it; `store(lead, value, by)` sets a value that was given, and raises a
    Refused where that cannot be. The value is in the canonical form of `type` (core.conditions); without a type it is
    what the want itself says: a `Step`, a `User`.

    `choices`: value and label. `open_only`: what is won or lost cannot have it. `of_contact`: storing it touches the
    contact's other leads.
    """

    key: str
    label: StrOrPromise
    type: FieldType | None
    known: Callable[[Lead], bool]
    store: Callable[[Lead, Any, By], Stored]
    choices: Callable[[], Sequence[tuple[str, StrOrPromise]]] | None = None
    open_only: bool = False
    of_contact: bool = False


_fixed: dict[str, Want] = {}
_providers: list[Callable[[], Iterable[Want]]] = []


def register(*wants: Want) -> None:
    """Raises ValueError for a key that is taken."""
    for want in wants:
        if want.key in _fixed:
            raise ValueError(f"The want {want.key!r} is registered already.")
        _fixed[want.key] = want


def provide(wants: Callable[[], Iterable[Want]]) -> None:
    """Let a list that admins change be asked for as well."""
    _providers.append(wants)


def offered() -> dict[str, Want]:
    """All of them by key, in the order in which they are offered."""
    found = dict(_fixed)
    for provider in _providers:
        found.update((want.key, want) for want in provider())
    return found


def missing(lead: Lead, stage: Stage, given: Given) -> tuple[Want, ...]:
    """What the stage asks for and the lead has not, nor was given. A want that is no longer known asks for nothing."""
    if not stage.required:
        return ()
    wants = offered()
    asked = (wants[key] for key in stage.required if key in wants)
    return tuple(want for want in asked if given.get(want.key) in (None, "") and not want.known(lead))
