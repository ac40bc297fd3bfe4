"""Which published flows rely on something that is known of a lead (crm.uses)."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from automation.flows.queries import document_of, published_versions
from automation.flows.script import BranchStep, FlowDocument
from crm.errors import Use
from crm.uses import mentions

ANSWER = "answer."


def flows_using(field: str, choice: str | None = None) -> Iterator[Use]:
    """Flows that ask for the criterion or branch on the field; of a choice those that branch on that one."""
    for version in published_versions():
        if _relies(document_of(version), field, choice):
            yield Use(_("Flow"), version.flow.name)


def _relies(document: FlowDocument, field: str, choice: str | None) -> bool:
    asked = field.removeprefix(ANSWER) if field.startswith(ANSWER) else ""
    if asked and choice is None and document.ask_of(asked) is not None:
        return True
    branches = (step for step in document.steps.values() if isinstance(step, BranchStep))
    return any(mentions(case.when, field, choice) for step in branches for case in step.cases)
