from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from core.access.models import User
from core.conditions import Moment, parse
from crm.pipeline.models import Lead, Pipeline, Stage
from crm.pipeline.queries import leads
from desk.filters import LeadFilter, moment_of
from desk.filters.bar import QUICK, bar, without_quick
from tests.factories.conversations import make_conversation
from tests.factories.core import UserFactory
from tests.factories.crm import ContactFactory, LeadFactory

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
GOOD = {"field": "lead.grade", "op": "in", "value": ["A", "B"]}
WEB = {"field": "lead.source", "op": "is", "value": "webchat"}


def found(user: User, **asked: str) -> list[str]:
    chosen = LeadFilter.of(asked, user)
    return sorted(chosen.apply(leads(), moment_of(user, NOW)).values_list("title", flat=True))


@pytest.fixture
def some(manager: User, pipeline: Pipeline) -> dict[str, Lead]:
    new, won = (Stage.objects.get(name=name) for name in ("New", "Won"))
    made = {
        "late": LeadFactory(stage=new, grade="A", owner=manager, next_step_at=NOW - timedelta(hours=1)),
        "soon": LeadFactory(stage=new, grade="B", source="webchat", next_step_at=NOW + timedelta(hours=1)),
        "far": LeadFactory(stage=new, grade="C", source="webchat", next_step_at=NOW + timedelta(days=9)),
        "bare": LeadFactory(stage=new, grade="C", contact=ContactFactory(name="Смирнова")),
        "won": LeadFactory(stage=won, grade="A"),
    }
    for title, lead in made.items():
        Lead.objects.filter(pk=lead.pk).update(title=title, title_normal=title)
    return made


def test_parts_of_the_address_narrow_together(manager: User, some: dict[str, Lead]) -> None:
    assert found(manager) == ["bare", "far", "late", "soon", "won"]
    assert found(manager, filter=json.dumps(GOOD)) == ["late", "soon", "won"]
    assert found(manager, filter=json.dumps({"all": [GOOD, WEB]})) == ["soon"]
    assert found(manager, mine="1") == ["late"]
    assert found(manager, search="Smirnova") == ["bare"]
    assert found(manager, search="Smirnova", mine="1") == []


@pytest.mark.parametrize(
    "bad",
    [
        "nonsense",
        "[]",
        "null",
        "{}",
        '"lead.grade"',
        "[" * 5000,
        '{"field": "lead.grade", "op": "is", "value": "Z"}',
        '{"field": "lead.nothing", "op": "is", "value": "A"}',
        '{"field": "time.now", "op": "after", "value": "today"}',
        json.dumps({"any": [GOOD] * 70}),
        json.dumps({"field": "contact.name", "op": "contains", "value": "x" * 9000}),
    ],
)
def test_what_cannot_be_read_shows_nothing_and_says_so(
    manager: User, some: dict[str, Lead], bad: str
) -> None:
    chosen = LeadFilter.of({"filter": bad}, manager)

    assert chosen.error.startswith("This filter cannot be read, so nothing is shown: ")
    assert list(chosen.apply(leads(), moment_of(manager, NOW))) == []
    assert not chosen.is_empty


def test_a_view_that_is_gone_shows_nothing(manager: User, some: dict[str, Lead]) -> None:
    chosen = LeadFilter.of({"view": "0192d3a0-0000-7000-8000-000000000000"}, manager)

    assert "This view is not there any more" in chosen.error
    assert list(chosen.apply(leads(), moment_of(manager, NOW))) == []


def test_a_filter_reads_as_a_sentence_in_the_language_asked_for(manager: User, pipeline: Pipeline) -> None:
    chosen = LeadFilter.of({"filter": json.dumps(GOOD), "mine": "1", "search": " Ani  S "}, manager)

    assert chosen.words("en") == "Mine, Grade is one of: A, B, “Ani S”"
    with translation.override("ru"):
        assert chosen.words() == chosen.words("ru")
    assert LeadFilter(manager).words() == ""


def test_the_address_of_a_filter_gives_the_same_filter(manager: User, pipeline: Pipeline) -> None:
    asked = {"filter": json.dumps({"all": [GOOD, {"none": [WEB]}]}), "mine": "1", "search": "Նարինե & co"}
    chosen = LeadFilter.of(asked, manager)
    from django.http import QueryDict

    assert LeadFilter.of(QueryDict(chosen.query_string()).dict(), manager) == chosen


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("mine", ["late"]),
        ("overdue", ["late"]),
        ("today", ["soon"]),
        ("none", ["bare"]),
        ("waiting", ["far"]),
        ("good", ["late", "soon", "won"]),
    ],
)
def test_a_quick_filter_shows_what_it_says_and_is_taken_back_by_a_second_click(
    manager: User, some: dict[str, Lead], key: str, expected: list[str]
) -> None:
    make_conversation(lead=some["far"], waiting_since=NOW, unread=1)
    make_conversation(lead=some["soon"], waiting_since=NOW, status="solved")
    quick = next(each for each in QUICK if each.key == key)
    pressed = quick.toggled(LeadFilter(manager))

    assert sorted(lead.title for lead in pressed.apply(leads(), moment_of(manager, NOW))) == expected
    assert leads().filter(quick.q(pressed, moment_of(manager, NOW))).count() == len(expected)
    assert [each.key for each in QUICK if each.is_pressed(pressed)] == [key]
    assert quick.toggled(pressed) == LeadFilter(manager)


def test_quick_filters_of_one_kind_replace_one_another_and_leave_the_rest(
    manager: User, pipeline: Pipeline
) -> None:
    by_key = {each.key: each for each in QUICK}
    chosen = LeadFilter.of({"filter": json.dumps(WEB)}, manager)
    for key in ("overdue", "mine", "none"):
        chosen = by_key[key].toggled(chosen)

    assert [each.key for each in QUICK if each.is_pressed(chosen)] == ["mine", "none"]
    assert without_quick(chosen) == LeadFilter.of({"filter": json.dumps(WEB)}, manager)


def test_chips_name_the_parts_and_lead_to_the_list_without_them(manager: User, pipeline: Pipeline) -> None:
    chosen = LeadFilter.of(
        {"filter": json.dumps({"all": [WEB, {"any": [WEB, GOOD]}]}), "search": "x"}, manager
    )
    shown = bar(chosen, "/pipeline/1/", {"sort": "title"})

    assert [chip.words for chip in shown.chips] == [
        "Source is Web chat",
        "Source is Web chat or Grade is one of: A, B",
        "“x”",
    ]
    assert all(chip.without.startswith("/pipeline/1/?sort=title&") for chip in shown.chips)
    assert "webchat" not in shown.chips[0].without.split("any")[0]
    assert shown.clear == "/pipeline/1/?sort=title"
    assert shown.hidden == {"sort": "title", "filter": json.dumps(chosen.json, separators=(",", ":"))}


@pytest.mark.parametrize("zone", ["Asia/Yerevan", "America/New_York", "Pacific/Auckland"])
@pytest.mark.parametrize("state", ["overdue", "today", "later", "none"])
def test_the_state_of_the_next_step_is_the_same_in_python_and_in_the_database(
    some: dict[str, Lead], zone: str, state: str
) -> None:
    at, leaf = Moment(NOW, zone), {"field": "lead.step", "op": "is", "value": state}
    for condition in (leaf, {"none": [leaf]}):
        asked = parse(condition, "lead")
        held = {lead.pk for lead in Lead.objects.all() if asked.matches(lead, at)}
        assert held == set(Lead.objects.filter(asked.to_q(at)).values_list("pk", flat=True))


def test_waiting_is_the_same_in_python_and_in_the_database(some: dict[str, Lead]) -> None:
    make_conversation(lead=some["far"], waiting_since=NOW)
    make_conversation(lead=some["soon"], waiting_since=None)
    make_conversation(lead=some["won"], waiting_since=NOW, status="spam")
    asked: Any = parse({"field": "talk.waiting", "op": "is", "value": True}, "lead")
    at = Moment(NOW, "UTC")

    assert [lead.title for lead in Lead.objects.all() if asked.matches(lead, at)] == ["far"]
    assert [lead.title for lead in Lead.objects.filter(asked.to_q(at))] == ["far"]


def test_an_agent_sees_through_a_filter_no_more_than_without_it(
    agent: User, manager: User, some: dict[str, Lead]
) -> None:
    Lead.objects.update(owner=UserFactory())
    chosen = LeadFilter.of({"filter": json.dumps({"any": [GOOD, {"none": [GOOD]}]})}, agent)

    assert list(chosen.apply(leads().visible_to(agent), moment_of(agent, NOW))) == []
