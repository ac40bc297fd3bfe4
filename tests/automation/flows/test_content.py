"""What ships is complete, says one thing at a time and can be stored."""

from __future__ import annotations

import pytest

from automation.flows.linter import questions_in
from automation.flows.wording import LANGUAGES
from crm.qualification.answers import FIELD_TYPES, canonical
from tests.automation.flows.builders import default_data, flow

KEYS = [each["key"] for each in default_data()]


@pytest.fixture(params=default_data(), ids=KEYS)
def criterion(request: pytest.FixtureRequest) -> dict:
    return request.param


def test_default_criteria() -> None:
    assert KEYS == ["interest", "start", "budget", "city"]
    assert [each["kind"] for each in default_data()] == ["choice", "duration", "money", "place"]


def test_every_criterion_speaks_four_languages(criterion: dict) -> None:
    for texts in (criterion["question"], criterion["hint"], *(each["label"] for each in _choices(criterion))):
        assert sorted(texts) == sorted(LANGUAGES)
        assert all(text.strip() for text in texts.values())


def test_every_criterion_asks_one_thing_with_one_fact(criterion: dict) -> None:
    assert {questions_in(text) for text in criterion["question"].values()} == {1}
    assert {questions_in(text) for text in criterion["hint"].values()} == {0}


def test_the_values_of_choices_are_canonical(criterion: dict) -> None:
    assert criterion["kind"] in FIELD_TYPES
    for choice in _choices(criterion):
        assert canonical(criterion["kind"], choice["value"], _choices(criterion)) == choice["value"]


def test_few_choices_with_short_labels(criterion: dict) -> None:
    assert len(_choices(criterion)) <= 4
    assert all(len(text) <= 24 for each in _choices(criterion) for text in each["label"].values())


def test_every_question_of_the_flow_asks_once() -> None:
    questions = [entry for entry in flow().texts() if entry.id.endswith(".question")] + [
        entry for entry in flow().texts() if entry.id == "goal.text"
    ]
    assert {questions_in(text) for entry in questions for text in entry.texts.values()} == {1}


def _choices(criterion: dict) -> list[dict]:
    return criterion.get("choices", [])
