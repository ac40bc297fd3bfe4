from __future__ import annotations

from automation.flows.document import loads
from automation.flows.linter import Level, lint
from tests.automation.flows.builders import criteria, flow

FLOW = """\
flow: small
languages: [en, ru]
goals:
  sales: {label: {en: Buy, ru: Купить}, intents: [price], go: budget}
steps:
  - id: hello
    say: {en: "Hello.", ru: "Привет."}
  - id: goal
    menu: {en: "What brings you here?", ru: "Что Вас интересует?"}
    goals: [sales]
  - id: budget
    ask: budget
  - id: person
    hand_off: qualified
    open: {en: A colleague comes., ru: Коллега придёт.}
    closed: {en: A colleague comes tomorrow., ru: Коллега придёт завтра.}
"""


def codes(text: str) -> set[tuple[str, str]]:
    return {(finding.code, finding.place) for finding in lint(loads(text))}


def test_the_shipped_flow_is_clean() -> None:
    questions = {each.key: each.question for each in criteria()}
    assert lint(flow(), questions) == []


def test_a_sound_flow_is_clean() -> None:
    assert lint(loads(FLOW)) == []


def test_missing_language() -> None:
    assert ("missing_language", "hello.text") in codes(FLOW.replace(', ru: "Привет."', ""))


def test_several_questions() -> None:
    text = FLOW.replace("What brings you here?", "Who are you? What do you want?")
    assert ("several_questions", "goal.text") in codes(text)


def test_an_armenian_question_mark_counts() -> None:
    text = FLOW.replace('ru: "Привет."', 'hy: "Ո՞վ եք, ի՞նչ եք ուզում։"')
    assert ("several_questions", "hello.text") in codes(text)


def test_a_question_beside_the_question() -> None:
    assert ("second_question", "hello.text") in codes(FLOW.replace("Hello.", "How are you?"))


def test_unreachable() -> None:
    text = FLOW + "  - id: lost\n    end: lost\n"
    assert ("unreachable", "lost") in codes(text)


def test_dead_end() -> None:
    text = FLOW + "  - id: lost\n    score: true\n"
    assert ("dead_end", "lost") in codes(text)


def test_a_circle_without_a_question() -> None:
    text = FLOW + "  - id: a\n    score: true\n  - id: b\n    say: {en: Hm., ru: Хм.}\n    next: a\n"
    assert {("loop", "a"), ("loop", "b"), ("no_exit", "a")} <= codes(text)


def test_no_way_to_a_person() -> None:
    before, _found, _after = FLOW.partition("  - id: person")
    found = codes(before + "  - id: bye\n    end: done\n")
    assert {("no_person", ""), ("goal_without_person", "budget")} <= found


def test_no_criterion() -> None:
    assert [finding.code for finding in lint(loads(FLOW), {})] == ["no_criterion"]
    assert [finding.code for finding in lint(loads(FLOW), {"budget": {"en": "How much?"}})] == [
        "missing_language"
    ]


def test_unknown_variable_long_label_and_wall_of_text() -> None:
    text = FLOW.replace("Hello.", "Hello {nmae}.").replace(
        "en: Buy", "en: I would like to buy some furniture"
    )
    assert {("unknown_variable", "hello.text"), ("long_label", "goals.sales")} <= codes(text)
    assert ("long_text", "hello.text") in codes(FLOW.replace("Hello.", "Hello. " * 200))


def test_errors_come_first() -> None:
    text = FLOW.replace("Hello.", "How are {nmae}?") + "  - id: lost\n    end: lost\n"
    levels = [finding.level for finding in lint(loads(text))]
    assert levels == sorted(levels, key=lambda level: level is Level.WARNING)
    assert set(levels) == {Level.ERROR, Level.WARNING}
