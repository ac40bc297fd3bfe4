"""What the dialog of the next step offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.pipeline.models import Lead
from crm.pipeline.steps import When, choices
from desk import formats
from desk.steps.forms import StepForm

IDEAS: tuple[str | Promise, ...] = (
    gettext_lazy("Call again"),
    gettext_lazy("Send the quote"),
    gettext_lazy("Arrange a meeting"),
    gettext_lazy("Write a message"),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A moment to choose with one click, as "Tomorrow" and "10:00"."""

    key: str
    day: str
    time: str


def moments(now: datetime) -> list[Offer]:
    """What a step can be put off to with one click, in the reader's zone."""
    found = choices(now, timezone.get_current_timezone_name())
    return [Offer(when.value, _day(when, at), formats.clock(at)) for when, at in found.items()]


def dialog(
    lead: Lead, form: StepForm, now: datetime, *, headline: str = "", told: str = "", undo: str = ""
) -> dict[str, Any]:
    """`told`: what has just been done, after which this is asked; `undo` takes it back."""
    return {
        "lead": lead,
        "form": form,
        "headline": headline or _("Next step"),
        "told": told,
        "undo": undo,
        "ideas": IDEAS,
        "offers": moments(now),
    }


def _day(when: When, at: datetime) -> str:
    names = {When.TODAY: _("Today"), When.TOMORROW: _("Tomorrow"), When.THREE_DAYS: _("In 3 days")}
    return names.get(when) or formats.weekday(at)
