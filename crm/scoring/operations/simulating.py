"""The look at all leads in the background, while a draft is being edited."""

from __future__ import annotations

from core.access.models import User
from core.jobs.models import Job
from core.jobs.operations import start
from core.jobs.registry import Step
from crm.pipeline.models import Lead
from crm.scoring.effect import Effect
from crm.scoring.queries import book_of, moment, standing
from crm.scoring.queries.simulation import CHUNK, SIMULATE, effect_on


def start_simulation(*, user: User | None, mark: str) -> Job:
    """Look at all leads with the draft of this mark; gives way to any later edit."""
    return start(kind=SIMULATE, payload={"mark": mark}, created_by=user)


def simulate_next(job: Job, *, chunk: int = CHUNK) -> Step:
    """The next leads by id. The result of the job is the Effect over all of them, or {"superseded": true}."""
    state = standing()
    if state.mark != job.payload["mark"]:
        return Step(job.done, job.total, None, finished=True, result={"superseded": True})
    cursor = job.cursor or {"last": 0, "effect": {}}
    total = Lead.objects.count() if job.total is None else job.total
    leads = Lead.objects.filter(pk__gt=cursor["last"]).order_by("pk")
    ids = list(leads.values_list("pk", flat=True)[:chunk])
    so_far = Effect.of_json(cursor["effect"])
    if ids:
        part = Lead.objects.filter(pk__gte=ids[0], pk__lte=ids[-1])
        so_far = so_far + effect_on(part, book_of(state.shown), moment())
    done, whole = job.done + len(ids), so_far.to_json()
    if len(ids) < chunk:
        return Step(done, max(total, done), None, finished=True, result=whole)
    return Step(done, max(total, done), {"last": ids[-1], "effect": whole}, finished=False)
