"""What a sequence would do: what a lead would read when, and for whom it would begin now."""

from __future__ import annotations

from collections.abc import Sequence as Rows
from dataclasses import dataclass
from datetime import datetime, timedelta

from automation.sequences.models import Sequence
from automation.sequences.planning import Rules, foreseen
from automation.sequences.queries.books import weekly_cap
from automation.sequences.queries.finding import candidates
from automation.sequences.script import Script
from conversations.outbox.queries import quiet_hours
from core.company.queries import company
from crm.pipeline.models import Lead
from crm.pipeline.queries import leads

SHOWN = 8
COUNTED = 500
NAMES = {"en": "Anna", "ru": "Анна", "hy": "Աննա", "az": "Aynur"}


@dataclass(frozen=True, slots=True)
class Foreseen:
    number: int
    at: datetime
    day: int
    text: str
    channel: str


def sample(script: Script, *, language: str, now: datetime) -> list[Foreseen]:
    """What somebody in the company's zone would get who falls silent now."""
    profile = company()
    rules = Rules(quiet_hours(profile), profile.timezone, weekly_cap())
    moments = foreseen(script.waits, since=now, now=now, rules=rules)
    values = {"name": NAMES.get(language, ""), "company": profile.name}
    return [
        Foreseen(number, at, _days(now, at), step.text(language, values), step.channel)
        for number, (step, at) in enumerate(zip(script.steps, moments, strict=True), start=1)
    ]


def _days(since: datetime, at: datetime) -> int:
    return round((at - since) / timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Meant:
    """Leads for which it would begin now: the first few, and how many; `more`: at least that many."""

    leads: Rows[Lead]
    count: int
    more: bool


def meant(sequence: Sequence, script: Script, now: datetime) -> Meant:
    """Two statements."""
    ids = list(candidates(sequence, script, now).order_by("pk").values_list("pk", flat=True)[: COUNTED + 1])
    shown = list(leads().filter(pk__in=ids[:SHOWN]).select_related("contact")) if ids else []
    return Meant(shown, min(len(ids), COUNTED), len(ids) > COUNTED)
