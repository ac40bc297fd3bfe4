"""Pages, filters and orders: the same for every list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.events.actor import SYSTEM
from crm.contacts.models import Contact
from crm.pipeline.models import Lead
from crm.pipeline.operations import create_lead
from tests.api.program import Program
from tests.factories.crm import ContactFactory

MOST_STATEMENTS = 2


def make_leads(count: int, **values: Any) -> list[Lead]:
    contact = ContactFactory.create()
    return [
        create_lead(contact=contact, actor=SYSTEM, title=f"Lead {number}", **values)
        for number in range(count)
    ]


def titles(page: dict[str, Any]) -> list[str]:
    return [row["title"] for row in page["results"]]


def test_pages_follow_each_other_without_gap_or_repeat_while_rows_come_and_go(program: Program) -> None:
    leads = make_leads(7)

    first = program.get("leads/?limit=3")
    make_leads(2)
    leads[3].delete()
    second = program.get(first["next"])

    assert titles(first) == ["Lead 6", "Lead 5", "Lead 4"]
    assert titles(second) == ["Lead 2", "Lead 1", "Lead 0"]
    assert second["next"] is None


def test_an_order_by_a_value_breaks_ties(program: Program) -> None:
    leads = make_leads(6)
    for lead, score in zip(leads, (5, 5, 5, 1, 9, 5), strict=True):
        Lead.objects.filter(pk=lead.pk).update(score=score, fit=score)

    seen, link = [], "leads/?sort=-score&limit=2"
    while link:
        page = program.get(link)
        seen += titles(page)
        link = page["next"]

    assert seen == ["Lead 4", "Lead 5", "Lead 2", "Lead 1", "Lead 0", "Lead 3"]
    assert titles(program.get("leads/?sort=score&limit=1")) == ["Lead 3"]


def test_an_order_by_time_leaves_out_what_has_none(program: Program) -> None:
    leads = make_leads(4)
    now = timezone.now()
    for days, lead in enumerate(leads[:3]):
        Lead.objects.filter(pk=lead.pk).update(next_step="Call", next_step_at=now + timedelta(days=-days))

    first = program.get("leads/?sort=next_step_at&limit=2")

    assert titles(first) == ["Lead 2", "Lead 1"]
    assert titles(program.get(first["next"])) == ["Lead 0"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("title__contains=LEAD 2", ["Lead 2"]),
        ("score__gte=2&score__lt=4", ["Lead 3", "Lead 2"]),
        ("score__in=0,4", ["Lead 4", "Lead 0"]),
        ("value__gt=100", ["Lead 1"]),
        ("value__isnull=true&score__gt=2", ["Lead 4", "Lead 3"]),
        ("tag=vip", ["Lead 4"]),
        ("status=open&grade__in=A,B,C,D&score=3", ["Lead 3"]),
        ("status__in=won,lost", []),
        ("created_at__lt=2020-01-01T00:00:00Z", []),
    ],
)
def test_filters_narrow(program: Program, query: str, expected: list[str]) -> None:
    for score, lead in enumerate(make_leads(5)):
        Lead.objects.filter(pk=lead.pk).update(
            score=score, fit=score, value=250 if score == 1 else None, tags=["vip"] if score == 4 else []
        )

    assert titles(program.get(f"leads/?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "path", "code"),
    [
        ("colour=red", "?colour", "unknown_parameter"),
        ("score__like=5", "?score__like", "unknown_parameter"),
        ("title=Lead", "?title", "unknown_parameter"),
        ("score=many", "?score", "bad_value"),
        ("score=99999999999999999999", "?score", "bad_value"),
        ("value__gt=1e400", "?value__gt", "bad_value"),
        ("value__gt=NaN", "?value__gt", "bad_value"),
        ("status=gone", "?status", "bad_value"),
        ("contact=5", "?contact", "bad_value"),
        ("created_at__gte=yesterday", "?created_at__gte", "bad_value"),
        ("created_at__gte=2026-01-01T00:00:00", "?created_at__gte", "bad_value"),
        ("created_at__gte=0001-01-01T00:00:00%2B14:00", "?created_at__gte", "bad_value"),
        ("owner__isnull=maybe", "?owner__isnull", "bad_value"),
        ("title__contains=%00", "?title__contains", "bad_value"),
        ("score=1&score=2", "?score", "repeated"),
        ("score__in=" + ",".join("1" * 200), "?score__in", "bad_value"),
        ("sort=colour", "?sort", "unknown_order"),
        ("limit=0", "?limit", "bad_value"),
        ("limit=201", "?limit", "bad_value"),
        ("expand=answers", "?expand", "unknown_expansion"),
        ("cursor=abc", "?cursor", "bad_cursor"),
        ("cursor=WyItY3JlYXRlZCIsIDk5OTk5OTk5OTk5OTk5OTk5OTk5XQ", "?cursor", "bad_cursor"),
    ],
)
def test_what_a_list_does_not_know_is_refused_with_what_it_knows(
    program: Program, query: str, path: str, code: str
) -> None:
    problem = program.get(f"leads/?{query}", expect=400)

    assert [(fault["path"], fault["code"]) for fault in problem["errors"]] == [(path, code)]
    if code.startswith("unknown"):
        assert problem["errors"][0]["allowed"]


def test_a_cursor_belongs_to_its_order(program: Program) -> None:
    make_leads(3)
    cursor = program.get("leads/?limit=1")["next"].partition("cursor=")[2]

    program.get(f"leads/?limit=1&sort=-score&cursor={cursor}", expect=400)
    program.get(f"leads/?limit=1&cursor={cursor}&sort=-created")


@pytest.mark.parametrize(
    "path", ["leads/?expand=contact,stage,pipeline,owner,team", "contacts/?expand=company,owner"]
)
def test_a_list_costs_the_same_whatever_its_length(program: Program, path: str) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            program.get(path)
        return len(captured)

    make_leads(1)
    statements()
    few = statements()
    for _ in range(10):
        make_leads(2)

    assert statements() == few <= MOST_STATEMENTS
    assert Contact.objects.count() == 11
