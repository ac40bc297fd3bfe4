"""What becomes of quotes: how quickly they go out, how many are accepted, whose, of what and at which discount."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.company.queries import company
from core.http import Request, signed_in
from crm.quotes import clock
from crm.quotes.figures.periods import LONGEST, USUAL, BadPeriod, Period
from crm.quotes.figures.queries import Figures, figures
from crm.quotes.queries import quotes
from desk.quotes.figures.chart import HEIGHT, WIDTH, columns
from desk.quotes.figures.tables import Addresses, Table, length, outcomes, percent, steps, tables, waiting_url
from desk.quotes.wanted import day_of

USUAL_DAYS = 30
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for the beginning of a formula."""


@require_safe
@never_cache
@signed_in
def page(request: Request) -> HttpResponse:
    """Of `days` up to today, or `from` a day `to` a day."""
    today = clock.today_in(company().timezone, timezone.now())
    fault = ""
    try:
        period = _period(request)
    except BadPeriod:
        period = Period.until(today, USUAL_DAYS)
        fault = _("The first day comes before the last, and they are at most three years apart.")
    found = _figures(request, period)
    context = {
        "found": found,
        "fault": fault,
        "days": period.days if period.last == today else None,
        "usual": USUAL,
        "columns": columns(found.steps, period),
        "width": WIDTH,
        "height": HEIGHT,
        "tables": tables(found),
        "steps": steps(found),
        "outcomes": outcomes(found),
        "rate": percent(found.counts.rate),
        "all_url": Addresses(period).of(),
        "waiting_url": waiting_url(),
        "times": [
            (_("half are sent within"), length(found.times.median)),
            (_("on average"), length(found.times.average)),
            (_("90 % are sent within"), length(found.times.p90)),
        ],
    }
    return render(request, "desk/quotes/figures.html", context, status=422 if fault else 200)


@require_safe
@never_cache
@signed_in
def csv_file(request: Request) -> HttpResponse:
    """The tables of the same period, one below the other, for a spreadsheet."""
    try:
        period = _period(request)
    except BadPeriod:
        raise BadRequest(f"from must come before to, at most {LONGEST} days apart") from None
    found = _figures(request, period)
    name = f"quotes-{period.first}-{period.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8", headers=headers)
    writer = csv.writer(response)
    for table in (steps(found), *tables(found)):
        writer.writerows([_plain(each) for each in row] for row in _rows(table))
        writer.writerow([])
    return response


def _rows(table: Table) -> Iterator[Sequence[Any]]:
    yield [table.title]
    rate = [_("Acceptance")] if table.has_rate else []
    yield [table.first, *table.head, *rate, *table.more]
    for line in table.lines:
        share = [] if not table.has_rate else ["" if line.rate is None else line.rate]
        yield [line.label, *(cell.count for cell in line.cells), *share, *line.more]


def _plain(value: Any) -> Any:
    """A text that begins like a formula is kept from being one."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _figures(request: Request, period: Period) -> Figures:
    return figures(quotes().visible_to(request.user), period, now=timezone.now())


def _period(request: Request) -> Period:
    """Raises BadPeriod, BadRequest for what is no day."""
    today = clock.today_in(company().timezone, timezone.now())
    first, last = (day_of(name, request.GET.get(name, "")) for name in ("from", "to"))
    days = request.GET.get("days", "")
    if first is None and last is None:
        return Period.until(today, int(days) if days in map(str, USUAL) else USUAL_DAYS)
    last = last or today
    try:
        return Period(first or last - timedelta(days=USUAL_DAYS - 1), last)
    except OverflowError:
        raise BadPeriod from None
