from __future__ import annotations

import json

import pytest

from automation.flows.document import loads, parse, plain, shipped, shipped_text
from automation.flows.effects import Urgency
from automation.flows.errors import DocumentError, Problem
from automation.flows.script import AskStep, BranchStep, Case, EndStep, Goal, HandOffStep, Limits, SayStep

SMALL = """\
flow: small
languages: [en]
goals:
  sales: {label: {en: Buy}, intents: [price], go: budget}
steps:
  - id: hello
    say: {en: Hello.}
  - id: budget
    ask: budget
    tries: 3
    on_miss: next
    skippable: true
  - id: fork
    branch:
      - when: {field: score, op: gte, value: 5}
        go: person
    otherwise: bye
  - id: person
    hand_off: qualified
    urgency: high
    team: sales
    open: {en: A colleague comes.}
    closed: {en: A colleague comes tomorrow.}
  - id: bye
    end: not_a_fit
    text: {en: Goodbye.}
answers:
  yes: {en: Good.}
  no: {en: All right.}
limits: {messages: 10}
words:
  skip: {en: [pass]}
"""


def faults(text: str) -> tuple[Problem, ...]:
    with pytest.raises(DocumentError) as caught:
        loads(text)
    return caught.value.problems


def test_reads_every_part() -> None:
    flow = loads(SMALL, version=3)
    assert (flow.key, flow.version, flow.title, flow.start) == ("small", 3, "small", "hello")
    assert flow.steps["hello"] == SayStep("hello", "hello.text", "budget")
    assert flow.steps["budget"] == AskStep(
        "budget", "budget", "fork", tries=3, on_miss="next", skippable=True
    )
    case = Case(when={"field": "score", "op": "gte", "value": 5}, go="person")
    assert flow.steps["fork"] == BranchStep("fork", (case,), "bye")
    assert flow.steps["person"] == HandOffStep(
        "person", "qualified", "person.open", "person.closed", Urgency.HIGH, "sales"
    )
    assert flow.steps["bye"] == EndStep("bye", "not_a_fit", "bye.text")
    assert flow.goals == {"sales": Goal("sales", "goals.sales", "budget", ("price",))}
    assert flow.limits == Limits(messages=10)
    assert "pass" in flow.skip_words
    assert "не знаю" in flow.skip_words


def test_yes_and_no_are_names_not_booleans() -> None:
    assert loads(SMALL).answers == {"yes": "answers.yes", "no": "answers.no"}


def test_the_stored_value_reads_as_the_same_flow() -> None:
    stored = json.loads(json.dumps(plain(shipped_text())))
    assert parse(stored, version=7) == shipped(version=7)


def test_texts_have_ids_and_can_be_worded_anew() -> None:
    flow = loads(SMALL)
    assert [entry.id for entry in flow.texts()][:5] == [
        "hello.text",
        "person.open",
        "person.closed",
        "bye.text",
        "goals.sales",
    ]
    changed = flow.with_texts({"hello.text": {"en": "Welcome.", "ru": " "}, "gone.text": {"en": "x"}})
    assert changed.table["hello.text"] == {"en": "Welcome."}
    assert "gone.text" not in changed.table
    assert flow.table["hello.text"] == {"en": "Hello."}


def test_own_phrase_keeps_the_other_languages() -> None:
    flow = loads(SMALL + "phrases:\n  retry: {en: Come again.}\n")
    assert flow.table["phrases.retry"]["en"] == "Come again."
    assert flow.table["phrases.retry"]["ru"] == "Извините, ответ не совсем понятен."


@pytest.mark.parametrize(
    ("before", "after", "line", "path"),
    [
        ("say: {en: Hello.}", "say: {xx: Hello.}", 7, "steps.0.say.xx"),
        ("say: {en: Hello.}", "say: Hello.", 7, "steps.0.say"),
        ("say: {en: Hello.}", "shout: {en: Hello.}", 6, "steps.0"),
        ("say: {en: Hello.}", "say: {en: Hello.}\n    nxt: bye", 8, "steps.0.nxt"),
        ("tries: 3", "tries: 30", 10, "steps.1.tries"),
        ("tries: 3", "tries: true", 10, "steps.1.tries"),
        ("skippable: true", "skippable: perhaps", 12, "steps.1.skippable"),
        ("on_miss: next", "on_miss: give_up", 11, "steps.1.on_miss"),
        ("ask: budget", "ask: contact.shoe_size", 9, "steps.1.ask"),
        ("ask: budget", "ask: contact.phone", 8, "steps.1"),
        ("ask: budget", "ask: goal", 9, "steps.1.ask"),
        ("otherwise: bye", "otherwise: nowhere", 13, "steps.2"),
        ("when: {field: score, op: gte, value: 5}", "when: often", 15, "steps.2.branch.0.when"),
        ("urgency: high", "urgency: extreme", 20, "steps.3.urgency"),
        ("id: bye", "id: person", 24, "steps.4.id"),
        ("go: budget}", "go: nowhere}", 4, "goals.sales.go"),
        ("languages: [en]", "languages: [en, fr]", 2, "languages.1"),
        ("limits: {messages: 10}", "limits: {messages: 0}", 30, "limits.messages"),
    ],
)
def test_faults_name_line_and_path(before: str, after: str, line: int, path: str) -> None:
    found = faults(SMALL.replace(before, after))
    assert (line, path) in {(problem.line, problem.path) for problem in found}


def test_all_faults_at_once() -> None:
    text = SMALL.replace("tries: 3", "tries: 30").replace("urgency: high", "urgency: extreme")
    assert [problem.path for problem in faults(text)] == ["steps.1.tries", "steps.3.urgency"]


@pytest.mark.parametrize(
    ("text", "line", "column", "advice"),
    [
        ("flow: small\nsteps: [\n  - id: }\n", 3, 3, "A value is missing here"),
        ("flow: small\n\ttitle: x\n", 2, 1, "Indent with spaces"),
        ("flow: small\ntitle: one: two\n", 2, 11, "in quotes"),
        ("flow: small\ntitle: 'open\n", 3, 1, "opened and not closed"),
        ("flow: small\n  title: x\n", 2, 8, "check the indentation"),
        ('flow: small\ntitle: "a\\d"\n', 2, 11, "Double the backslash"),
        ("flow: *small\n", 1, 7, "Anchors are not used"),
        ("flow: small\ntitle: !!python/name:os.system x\n", 2, 8, "Tags are not used"),
    ],
)
def test_broken_yaml_names_line_and_column_and_what_to_do(
    text: str, line: int, column: int, advice: str
) -> None:
    (problem,) = faults(text)
    assert (problem.line, problem.column) == (line, column)
    assert advice in problem.message


def test_a_fault_names_its_column() -> None:
    (problem,) = faults(SMALL.replace("tries: 3", "tries: 30"))
    assert problem.where == "line 10, column 5"
    assert str(problem).startswith("line 10, column 5, steps.1.tries: ")


def test_a_key_given_twice() -> None:
    (problem,) = faults(SMALL + "flow: other\n")
    assert (problem.path, problem.line) == ("flow", 33)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "- a",
        "flow: &anchor x\ntitle: *anchor",
        "[" * 5000,
        "x" * 500_000,
        "flow: !!python/object:os.system x",
        "flow: \x00",
        "flow: 2025-99-99",
        "flow: 5",
        "steps: [5]",
        "steps: {a: 1}",
        "steps: []",
        "? [a, b]\n: c",
    ],
)
def test_bad_documents_are_refused_in_words(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize("value", [None, 5, [], "x", {"steps": None}, {"steps": [{}]}, {"goals": {"A B": 1}}])
def test_bad_values_are_refused_in_words(value: object) -> None:
    with pytest.raises(DocumentError):
        parse(value)
