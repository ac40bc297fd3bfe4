"""What is said of a book before it counts."""

from typing import Any
from uuid import UUID

import pytest

from core.conditions import Field, FieldType, answer_field, parse
from crm.scoring.scoring import Rule, RuleBook, Section, Thresholds
from crm.scoring.sense import doubts

FIELDS: dict[str, Field] = {"answer.start": answer_field("start", FieldType.DURATION, "Start")}
SOON = {"field": "answer.start", "op": "lte", "value": 7}
LATE = {"field": "answer.start", "op": "gt", "value": 60}
BOTH = {"all": [SOON, LATE]}
GROUP = UUID(int=9)


def rule(number: int, condition: Any, points: int, section: UUID | None = None) -> Rule:
    parsed = None if condition is None else parse(condition, "lead", fields=FIELDS)
    return Rule(UUID(int=number), f"Rule {number}", "fit", points, parsed, section)


@pytest.mark.parametrize(
    ("rules", "cap", "codes"),
    [
        ([rule(1, SOON, 9), rule(2, LATE, -3)], None, []),
        ([rule(1, SOON, 9), rule(2, BOTH, 3)], None, [("never", 2)]),
        ([rule(1, {"all": []}, 9), rule(2, LATE, -3)], None, [("always", 1)]),
        ([rule(1, SOON, 9), rule(2, SOON, -3)], None, [("twice", 2)]),
        ([rule(1, None, 9), rule(2, SOON, 9), rule(3, LATE, -3)], None, [("unread", 1)]),
        ([rule(1, SOON, 3), rule(2, LATE, -3)], None, [("unreachable", 0)]),
        ([rule(1, SOON, 7), rule(2, LATE, -3)], None, [("grade", 0)]),
        ([rule(1, SOON, 9, GROUP), rule(2, LATE, -3)], 20, [("cap", 9)]),
        ([rule(1, SOON, 9, GROUP), rule(2, LATE, -3)], 4, [("unreachable", 0)]),
        ([rule(1, SOON, 9), rule(2, LATE, -3)], 4, [("empty", 9)]),
    ],
)
def test_doubts(rules: list[Rule], cap: int | None, codes: list[tuple[str, int]]) -> None:
    sections = (Section(GROUP, "Together", "fit", cap),) if cap else ()
    book = RuleBook(1, tuple(rules), Thresholds(), sections=sections)
    found = [(doubt.code, doubt.key.int if doubt.key else 0) for doubt in doubts(book)]
    assert found == codes
    assert all(doubt.words for doubt in doubts(book))
