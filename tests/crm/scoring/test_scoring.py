"""The pure judgement: values in, values out."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from core.conditions import Field, FieldType, Moment, answer_field, parse
from crm.qualification.answers import Question
from crm.scoring.scoring import Balance, Delta, Rule, RuleBook, Thresholds, deltas, judge, score

AT = Moment(datetime(2026, 3, 2, 9, tzinfo=UTC), "Asia/Yerevan")
FIELDS: dict[str, Field] = {"answer.start": answer_field("start", FieldType.DURATION, "Start")}
SOON, SET, LATE = UUID(int=1), UUID(int=2), UUID(int=3)


@dataclass
class Somebody:
    answers: dict[str, Any] = field(default_factory=dict)


def rule(key: UUID, operator: str, value: Any, points: int, group: str = "fit") -> Rule:
    json = {"field": "answer.start", "op": operator} | ({} if value is None else {"value": value})
    return Rule(key, f"rule {key.int}", group, points, parse(json, "lead", fields=FIELDS))


BOOK = RuleBook(
    version=3,
    rules=(rule(SOON, "lte", 7, 4), rule(SET, "is_set", None, 2, "engagement"), rule(LATE, "gt", 90, -3)),
    thresholds=Thresholds(qualified=6, nurture=2, grade_a=6, grade_b=4, grade_c=2),
    questions=(
        Question("start", "Start", must_have=True),
        Question("abroad", "Abroad", disqualifying=(True,)),
    ),
)


def test_rules_that_hold_give_their_points_to_their_group() -> None:
    result = score(Somebody({"start": 5}), BOOK, AT)

    assert (result.fit, result.engagement, result.total) == (4, 2, 6)
    assert (result.grade, result.qualification, result.reason) == ("A", "qualified", "")
    assert [(line.rule.key, line.held, line.points) for line in result.lines] == [
        (SOON, True, 4),
        (SET, True, 2),
        (LATE, False, 0),
    ]


def test_points_below_zero_count_too() -> None:
    result = score(Somebody({"start": 120}), BOOK, AT)
    assert (result.fit, result.engagement, result.grade, result.qualification) == (-3, 2, "D", "not_fit")


@pytest.mark.parametrize(
    ("total", "grade"), [(7, "A"), (6, "A"), (5, "B"), (4, "B"), (3, "C"), (2, "C"), (1, "D"), (-9, "D")]
)
def test_grades_begin_at_their_thresholds(total: int, grade: str) -> None:
    assert BOOK.thresholds.grade(total) == grade


@pytest.mark.parametrize(
    ("total", "answers", "judged"),
    [
        (6, {"start": 1}, ("qualified", "")),
        (5, {"start": 1}, ("nurture", "")),
        (1, {"start": 1}, ("not_fit", "")),
        (9, {}, ("unknown", "")),
        (9, {"abroad": False}, ("unknown", "start")),
        (9, {"abroad": True}, ("not_fit", "abroad")),
        (9, {"abroad": True, "start": 1}, ("not_fit", "abroad")),
        (9, {"abroad": 1, "start": 1}, ("qualified", "")),
    ],
)
def test_must_haves_and_disqualifying_answers_stand_above_the_points(
    total: int, answers: dict[str, Any], judged: tuple[str, str]
) -> None:
    assert judge(total, answers, BOOK) == judged


def test_without_published_rules_nobody_is_judged_by_points() -> None:
    book = RuleBook(None, questions=BOOK.questions)
    result = score(Somebody({"start": 5}), book, AT)
    assert (result.total, result.grade, result.qualification) == (0, "D", "unknown")
    assert judge(0, {"abroad": True}, book) == ("not_fit", "abroad")


def test_a_condition_that_can_no_longer_be_read_never_holds() -> None:
    book = RuleBook(1, (Rule(SOON, "broken", "fit", 5, None),))
    assert score(Somebody({"start": 5}), book, AT).total == 0
    assert book.fields_used() == frozenset()


def test_the_book_knows_the_fields_it_asks_for() -> None:
    assert BOOK.fields_used() == {"answer.start"}


def test_only_changes_reach_the_ledger() -> None:
    result = score(Somebody({"start": 5}), BOOK, AT)
    gone = UUID(int=9)
    balances = [
        Balance(SOON, "fit", 4, "rule 1"),
        Balance(SET, "fit", 2, "rule 2"),
        Balance(LATE, "fit", -3, "rule 3"),
        Balance(gone, "fit", 7, "an old rule"),
    ]

    assert deltas(result, balances) == [
        Delta(SET, "engagement", 2, "rule 2", held=True),
        Delta(LATE, "fit", 3, "rule 3", held=False),
        Delta(SET, "fit", -2, "rule 2", held=False),
        Delta(gone, "fit", -7, "an old rule", held=False),
    ]
    assert deltas(result, [Balance(SOON, "fit", 4), Balance(SET, "engagement", 2)]) == []
