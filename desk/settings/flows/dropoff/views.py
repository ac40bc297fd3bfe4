"""Where customers leave a flow, by question, with the conversations behind every figure (spec 13.1, 13.3)."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from automation.flows.dropoff.queries import (
    DropOff,
    Left,
    Question,
    drop_off,
    runs_behind,
    versions_with_runs,
)
from automation.flows.models import Flow, FlowVersion, FlowVersionStatus
from core.access.models import Role
from core.http import Request, require
from desk.settings.flows.tryout.lines import question_name

TABLE = "desk/settings/flows/dropoff.html"
LIST = "desk/settings/flows/dropoff_list.html"
PERIODS = (7, 30, 90, 365)
SHOWN = 100
"""Conversations that are listed; the newest."""
WORDS = {
    Left.REACHED: _("Asked"),
    Left.ANSWERED: _("Answered"),
    Left.DECLINED: _("Passed over"),
    Left.WAITING: _("Waiting"),
    Left.SILENT: _("Silent"),
    Left.PERSON: _("Wanted a person"),
    Left.HANDED_OFF: _("Handed over"),
    Left.ENDED: _("Ended"),
}


@dataclass(frozen=True)
class Row:
    """`cells`: (outcome, count) in the order of the columns."""

    question: Question
    name: str
    cells: list[tuple[str, int]]

    @property
    def percent(self) -> int | None:
        share = self.question.share
        return None if share is None else round(100 * share)


@require_safe
@never_cache
@require(role=Role.MANAGER)
def dropoff(request: Request, key: str) -> HttpResponse:
    """The table as a fragment; `as=csv` the same as a file."""
    versions, version, days = _asked(request, key)
    if version is None:
        return HttpResponse(status=204)
    now = timezone.now()
    found = drop_off(version, since=_since(now, days), now=now)
    if request.GET.get("as") == "csv":
        return _file(found, days)
    context = {
        "flow": version.flow,
        "found": found,
        "rows": _rows(found),
        "columns": WORDS.values(),
        "days": days,
        "periods": PERIODS,
        "versions": versions,
    }
    return render(request, TABLE, context)


@require_safe
@never_cache
@require(role=Role.MANAGER)
def behind(request: Request, key: str, step: str, outcome: str) -> HttpResponse:
    """The conversations that a figure counts."""
    _versions, version, days = _asked(request, key)
    if version is None or outcome not in tuple(Left):
        raise Http404
    now = timezone.now()
    since = _since(now, days)
    found = drop_off(version, since=since, now=now)
    question = next((each for each in found.questions if each.place.step == step), None)
    if question is None:
        raise Http404
    runs = runs_behind(version, question.place, Left(outcome), since=since, now=now, user=request.user)
    context = {
        "flow": version.flow,
        "version": version,
        "question": question_name(question.place.target),
        "outcome": WORDS[Left(outcome)],
        "count": question.counts[Left(outcome)],
        "days": days,
        "runs": list(runs[:SHOWN]),
    }
    return render(request, LIST, context)


def _asked(request: Request, key: str) -> tuple[Sequence[FlowVersion], FlowVersion | None, int]:
    """The version that is asked for, else the one in use; a period that nobody offers is the month."""
    flow = get_object_or_404(Flow, key=key)
    versions = versions_with_runs(flow.pk)
    number, days = request.GET.get("version", ""), request.GET.get("days", "")
    chosen = next((each for each in versions if str(each.number) == number), None)
    in_use = next((each for each in versions if each.status == FlowVersionStatus.PUBLISHED), None)
    version = chosen or in_use or next(iter(versions), None)
    return versions, version, int(days) if days in map(str, PERIODS) else 30


def _since(now: datetime, days: int) -> datetime:
    return now - timedelta(days=days)


def _rows(found: DropOff) -> list[Row]:
    return [
        Row(each, question_name(each.place.target), [(key.value, each.counts[key]) for key in WORDS])
        for each in found.questions
    ]


def _file(found: DropOff, days: int) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"drop-off-{found.version.flow.key}-v{found.version.number}-{days}d.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerow(["step", "question", *(outcome.value for outcome in WORDS)])
    for row in _rows(found):
        place: Any = row.question.place
        writer.writerow([place.step, place.target, *(count for _outcome, count in row.cells)])
    return response
