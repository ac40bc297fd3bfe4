"""What the linter says of a flow in this company: with its criteria, services, products and conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from automation.flows.document import parse
from automation.flows.fitting import Surroundings, misfits
from automation.flows.linter import Finding, Level, lint
from automation.flows.queries import document_of, published_versions
from automation.flows.script import BranchStep, FlowDocument
from automation.flows.service import FlowStep
from automation.meetings.queries import service_keys
from automation.payments.values import PaymentStep
from automation.quotes.queries import product_codes
from conversations.accounts.models import Channel, ChannelAccount
from conversations.channels import registry
from core.conditions import ConditionError
from core.conditions import parse as condition
from core.conditions import registry as conditions
from crm.payments.queries import default_provider
from crm.qualification.queries import active_criteria
from crm.scoring.queries import SUBJECT


def judged(document: FlowDocument) -> list[Finding]:
    """Every finding, errors first. Six statements at most; some are remembered."""
    known = {criterion.key: criterion.question for criterion in active_criteria()}
    found = lint(document, known, services=service_keys(), products=product_codes())
    faults = [*_conditions(document), *misfits(document, surroundings_of(document))]
    return sorted([*faults, *found], key=lambda each: each.level is not Level.ERROR)


def surroundings_of(document: FlowDocument) -> Surroundings:
    """The channels that the flow runs on, by itself or led to by others; all where it runs nowhere yet."""
    rows = active_criteria()
    flows = {each.flow.key: document_of(each) for each in published_versions()}
    asks_for_money = any(isinstance(step, PaymentStep) for step in document.steps.values())
    names = {str(kind): str(name) for kind, name in Channel.choices}
    return Surroundings(
        channels={
            names.get(kind, kind): registry.adapter(kind).abilities for kind in _kinds(document.key, flows)
        },
        choices={row.key: [choice.get("label", {}) for choice in row.choices] for row in rows},
        hints={row.key: row.hint for row in rows},
        pays=not asks_for_money or default_provider() is not None,
        flows=flows,
    )


def _kinds(key: str, flows: Mapping[str, FlowDocument]) -> list[str]:
    rows = ChannelAccount.objects.filter(active=True).exclude(flow_key="").values_list("kind", "flow_key")
    known = set(registry.kinds())
    found = {kind for kind, start in rows if kind in known and key in _within(start, flows)}
    return sorted(found or known)


def _within(start: str, flows: Mapping[str, FlowDocument]) -> set[str]:
    """The flows that a run beginning in this one may come to."""
    found, waiting = {start}, [start]
    while waiting:
        document = flows.get(waiting.pop())
        steps = document.steps.values() if document else ()
        fresh = {step.flow for step in steps if isinstance(step, FlowStep)} - found
        found |= fresh
        waiting += fresh
    return found


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
