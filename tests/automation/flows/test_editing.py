from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from automation.flows import editing
from automation.flows.document import parse, plain, shipped_text
from automation.flows.editing import CannotEdit
from automation.flows.errors import DocumentError
from automation.flows.source import read
from automation.flows.writing import step_to_yaml, to_yaml

SHIPPED = plain(shipped_text("first_answer"))
IDS = [step["id"] for step in SHIPPED["steps"]]
SAY = {"say": {"en": "Wait a moment.", "ru": "Минуту.", "hy": "Մի րոպե։", "az": "Bir dəqiqə."}}


def ids(document: dict[str, Any]) -> list[str]:
    return [step["id"] for step in document["steps"]]


def leads(document: dict[str, Any], step_id: str) -> str | None:
    return parse(document).steps[step_id].next  # type: ignore[union-attr,return-value]


def test_a_new_step_stands_between_its_neighbours() -> None:
    changed = editing.inserted(SHIPPED, SAY, "interest")

    assert ids(changed)[ids(changed).index("interest") + 1] == "say"
    assert (leads(changed, "interest"), leads(changed, "say")) == ("say", "price")


def test_a_new_step_takes_over_where_the_one_above_has_led() -> None:
    changed = editing.inserted(SHIPPED, SAY, "judge")

    assert leads(SHIPPED, "judge") == "meeting"
    assert (leads(changed, "judge"), leads(changed, "say")) == ("say", "meeting")


def test_an_id_that_is_taken_is_refused_and_a_missing_one_is_made() -> None:
    once = editing.inserted(SHIPPED, SAY, "greet")

    assert ids(editing.inserted(once, SAY, "greet"))[1] == "say_2"
    with pytest.raises(CannotEdit, match="There is a step goal already"):
        editing.inserted(SHIPPED, {**SAY, "id": "goal"}, "greet")


def test_a_step_at_the_beginning_is_the_first_to_be_said() -> None:
    changed = editing.inserted(SHIPPED, SAY, None)

    document = parse(changed)
    assert (document.start, leads(changed, "say")) == ("say", "greet")


def test_what_led_to_a_removed_step_leads_on() -> None:
    changed = editing.removed(SHIPPED, "meeting")

    document = parse(changed)
    assert document.steps["judge"].next == "booked"  # type: ignore[union-attr]
    assert document.steps["ready"].cases[0].go == "booked"  # type: ignore[union-attr]
    assert parse(editing.removed(SHIPPED, "greet")).start == "goal"


def test_a_step_above_a_removed_one_does_not_fall_into_a_stranger() -> None:
    """`city` stands above `score`; with a jump in between the jump is kept."""
    document = editing.with_step(SHIPPED, "city", {**editing.step_of(SHIPPED, "city"), "next": "name"})  # type: ignore[dict-item]

    changed = editing.removed(document, "city")

    assert leads(changed, "budget") == "name"


def test_an_end_that_others_lead_to_stays() -> None:
    with pytest.raises(CannotEdit, match="Other steps lead here: name"):
        editing.removed(SHIPPED, "to_sales")


def test_moving_puts_a_step_above_another() -> None:
    changed = editing.moved(SHIPPED, "city", "budget")

    assert ids(changed)[ids(changed).index("city") + 1] == "budget"
    assert ids(editing.moved(SHIPPED, "city", None))[-1] == "city"
    assert editing.moved(SHIPPED, "city", "city") == SHIPPED


def test_a_goal_that_goes_leaves_the_menu() -> None:
    changed = editing.with_part(SHIPPED, "goals", "billing", None)

    assert parse(changed).steps["goal"].goals == ("sales", "booking", "support")  # type: ignore[union-attr]


def test_other_words_alone_leave_the_script_as_it_was() -> None:
    wanted = editing.with_step(SHIPPED, "greet", {"say": {**SHIPPED["steps"][0]["say"], "en": "Good day!"}})
    wanted = editing.with_part(wanted, "phrases", "retry", {"en": "Once more, please."})

    document, texts = editing.settled(SHIPPED, wanted)

    assert document == SHIPPED
    assert texts == {"greet.text": {"en": "Good day!"}, "phrases.retry": {"en": "Once more, please."}}
    assert editing.settled(document, editing.worded(document, texts)) == (document, texts)


def test_a_text_that_the_script_has_not_goes_into_it() -> None:
    step = {**editing.step_of(SHIPPED, "interest"), "hint": {"en": "Two minutes."}}  # type: ignore[dict-item]

    document, texts = editing.settled(SHIPPED, editing.with_step(SHIPPED, "interest", step))

    assert editing.step_of(document, "interest")["hint"] == {"en": "Two minutes."}  # type: ignore[index]
    assert texts == {}


def test_what_cannot_be_read_is_not_settled() -> None:
    wanted = editing.with_step(SHIPPED, "greet", {"say": {"en": "Hi"}, "next": "nowhere"})

    with pytest.raises(DocumentError, match="there is no step nowhere"):
        editing.settled(SHIPPED, wanted)


def test_yaml_reads_back_the_same_in_the_order_of_the_language() -> None:
    stored = json.loads(json.dumps(SHIPPED, sort_keys=True))

    text = to_yaml(stored)

    assert read(text)[0] == SHIPPED
    assert text.startswith("flow: first_answer\ntitle: First answer\nlanguages: [en, ru, hy, az]\n")
    assert list(yaml.safe_load(step_to_yaml(editing.step_of(stored, "reach") or {}))) == [
        *("ask", "question", "hint", "after", "on_miss")
    ]


EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.sampled_from(IDS), st.sampled_from([*IDS, None])),
        st.tuples(st.just("remove"), st.sampled_from(IDS), st.none()),
        st.tuples(st.just("insert"), st.sampled_from([*IDS, None]), st.none()),
    ),
    max_size=12,
)


@given(EDITS)
def test_whatever_is_edited_the_script_can_be_read(edits: list[tuple[str, Any, Any]]) -> None:
    document = SHIPPED
    for act, one, other in edits:
        try:
            if act == "move":
                document = editing.moved(document, one, other)
            elif act == "remove":
                document = editing.removed(document, one)
            else:
                document = editing.inserted(document, SAY, one)
        except CannotEdit:
            continue
        parse(document)
    again, texts = editing.settled(SHIPPED, document)
    assert editing.worded(again, texts) == document
    assert read(to_yaml(document))[0] == document
