"""What the screen of the rules is made of, for the views that answer with parts of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.forms import BoundField

from core.http import Request
from core.jobs.models import JobStatus
from crm.actions.registry import Offered
from crm.pipeline.models import Qualification
from crm.scoring.models import RuleGroup
from crm.scoring.operations import JUDGED
from crm.scoring.queries import SUBJECT, last_recalculation
from desk.conditions.purposes import Purpose, register
from desk.settings.scoring import queries
from desk.settings.scoring.forms import TestLeadForm, ThresholdsForm, offered_actions, when_choices
from desk.settings.scoring.queries import ConsequenceLine, RulePage

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

PAGE = "desk/settings/scoring.html"
SCORING = register(
    Purpose(
        "scoring",
        SUBJECT,
        lambda field: (
            field.key not in JUDGED and field.orm is not None and not field.of_moment and not field.fleeting
        ),
    )
)


def page_context() -> dict[str, Any]:
    return {
        **work_context(),
        **progress_context(),
        "versions": queries.versions(),
        "test_form": TestLeadForm(),
    }


def work_context() -> dict[str, Any]:
    """The left side with the bar above it."""
    offered = Offered()
    page = queries.rule_page(offered)
    return {
        **limits_context(ThresholdsForm(initial=vars(page.thresholds)), page),
        "standing": page.standing,
        "whens": when_choices(),
        "actions": offered_actions(offered),
        "sides": RuleGroup.choices,
    }


def limits_context(limits: ThresholdsForm, page: RulePage | None = None) -> dict[str, Any]:
    """The thresholds as typed, each with what happens there."""
    page = page or queries.rule_page()
    return {"page": page, "limits": limits, "steps": steps_of(limits, page)}


@dataclass(frozen=True)
class ThresholdStep:
    """A threshold with what happens to a lead that crosses it; below “nurture” there is no field."""

    label: StrOrPromise
    field: BoundField | None
    consequences: list[ConsequenceLine]


def steps_of(limits: ThresholdsForm, page: RulePage) -> list[ThresholdStep]:
    """The outcomes from the best, then the grades."""
    fields = {"qualified": "qualified", "nurture": "nurture", "not_fit": ""}
    fields |= {name: name for name in ("grade_a", "grade_b", "grade_c")}
    steps = []
    for when, name in fields.items():
        field = limits[name] if name else None
        label = field.label if field else Qualification.NOT_FIT.label
        happens = [each for each in page.consequences if each.when == when]
        steps.append(ThresholdStep(label, field, happens))
    return steps


def progress_context() -> dict[str, Any]:
    job = last_recalculation()
    running = job is not None and job.status in (JobStatus.QUEUED, JobStatus.RUNNING)
    return {"job": job, "running": running}


def mark_of(request: Request) -> str | None:
    """The state of the rules that the page was made from."""
    return request.POST.get("mark") or None
