"""Where customers leave a flow (spec 13.1), counted in the database from what runs keep, and the conversations behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from automation.flows.dropoff.places import Place, places
from automation.flows.engine.handing import HUMAN
from automation.flows.models import FlowRun, FlowVersion
from automation.flows.queries import document_of
from conversations.threads.queries import conversations
from core.access.models import User

QUIET = timedelta(hours=24)
"""Who has not answered for so long has left."""


class Left(StrEnum):
    """What became of those who were asked. WAITING: asked lately. DECLINED: passed over, or not answered twice.

    SILENT, PERSON, HANDED_OFF and ENDED are the drop-off: no answer came, a person was asked for, somebody took over, or
    the customer wanted no more.
    """

    REACHED = "reached"
    ANSWERED = "answered"
    DECLINED = "declined"
    WAITING = "waiting"
    SILENT = "silent"
    PERSON = "person"
    HANDED_OFF = "handed_off"
    ENDED = "ended"


DROPPED = (Left.SILENT, Left.PERSON, Left.HANDED_OFF, Left.ENDED)
STANDING = (Left.WAITING, *DROPPED)

_COUNTS = """
WITH runs AS (
     SELECT state, updated_at FROM automation_flowrun
      WHERE version_id = %(version)s AND created_at >= %(since)s)
SELECT 'reached', asked.target, count(*)
  FROM runs, jsonb_object_keys(runs.state -> 'asked') AS asked (target) GROUP BY 2
UNION ALL
SELECT 'declined', given_up.target, count(*)
  FROM runs, jsonb_array_elements_text(runs.state -> 'declined') AS given_up (target) GROUP BY 2
UNION ALL
SELECT CASE WHEN state ->> 'status' = 'waiting' AND updated_at <= %(quiet)s THEN 'silent'
            WHEN state ->> 'status' = 'waiting' THEN 'waiting'
            WHEN state ->> 'status' = 'done' THEN 'ended'
            WHEN state ->> 'ended' = %(person)s THEN 'person'
            ELSE 'handed_off' END,
       COALESCE(state ->> 'pending', 'step:' || (state ->> 'step')), count(*)
  FROM runs GROUP BY 1, 2
UNION ALL
SELECT 'runs', '', count(*) FROM runs
"""


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the flow with how many runs are counted under each outcome."""

    place: Place
    counts: Mapping[Left, int]

    @property
    def reached(self) -> int:
        return self.counts[Left.REACHED]

    @property
    def dropped(self) -> int:
        return sum(self.counts[each] for each in DROPPED)

    @property
    def share(self) -> float | None:
        """Of those who were asked, how many left here; None where nobody was."""
        return self.dropped / self.reached if self.reached else None


@dataclass(frozen=True, slots=True)
class DropOff:
    """`runs` that began since then with the version."""

    version: FlowVersion
    since: datetime
    runs: int
    questions: tuple[Question, ...]

    @property
    def worst(self) -> Question | None:
        """Where most customers leave."""
        lost = [each for each in self.questions if each.dropped]
        return max(lost, key=lambda each: each.dropped, default=None)


def drop_off(version: FlowVersion, *, since: datetime, now: datetime) -> DropOff:
    """One statement, and the version's document where this process has not read it yet."""
    counted: dict[str, Counter[str]] = {}
    params: dict[str, Any] = {
        "version": version.pk,
        "since": since,
        "quiet": now - QUIET,
        "person": HUMAN.reason,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, params)
        for outcome, target, count in cursor.fetchall():
            counted.setdefault(outcome, Counter())[target] += count
    found = places(document_of(version))
    questions = tuple(Question(each, _counts(each, counted)) for each in found)
    return DropOff(version, since, counted.get("runs", Counter())[""], questions)


def _counts(place: Place, counted: Mapping[str, Counter[str]]) -> dict[Left, int]:
    nothing: Counter[str] = Counter()
    counts = {Left.REACHED: counted.get("reached", nothing)[place.target]}
    counts[Left.DECLINED] = counted.get("declined", nothing)[place.target]
    for outcome in STANDING:
        rows = counted.get(outcome.value, nothing)
        counts[outcome] = sum(count for target, count in rows.items() if _stands_at(place, target))
    used = sum(counts[each] for each in STANDING)
    counts[Left.ANSWERED] = max(0, counts[Left.REACHED] - counts[Left.DECLINED] - used)
    return counts


def _stands_at(place: Place, target: str) -> bool:
    return target == f"step:{place.step}" or place.holds(target)


def runs_behind(
    version: FlowVersion, place: Place, outcome: Left, *, since: datetime, now: datetime, user: User
) -> QuerySet[FlowRun]:
    """The runs that `drop_off` counts there, newest first, those whose conversation the person may see."""
    rows = FlowRun.objects.filter(version=version, created_at__gte=since)
    rows = rows.filter(conversation__in=conversations().visible_to(user)).annotate(
        engine=KT("state__status"),
        at=Coalesce(KT("state__pending"), Value(""), output_field=CharField()),
        at_step=KT("state__step"),
    )
    rows = rows.annotate(left=_left(now)).select_related("conversation__contact", "conversation__account")
    stands = Q(at=place.target) | Q(at="", at_step=place.step)
    if place.family:
        stands |= Q(at__startswith=place.family)
    asked = Q(state__asked__has_key=place.target)
    declined = Q(state__declined__contains=[place.target])
    if outcome in STANDING:
        rows = rows.filter(stands, left=outcome.value)
    elif outcome is Left.DECLINED:
        rows = rows.filter(declined)
    elif outcome is Left.ANSWERED:
        rows = rows.filter(asked).exclude(declined).exclude(stands)
    else:
        rows = rows.filter(asked)
    return rows.order_by("-id")


def _left(now: datetime) -> Case:
    return Case(
        When(engine="waiting", updated_at__lte=now - QUIET, then=Value(Left.SILENT.value)),
        When(engine="waiting", then=Value(Left.WAITING.value)),
        When(engine="done", then=Value(Left.ENDED.value)),
        When(state__ended=HUMAN.reason, then=Value(Left.PERSON.value)),
        default=Value(Left.HANDED_OFF.value),
        output_field=CharField(),
    )


def versions_with_runs(flow_id: int) -> Sequence[FlowVersion]:
    """Those that can be looked at: published ever, newest first."""
    rows = FlowVersion.objects.filter(flow_id=flow_id).exclude(published_at=None)
    return list(rows.select_related("flow").defer("document").order_by("-number")[:20])
