"""Orders of a file: uploaded, columns named, tried, taken in, taken back (spec 14.3). For managers and admins."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access.models import Role
from core.errors import Refused
from core.http import Request, require
from crm.imports.models import ImportRow, ImportRun, ImportState, Outcome
from crm.imports.operations import carry_out, table_of, take_back, try_out, upload
from crm.imports.reading import MOST_BYTES
from crm.imports.registry import importer_of
from crm.orders.importing import KIND

BUSY = (ImportState.TRYING, ImportState.RUNNING, ImportState.UNDOING)
SHOWN = 50
SAMPLE = 3
RECENT = 10


@dataclass(frozen=True, slots=True)
class Column:
    """A field with the column that was chosen for it, None for none, and what stands in its first rows."""

    key: str
    label: str
    needed: bool
    chosen: int | None
    sample: str


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.MANAGER)
def imports(request: Request) -> HttpResponse:
    """GET shows the last imports. POST takes a file."""
    refusal = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None:
                refusal = _("Choose a file first.")
            elif (file.size or 0) > MOST_BYTES:
                refusal = _("The file is larger than 20 MB. Split it and import the parts one by one.")
            else:
                run = upload(kind=KIND, name=file.name or "", content=file.read(), user=request.user)
                return redirect("desk:orders_import", run.public_id)
        except Refused as error:
            refusal = str(error)
    runs = ImportRun.objects.filter(kind=KIND).select_related("user").order_by("-id")[:RECENT]
    context = {"runs": runs, "refusal": refusal}
    return render(request, "desk/orders/imports.html", context, status=422 if refusal else 200)


@require_safe
@never_cache
@require(role=Role.MANAGER)
def run(request: Request, public_id: UUID) -> HttpResponse:
    """Columns, outcomes and what can be done next; while it works, only how far it is."""
    return _shown(request, _run(public_id))


@require_POST
@require(role=Role.MANAGER)
def columns(request: Request, public_id: UUID) -> HttpResponse:
    """Name the columns and find out what each row would do."""
    found = _run(public_id)
    mapping = {
        field.key: int(place)
        for field in importer_of(KIND).fields
        if (place := request.POST.get(field.key, "")).isdecimal() and len(place) < 4
    }
    try:
        try_out(run_id=found.pk, mapping=mapping, options={"tell": "tell" in request.POST}, user=request.user)
    except Refused as refusal:
        found.mapping = mapping
        return _shown(request, found, refusal=str(refusal), status=422)
    return redirect("desk:orders_import", public_id)


@require_POST
@require(role=Role.MANAGER)
def carry(request: Request, public_id: UUID) -> HttpResponse:
    """Take the file in as it was tried."""
    return _act(request, public_id, carry_out)


@require_POST
@require(role=Role.MANAGER)
def undo(request: Request, public_id: UUID) -> HttpResponse:
    """Take away what it added and nobody has changed since."""
    return _act(request, public_id, take_back)


@require_safe
@never_cache
@require(role=Role.MANAGER)
def refused(request: Request, public_id: UUID) -> HttpResponseBase:
    """The rows that were refused, as they were, with what is wrong beside them: to be mended and imported again."""
    found = _run(public_id)
    response = StreamingHttpResponse(_lines(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="refused.csv"'
    return response


class _Echo:
    def write(self, value: str) -> str:
        return value


def _lines(found: ImportRun) -> Iterator[str]:
    writer = csv.writer(_Echo())
    table = table_of(found)
    key = found.mapping.get(importer_of(KIND).key)
    wrong = found.rows.filter(outcome=Outcome.REFUSED)
    by_row = {row.row: row for row in wrong}
    by_name = {row.name.casefold(): row.message for row in wrong if row.name}
    yield "\ufeff" + writer.writerow([*table.header, _("What is wrong")])
    for number, cells in enumerate(table.rows, start=2):
        name = cells[key].casefold() if key is not None else ""
        message = by_name.get(name[:200]) if name else None
        if message is None and number in by_row:
            message = by_row[number].message
        if message is not None:
            yield writer.writerow([*(_plain(cell) for cell in cells), message])


def _plain(cell: str) -> str:
    """A cell that a table program would take for a formula is told to be a text."""
    return f"'{cell}" if cell[:1] in "=+-@" and not cell[1:2].isdigit() else cell


def _run(public_id: UUID) -> ImportRun:
    rows = ImportRun.objects.select_related("job", "user").filter(kind=KIND)
    return get_object_or_404(rows, public_id=public_id)


def _act(request: Request, public_id: UUID, act: Any) -> HttpResponse:
    found = _run(public_id)
    try:
        act(run_id=found.pk, user=request.user)
    except Refused as refusal:
        return _shown(request, found, refusal=str(refusal), status=409)
    return redirect("desk:orders_import", public_id)


def _shown(request: Request, found: ImportRun, *, refusal: str = "", status: int = 200) -> HttpResponse:
    busy = found.state in BUSY
    counts = dict(found.rows.order_by().values_list("outcome").annotate(count=Count("pk")))
    outcomes = [(value, label, counts.get(value, 0)) for value, label in Outcome.choices if counts.get(value)]
    context = {
        "run": found,
        "busy": busy,
        "failed": busy and found.job is not None and found.job.status == "failed",
        "outcomes": outcomes,
        "wrong": counts.get(Outcome.REFUSED, 0),
        "rows": _rows(found),
        "columns": [] if busy else _columns(found),
        "names": list(enumerate(found.header)),
        "refusal": refusal,
    }
    return render(request, "desk/orders/import.html", context, status=status)


def _rows(found: ImportRun) -> list[ImportRow]:
    """What was refused first, then the rest in the order of the file."""
    wrong = list(found.rows.filter(outcome=Outcome.REFUSED).order_by("row")[:SHOWN])
    others = found.rows.exclude(outcome=Outcome.REFUSED).order_by("row")[: SHOWN - len(wrong)]
    return [*wrong, *others]


def _columns(found: ImportRun) -> list[Column]:
    if found.state not in (ImportState.UPLOADED, ImportState.TRIED):
        return []
    rows = table_of(found).rows[:SAMPLE]
    shown = []
    for field in importer_of(KIND).fields:
        place = found.mapping.get(field.key)
        sample = "" if place is None else ", ".join(row[place] for row in rows if row[place])
        shown.append(Column(field.key, str(field.label), field.needed, place, sample[:80]))
    return shown
