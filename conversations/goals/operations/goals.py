from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.goals.builtin import BUILT_IN, FIXED
from conversations.goals.enums import Category, Handoff
from conversations.goals.errors import BadGoal, StaleGoal
from conversations.goals.models import Goal
from conversations.goals.operations.versions import raise_version
from conversations.goals.queries import default_goal, name_of
from conversations.threads.models import Urgency
from conversations.understanding.types import IntentName
from core.events.actor import Actor
from core.events.operations import record
from core.languages import Language
from core.text import clean
from crm.qualification.queries import active_criteria

LONGEST_NAME = 60
LONGEST_ANSWER = 1000
LONGEST_TARGET = 60 * 24 * 30
MOST_FACTS = 20
MOST_GOALS = 200
_RESERVED = frozenset({IntentName.OTHER, "new", "unclear"})
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, kw_only=True)
class GoalDraft:
    """What an admin or a program writes about a goal; parts as on the model."""

    names: dict[str, str] = field(default_factory=dict)
    category: str = Category.SALES
    urgency: int = Urgency.NORMAL
    required_facts: tuple[str, ...] = ()
    response_minutes: int | None = None
    flow: str = ""
    answer: dict[str, str] = field(default_factory=dict)
    handoff: str = Handoff.WHEN_ASKED


COLUMNS = tuple(GoalDraft.__dataclass_fields__)


@transaction.atomic
def add_goal(*, key: str, draft: GoalDraft, actor: Actor) -> Goal:
    """Add a goal of the company's own. Raises BadGoal with a sentence by part."""
    faults = {}
    if not _KEY.fullmatch(key) or key in _RESERVED:
        faults["key"] = _("A key is a word of small Latin letters, digits and _, such as spare_parts.")
    elif key in BUILT_IN or Goal.objects.filter(key=key).exists():
        faults["key"] = _("There is a goal with this key already. Choose another one.")
    if not any(text.strip() for text in draft.names.values()):
        faults["names"] = _("Give the goal a name.")
    if Goal.objects.count() >= MOST_GOALS:
        faults["key"] = _("There are 200 goals: merge some first.")
    if faults:
        raise BadGoal(faults)
    return _save(Goal(key=key), draft, actor)


@transaction.atomic
def save_goal(*, key: str, draft: GoalDraft, actor: Actor, expected: int | None = None) -> Goal:
    """Change a goal; a built-in one gets a row of its own with the first change.

    `expected` is the revision that the editor saw. Raises Goal.DoesNotExist, StaleGoal, BadGoal with a sentence by part.
    """
    found = locked_goal(key)
    if expected is not None and found.revision != expected:
        sentence = _("“%(name)s” was changed since you opened it.")
        raise StaleGoal(sentence % {"name": name_of(key, found.names)}, who="", when=None)
    return _save(found, draft, actor)


@transaction.atomic
def use_goal(*, key: str, active: bool, actor: Actor) -> Goal:
    """Look for it, or not: then a message with it counts as one in which nothing was understood. Raises BadGoal."""
    found = locked_goal(key)
    if found.active == active:
        return found
    if not active:
        _refuse_fixed(key)
    found.active = active
    return _keep(found, ["active"], actor)


@transaction.atomic
def merge_goal(*, key: str, into: str, actor: Actor) -> Goal:
    """From now on the goal counts as the other one; its phrases stay and lead there. Raises BadGoal."""
    _refuse_fixed(key)
    first, second = sorted((key, into))
    rows = {first: locked_goal(first), second: locked_goal(second)}
    found, target = rows[key], rows[into]
    if key == into:
        raise BadGoal({"into": _("A goal cannot be merged into itself.")})
    if target.merged_into_id is not None or not target.active:
        raise BadGoal({"into": _("Choose a goal that counts: this one is merged or switched off itself.")})
    if found.merged_into_id == target.pk:
        return found
    Goal.objects.filter(merged_into=found).update(merged_into=target)
    found.merged_into = target
    return _keep(found, ["merged_into"], actor)


@transaction.atomic
def split_goal(*, key: str, actor: Actor) -> Goal:
    """It counts for itself again."""
    found = locked_goal(key)
    if found.merged_into_id is None:
        return found
    found.merged_into = None
    return _keep(found, ["merged_into"], actor)


def locked_goal(key: str) -> Goal:
    """The row, made where a built-in goal has none yet. Raises Goal.DoesNotExist."""
    if key in BUILT_IN:
        fresh = default_goal(key)
        values = {name: getattr(fresh, name) for name in COLUMNS}
        Goal.objects.get_or_create(key=key, defaults=values)
    return Goal.objects.select_for_update(of=("self",)).get(key=key)


def _refuse_fixed(key: str) -> None:
    if key in FIXED:
        raise BadGoal({"key": _("This goal keeps the rights of your customers and always counts.")})


def _save(found: Goal, draft: GoalDraft, actor: Actor) -> Goal:
    values = _checked(found, draft)
    changed = [name for name in COLUMNS if found.pk is None or getattr(found, name) != values[name]]
    if not changed:
        return found
    for name in COLUMNS:
        setattr(found, name, values[name])
    return _keep(found, changed, actor)


def _keep(found: Goal, changed: list[str], actor: Actor) -> Goal:
    found.revision += 1 if found.pk else 0
    found.save()
    raise_version()
    payload = {"key": found.key, "changes": changed}
    record(name="goal.changed", subject=found, actor=actor, payload=payload)
    return found


def _checked(found: Goal, draft: GoalDraft) -> dict[str, Any]:
    faults: dict[str, str] = {}
    values = {name: getattr(draft, name) for name in COLUMNS}
    values["names"] = _texts(draft.names, LONGEST_NAME, "names", faults)
    values["answer"] = _texts(draft.answer, LONGEST_ANSWER, "answer", faults)
    if found.key not in BUILT_IN and not values["names"]:
        faults.setdefault("names", _("Give the goal a name."))
    if draft.category not in Category.values:
        faults["category"] = _("There is no such category.")
    if draft.urgency not in Urgency.values:
        faults["urgency"] = _("There is no such urgency.")
    if draft.handoff not in Handoff.values:
        faults["handoff"] = _("There is no such rule.")
    if draft.response_minutes is not None and not 1 <= draft.response_minutes <= LONGEST_TARGET:
        faults["response_minutes"] = _("From 1 minute to 30 days.")
    values["flow"] = clean(draft.flow).strip()
    if len(values["flow"]) > 60:
        faults["flow"] = _("At most 60 characters.")
    values["required_facts"] = _facts(draft.required_facts, faults)
    if faults:
        raise BadGoal(faults)
    return values


def _texts(given: dict[str, str], longest: int, name: str, faults: dict[str, str]) -> dict[str, str]:
    texts = {code: clean(text).strip() for code, text in given.items()}
    if set(texts) - set(Language.values):
        faults[name] = _("Texts are in en, ru, hy or az.")
    if any(len(text) > longest for text in texts.values()):
        faults[name] = _("At most %(count)s characters.") % {"count": longest}
    return {code: text for code, text in texts.items() if text}


def _facts(keys: tuple[str, ...], faults: dict[str, str]) -> list[str]:
    known = {each.key for each in active_criteria()}
    unknown = [key for key in keys if key not in known]
    if unknown or len(keys) > MOST_FACTS:
        faults["required_facts"] = _("There is no criterion “%(key)s”.") % {"key": ", ".join(unknown)}
    return list(dict.fromkeys(keys))
