"""Run by `benchmarks.scoring` inside the installation: prints seconds as JSON. Writes ledger rows, scores, chances, tags.

The one argument is over how many leads the recalculations go.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from core.ids import uuid7  # noqa: E402
from crm.bulk.actions import tag_with  # noqa: E402
from crm.bulk.operations import start_bulk  # noqa: E402
from crm.bulk.operations.working import work_all  # noqa: E402
from crm.chances.operations import learn  # noqa: E402
from crm.chances.operations import write as write_chances  # noqa: E402
from crm.pipeline.models import Lead  # noqa: E402
from crm.pipeline.queries import leads  # noqa: E402
from crm.qualification.queries import questions  # noqa: E402
from crm.scoring.content import Content, RuleDraft  # noqa: E402
from crm.scoring.models import ScoreEntry  # noqa: E402
from crm.scoring.operations import rescore  # noqa: E402
from crm.scoring.operations.recalculation import recalculate  # noqa: E402
from crm.scoring.queries import moment, read_rules  # noqa: E402
from crm.scoring.queries.simulation import CHUNK, effect_on, sampled_effect  # noqa: E402
from crm.scoring.scoring import RuleBook, Thresholds  # noqa: E402
from crm.scoring.tasks import BATCH  # noqa: E402

CHANCES = 5000
TAGGED = 10_000


def asked(key: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": key, "op": operator} | ({} if value is None else {"value": value})


def drams(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "AMD"}


def drafts() -> list[RuleDraft]:
    """Twenty: answers, columns, the contact, time, one with groups, one that fades."""
    fit = [asked("answer.start", "lte", days) for days in (7, 14, 30, 60, 80)]
    fit += [asked("answer.budget", "gte", drams(amount)) for amount in (300_000, 1_000_000, 2_000_000)]
    fit += [asked("lead.value", "gte", drams(amount)) for amount in (500_000, 1_500_000)]
    fit += [asked("lead.source", "is", "webchat"), asked("lead.goal", "in", ["sales", "price"])]
    fit += [asked("contact.language", "is", "hy"), asked("lead.tags", "has_any", ["vip"])]
    fit += [
        {
            "all": [
                fit[1],
                {"any": [asked("lead.value", "gte", drams(900_000)), asked("lead.owner", "is_set")]},
            ]
        }
    ]
    found = [RuleDraft(f"Fit {place}", "fit", each, 1 + place % 3, uuid7()) for place, each in enumerate(fit)]
    engagement = [asked("contact.phone", "is_set"), asked("lead.campaign", "is_set")]
    engagement += [asked("lead.next_step_at", "is_set"), asked("lead.created_at", "within_last", 20)]
    found += [
        RuleDraft(f"Engagement {place}", "engagement", each, 2, uuid7())
        for place, each in enumerate(engagement)
    ]
    wrote = asked("lead.last_message_at", "is_set")
    return [
        *found,
        RuleDraft("Wrote", "engagement", wrote, 3, uuid7(), None, 14, "lead.last_message_at"),
    ]


def book(rules: list[RuleDraft]) -> RuleBook:
    return RuleBook(1, read_rules(Content(tuple(rules))), Thresholds(), questions())


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def everybody(rules: RuleBook, most: int) -> int:
    """Score the first leads as the job does; how many."""
    at, last, count = moment(), 0, 0
    while count < most:
        with transaction.atomic():
            leads = Lead.objects.select_for_update(no_key=True).filter(pk__gt=last).order_by("pk")
            ids = list(leads.values_list("pk", flat=True)[:BATCH])
            if not ids:
                break
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL work_mem = '64MB'")
            recalculate(ids=ids, book=rules, at=at)
        last, count = ids[-1], count + len(ids)
    return count


def whole(rules: RuleBook) -> None:
    at, last = moment(), 0
    while ids := list(Lead.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        effect_on(Lead.objects.filter(pk__gte=ids[0], pk__lte=ids[-1]), rules, at)
        last = ids[-1]


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        transaction.set_rollback(True)


def rescored() -> list[float]:
    """Seconds of scoring a lead whose answer has changed, in the transaction that changed it."""
    found = []
    for lead in Lead.objects.select_related("contact").order_by("pk")[:50]:
        with transaction.atomic():
            locked = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
            locked.answers = {**locked.answers, "start": 3 if locked.answers.get("start", 90) > 7 else 90}
            found.append(timed(lambda lead=locked: rescore(lead=lead, changed=["answers"]))[0])
    return found


def tagged(count: int) -> float:
    ids = list(Lead.objects.order_by("pk").values_list("pk", flat=True)[:count])
    rows, action = leads().filter(pk__in=ids), tag_with(add=["bench"])

    def work() -> None:
        bulk = start_bulk(rows=rows, action=action, user=None, at_once=count)
        work_all(bulk)

    return timed(work)[0]


def main() -> None:
    most = int(sys.argv[1])
    rules = drafts()
    first = book(rules)
    other = book(
        [
            replace(each, points=each.points + 1) if each.name in ("Fit 5", "Fit 13") else each
            for each in rules
        ]
    )
    entries = ScoreEntry.objects.count()
    first_seconds, scored = timed(lambda: everybody(first, most))
    written = ScoreEntry.objects.count() - entries
    sample_seconds, sampled = timed(lambda: sampled_effect(other, moment()))
    lead = Lead.objects.order_by("pk").first()
    assert lead is not None
    last = Lead.objects.order_by("pk").values_list("pk", flat=True)[scored - 1]
    rescore(lead=lead)
    chance_ids = list(Lead.objects.filter(stage_kind="open").values_list("pk", flat=True)[:CHANCES])
    figures = {
        "leads": Lead.objects.count(),
        "scored": scored,
        "written": written,
        "first": first_seconds,
        "unchanged": timed(lambda: everybody(first, most))[0],
        "changed": timed(lambda: everybody(other, most))[0],
        "update": timed(lambda: run(f"UPDATE crm_lead SET score = score WHERE id <= {last}"))[0],
        "whole": timed(lambda: whole(first))[0],
        "scan": timed(lambda: run("SELECT count(answers), sum(score), sum(value) FROM crm_lead"))[0],
        "sample": sample_seconds,
        "sampled": sampled.effect.leads,
        "one": median(timed(lambda: rescore(lead=lead))[0] for _ in range(50)),
        "one_floor": median(timed(lambda: Lead.objects.get(pk=lead.pk))[0] for _ in range(50)),
        "answer": median(rescored()),
        "learn": timed(lambda: learn(now=timezone.now()))[0],
        "chances": timed(lambda: write_chances(chance_ids))[0],
        "chance_leads": len(chance_ids),
        "tagged": tagged(TAGGED),
        "tag_floor": timed(
            lambda: run(
                f"UPDATE crm_lead SET tags = tags WHERE id IN (SELECT id FROM crm_lead LIMIT {TAGGED})"
            )
        )[0],
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
