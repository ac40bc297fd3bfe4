"""What a playbook is made of, part by part, each with a digest that tells it from an edited one. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from automation.flows.wording import Texts
from automation.playbooks.manifest import Playbook, ShippedRule, ShippedSequence
from automation.sequences.script import of_days
from automation.sequences.script import read as read_sequence
from automation.sequences.shipped import ready

CRITERION, RULE, SEQUENCE, FLOW = "criterion", "rule", "sequence", "flow"
"""The kinds, in the order in which they are added: a rule asks for criteria, a flow for all of it."""
CRITERION_FIELDS = ("kind", "question", "hint", "choices", "disqualifying", "must_have")
"""What makes a criterion another one; its name and place are the company's own."""
_NOTHING: Mapping[str, Any] = {
    "question": {},
    "hint": {},
    "choices": [],
    "disqualifying": [],
    "must_have": False,
}
_RULES = UUID("5d0f9c1e-7a43-4f0b-9a55-0a5f3c4f1b60")


@dataclass(frozen=True, slots=True)
class Part:
    """`content` is what is stored of it: fields of a criterion or rule, the script of a sequence or flow."""

    kind: str
    ref: str
    name: Texts
    content: Mapping[str, Any]

    @property
    def digest(self) -> str:
        return digest(self.content)


def digest(content: Any) -> str:
    """What tells one content from another, whatever the order of its keys."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def rule_key(rule_id: str) -> UUID:
    """The key under which a shipped rule lives on over versions of the rules."""
    return uuid5(_RULES, rule_id)


def parts_of(playbook: Playbook, *, currency: str) -> tuple[Part, ...]:
    """In the order in which they are added. A rule whose amount is not known in the currency is left out."""
    criteria = (
        Part(CRITERION, each.key, each.name, {**_NOTHING, **each.values}) for each in playbook.criteria
    )
    rules = (_rule(each, currency) for each in playbook.rules)
    sequences = (
        Part(SEQUENCE, each.key, each.name, each.script)
        for each in (*_ready(playbook.follow_ups), *playbook.sequences)
    )
    flow = Part(FLOW, playbook.key, playbook.title, playbook.flow)
    return (*criteria, *(each for each in rules if each is not None), *sequences, flow)


def left_out(playbook: Playbook, *, currency: str) -> tuple[ShippedRule, ...]:
    """Rules that nothing can be made of in this currency."""
    return tuple(each for each in playbook.rules if each.condition_in(currency) is None)


def _rule(rule: ShippedRule, currency: str) -> Part | None:
    condition = rule.condition_in(currency)
    if condition is None:
        return None
    content = {"group": rule.group, "points": rule.points, "condition": condition}
    return Part(RULE, str(rule_key(rule.id)), rule.name, content)


def _ready(keys: tuple[str, ...]) -> list[ShippedSequence]:
    """Sequences that come with Parley, written as those of a playbook."""
    known = ready() if keys else {}
    scripts = {key: of_days(known[key]) for key in keys}
    return [
        ShippedSequence(key, known[key]["name"], read_sequence(script, channels=()).plain())
        for key, script in scripts.items()
    ]
