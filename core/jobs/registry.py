"""Kinds of long work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.notifications import registry as notifications

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from core.jobs.models import Job

MAX_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Step:
    """How far a step came. `cursor` is where the next one goes on, `total` None while unknown, `result` is
    kept at the end.
    """

    done: int
    total: int | None
    cursor: Any
    finished: bool
    result: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobKind:
    kind: str
    step: Callable[[Job], Step]
    done_notification: str | None = None
    failed_notification: str | None = None
    url: str = ""
    max_attempts: int = MAX_ATTEMPTS


_kinds: dict[str, JobKind] = {}


def job(
    kind: str,
    *,
    done_text: str | Promise | None = None,
    failed_text: str | Promise | None = None,
    url: str = "",
    max_attempts: int = MAX_ATTEMPTS,
) -> Callable[[Callable[[Job], Step]], Callable[[Job], Step]]:
    """Decorate `step(job) -> Step`: one bite of the work from `job.cursor`, in one transaction with its
    progress.

    With texts (lazily translated) whoever started the job is notified at its end, with a link to `url`. After
    `max_attempts` faults in a row the job fails. Raises ValueError for a kind that is taken.
    """

    def register(step: Callable[[Job], Step]) -> Callable[[Job], Step]:
        if kind in _kinds:
            raise ValueError(f"The job kind {kind!r} is registered already.")
        done, failed = _notification(kind, "done", done_text), _notification(kind, "failed", failed_text)
        _kinds[kind] = JobKind(kind, step, done, failed, url, max_attempts)
        return step

    return register


def kind_of(kind: str) -> JobKind:
    """The kind; for one that nobody knows a kind whose step fails, so that the job ends with the reason."""
    return _kinds.get(kind) or JobKind(kind, _unknown)


def _notification(kind: str, end: str, text: str | Promise | None) -> str | None:
    if text is None:
        return None
    notifications.register(f"job.{kind}.{end}", text=text)
    return f"job.{kind}.{end}"


def _unknown(job: Job) -> Step:
    raise LookupError(f"No step is registered for the job kind {job.kind!r}.")
