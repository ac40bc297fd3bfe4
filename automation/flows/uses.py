"""Which published flows rely on a criterion (crm.qualification.uses)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from automation.flows.queries import document_of, published_versions
from automation.flows.script import BranchStep, FlowDocument
from crm.errors import Use


def flows_using(key: str, choice: str | None = None) -> Iterator[Use]:
    """Flows that ask for the criterion or branch on it; of a choice those that branch on that one."""
    for version in published_versions():
        if _mentions(document_of(version), key, choice):
            yield Use(_("Flow"), version.flow.name)


def _mentions(document: FlowDocument, key: str, choice: str | None) -> bool:
    if choice is None and document.ask_of(key) is not None:
        return True
    branches = (step for step in document.steps.values() if isinstance(step, BranchStep))
    return any(_names(case.when, key, choice) for step in branches for case in step.cases)


def _names(condition: Any, key: str, choice: str | None) -> bool:
    if isinstance(condition, list):
        return any(_names(part, key, choice) for part in condition)
    if not isinstance(condition, dict):
        return False
    if condition.get("field") == f"answer.{key}":
        value = condition.get("value")
        return choice is None or choice == value or (isinstance(value, list) and choice in value)
    return any(_names(part, key, choice) for part in condition.values())
