"""The differences between two versions of a flow in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from automation.flows.comparing import STEPS, WHOLE, Change, Part, State, TextChange
from core.conditions import ConditionError
from core.conditions import parse as condition
from core.conditions import registry as conditions
from crm.scoring.queries import SUBJECT
from desk.settings.flows import wording
from desk.settings.flows.facts import in_words
from desk.settings.flows.fields import LANGUAGE_NAMES
from desk.settings.flows.kinds import PARTS, kind_called


@dataclass(frozen=True)
class TextLine:
    label: str
    language: str
    code: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class ValueLine:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    title: str
    what: str
    state: State
    note: str
    texts: list[TextLine]
    values: list[ValueLine]

    @property
    def is_added(self) -> bool:
        return self.state is State.ADDED

    @property
    def is_removed(self) -> bool:
        return self.state is State.REMOVED


def differences(changes: Sequence[Change]) -> list[Difference]:
    return [
        Difference(
            _title(change),
            _what(change),
            change.state,
            _note(change),
            [_text(change, each) for each in change.texts],
            list(_values(change)),
        )
        for change in changes
    ]


def _title(change: Change) -> str:
    if change.section == WHOLE:
        return str(PARTS["settings"].label)
    if change.section == "phrases":
        return wording.label(f"phrases.{change.key}")
    return in_words(change.key)


def _what(change: Change) -> str:
    if change.section == STEPS:
        return str(kind_called(change.kind).does)
    return "" if change.section == WHOLE else str(wording.PARTS.get(change.section, change.section))


def _note(change: Change) -> str:
    states = {
        State.ADDED: pgettext("part of a flow", "added"),
        State.REMOVED: pgettext("part of a flow", "removed"),
        State.CHANGED: pgettext("part of a flow", "changed"),
        State.MOVED: pgettext("part of a flow", "moved"),
    }
    said = [states[change.state]]
    if change.moved and change.state is not State.MOVED:
        said.append(states[State.MOVED])
    if change.below:
        said.append(_("below “%(name)s”") % {"name": in_words(change.below)})
    elif change.moved:
        said.append(_("to the beginning"))
    return ", ".join(said)


def _label(change: Change, path: str) -> str:
    kind = kind_called(change.kind) if change.section == STEPS else PARTS.get(change.section)
    for spec in kind.fields if kind else ():
        if path == spec.key or path.startswith(f"{spec.key}."):
            return str(spec.label)
    return str(wording.SLOTS.get(path) or (in_words(path) if path else _("Text")))


def _text(change: Change, text: TextChange) -> TextLine:
    return TextLine(_label(change, text.key), str(LANGUAGE_NAMES[text.language]), text.language, text.parts)


def _values(change: Change) -> Iterator[ValueLine]:
    for value in change.values:
        yield ValueLine(
            _label(change, value.key), _said(value.key, value.before), _said(value.key, value.after)
        )


def _said(key: str, value: Any) -> str:
    if value is None:
        return ""
    if key == "branch" and isinstance(value, list):
        return "; ".join(
            f"{_condition(case.get('when'))} → {in_words(str(case.get('go', '')))}" for case in value
        )
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(in_words(str(each)) for each in value)
    return str(value)


def _condition(when: Any) -> str:
    try:
        return condition(when, SUBJECT, fields=conditions.fields(SUBJECT)).describe()
    except ConditionError as error:
        return error.message
