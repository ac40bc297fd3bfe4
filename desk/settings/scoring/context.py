"""What the screen of the rules is made of, for the views that answer with parts of it."""

from __future__ import annotations

from typing import Any

from core.http import Request
from core.jobs.models import JobStatus
from crm.scoring.actions import Offered
from crm.scoring.models import RuleGroup
from crm.scoring.operations import JUDGED
from crm.scoring.queries import SUBJECT, last_recalculation
from desk.conditions.purposes import Purpose, register
from desk.settings.scoring import queries
from desk.settings.scoring.forms import TestLeadForm, ThresholdsForm, offered_actions, when_choices

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
    limits = ThresholdsForm(initial=vars(page.thresholds))
    return {
        "page": page,
        "limits": limits,
        "standing": page.standing,
        "whens": when_choices(),
        "actions": offered_actions(offered),
        "sides": RuleGroup.choices,
    }


def progress_context() -> dict[str, Any]:
    job = last_recalculation()
    running = job is not None and job.status in (JobStatus.QUEUED, JobStatus.RUNNING)
    return {"job": job, "running": running}


def mark_of(request: Request) -> str | None:
    """The state of the rules that the page was made from."""
    return request.POST.get("mark") or None
