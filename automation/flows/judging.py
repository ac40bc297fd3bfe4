"""What the linter says of a flow in this company: with its criteria, services, products and conditions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from automation.flows.document import parse
from automation.flows.linter import Finding, Level, lint
from automation.flows.script import BranchStep, FlowDocument
from automation.meetings.queries import service_keys
from automation.quotes.queries import product_codes
from core.conditions import ConditionError
from core.conditions import parse as condition
from core.conditions import registry as conditions
from crm.qualification.queries import active_criteria
from crm.scoring.queries import SUBJECT


def judged(document: FlowDocument) -> list[Finding]:
    """Every finding, errors first. Four statements, or none while they are remembered."""
    known = {criterion.key: criterion.question for criterion in active_criteria()}
    found = lint(document, known, services=service_keys(), products=product_codes())
    faults = [*_conditions(document)]
    return sorted([*faults, *found], key=lambda each: each.level is not Level.ERROR)


def judged_plain(document: Any) -> list[Finding]:
    """Raises DocumentError."""
    return judged(parse(document))


def _conditions(document: FlowDocument) -> Iterator[Finding]:
    branches = [step for step in document.steps.values() if isinstance(step, BranchStep)]
    fields = conditions.fields(SUBJECT) if branches else {}
    for step in branches:
        for case in step.cases:
            try:
                condition(case.when, SUBJECT, fields=fields)
            except ConditionError as error:
                yield Finding(Level.ERROR, "condition", step.id, error.message)
