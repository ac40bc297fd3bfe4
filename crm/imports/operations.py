"""A file is uploaded, its columns named, tried without effect, taken in, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from core.access.models import User
from core.errors import Refused
from core.events.actor import Actor
from core.jobs.models import Job
from core.jobs.operations import start
from core.jobs.registry import Step
from core.text import clean
from crm.imports.errors import BadMapping, NotReady
from crm.imports.models import ImportRow, ImportRun, ImportState, Outcome
from crm.imports.reading import Table, read
from crm.imports.registry import Importer, Row, importer_of

JOB = "crm.import"
BITE = 50
TRY, RUN, UNDO = "try", "run", "undo"
_BUSY = {TRY: ImportState.TRYING, RUN: ImportState.RUNNING, UNDO: ImportState.UNDOING}
_OVER = {TRY: ImportState.TRIED, RUN: ImportState.DONE, UNDO: ImportState.UNDONE}
_FROM = {
    TRY: (ImportState.UPLOADED, ImportState.TRIED),
    RUN: (ImportState.TRIED,),
    UNDO: (ImportState.DONE,),
}


@transaction.atomic
def upload(*, kind: str, name: str, content: bytes, user: User) -> ImportRun:
    """Keep the file, with a guess at what its columns mean. Raises BadFile."""
    table = read(content)
    run = ImportRun(
        kind=kind,
        name=clean(name).strip()[:200] or _("File"),
        header=list(table.header),
        size=len(table.rows),
        mapping=importer_of(kind).guess(table.header),
        user=user,
    )
    suffix = ".xlsx" if content.startswith(b"PK") else ".csv"
    run.file.save(f"{run.public_id}{suffix}", ContentFile(content), save=False)
    run.save()
    return run


@transaction.atomic
def try_out(*, run_id: int, mapping: Mapping[str, int], options: Mapping[str, Any], user: User) -> ImportRun:
    """Find out in the background what each row would do; nothing is kept. Raises BadMapping, NotReady."""
    run = _locked(run_id, TRY)
    importer = importer_of(run.kind)
    known = {field.key for field in importer.fields}
    run.mapping = {
        key: place for key, place in mapping.items() if key in known and 0 <= place < len(run.header)
    }
    for field in importer.fields:
        if field.needed and field.key not in run.mapping:
            raise BadMapping(_("Choose the column for: %(name)s.") % {"name": field.label})
    run.options = dict(options)
    return _begin(run, TRY, user)


@transaction.atomic
def carry_out(*, run_id: int, user: User) -> ImportRun:
    """Take the file in, as it was tried. Raises NotReady."""
    return _begin(_locked(run_id, RUN), RUN, user)


@transaction.atomic
def take_back(*, run_id: int, user: User) -> ImportRun:
    """Take away what the import added and nobody has changed since. Raises NotReady."""
    return _begin(_locked(run_id, UNDO), UNDO, user)


def _locked(run_id: int, phase: str) -> ImportRun:
    run = ImportRun.objects.select_for_update().get(pk=run_id)
    if run.state not in _FROM[phase]:
        raise NotReady(_("This import has moved on meanwhile. Reload the page to see where it is."))
    return run


def _begin(run: ImportRun, phase: str, user: User) -> ImportRun:
    run.state = _BUSY[phase]
    run.job = start(kind=JOB, payload={"run": run.pk, "phase": phase}, created_by=user)
    run.save(update_fields=["state", "job", "mapping", "options"])
    return run


def work(job: Job, now: datetime) -> Step:
    """One bite of an import: so many things, each as a whole or not at all."""
    run = ImportRun.objects.select_for_update().get(pk=job.payload["run"])
    phase = job.payload["phase"]
    actor = Actor.of(job.created_by)
    step = _take_back(run, job, actor, now) if phase == UNDO else _take(run, job, actor, now)
    if step.finished:
        run.state, run.finished_at = _OVER[phase], now
        run.save(update_fields=["state", "finished_at"])
    return step


def _take(run: ImportRun, job: Job, actor: Actor, now: datetime) -> Step:
    importer, dry = importer_of(run.kind), job.payload["phase"] == TRY
    begin = int(job.cursor or 0)
    if begin == 0:
        run.rows.all().delete()
    things = grouped(table_of(run), run.mapping, importer.key)
    rows = [
        _one(run, importer, place, things_rows, dry=dry, actor=actor, now=now)
        for place, things_rows in things[begin : begin + BITE]
    ]
    ImportRow.objects.bulk_create(rows)
    done = min(begin + BITE, len(things))
    return Step(done, len(things), done, done >= len(things))


def table_of(run: ImportRun) -> Table:
    with run.file.open("rb") as stored:
        return read(stored.read())


def grouped(table: Table, mapping: Mapping[str, int], key: str) -> list[tuple[int, list[Row]]]:
    """The rows of each thing with the number of its first row; rows without the key stand alone, to be refused."""
    found: dict[str, tuple[int, list[Row]]] = {}
    for number, cells in enumerate(table.rows, start=2):
        row = {name: cells[place] for name, place in mapping.items()}
        name = row.get(key, "").casefold() or f"row {number}"
        found.setdefault(name, (number, []))[1].append(row)
    return list(found.values())


def _one(
    run: ImportRun,
    importer: Importer,
    place: int,
    rows: list[Row],
    *,
    dry: bool,
    actor: Actor,
    now: datetime,
) -> ImportRow:
    made = ImportRow(run=run, row=place, rows=len(rows), name=rows[0].get(importer.key, "")[:200])
    try:
        with transaction.atomic():
            taken = importer.take(rows, run.options, actor, now)
            if dry:
                transaction.set_rollback(True)
    except Refused as refusal:
        made.outcome, made.message = Outcome.REFUSED, str(refusal)[:500]
        return made
    made.outcome, made.name = Outcome(taken.outcome), taken.name[:200]
    if not dry:
        made.thing, made.revision = taken.thing, taken.revision
    return made


def _take_back(run: ImportRun, job: Job, actor: Actor, now: datetime) -> Step:
    importer, last = importer_of(run.kind), int(job.cursor or 0)
    added = run.rows.filter(outcome=Outcome.CREATED, thing__isnull=False)
    rows = list(added.filter(row__gt=last).order_by("row")[:BITE])
    for row in rows:
        if importer.undo(row.thing or 0, row.revision, actor, now):
            row.outcome = Outcome.UNDONE
    ImportRow.objects.bulk_update(rows, ["outcome"])
    done = job.done + len(rows)
    total = job.total if job.total is not None else added.count()
    return Step(done, total, rows[-1].row if rows else last, len(rows) < BITE)
