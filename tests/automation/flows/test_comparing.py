from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from automation.flows import editing
from automation.flows.comparing import Mark, State, compare, marked
from automation.flows.document import plain, shipped_text

SHIPPED = plain(shipped_text("first_answer"))


def told(changes: list[Any]) -> list[tuple[str, str, str]]:
    return [(change.section, change.key, change.state.value) for change in changes]


def test_nothing_differs_from_itself() -> None:
    assert compare(SHIPPED, SHIPPED) == []


def test_words_that_changed_are_marked_one_by_one() -> None:
    parts = marked("Hello, dear customer!", "Hello, good customer!")

    assert [(part.mark.value, part.text) for part in parts] == [
        *(("same", "Hello, "), ("removed", "dear"), ("added", "good"), ("same", " customer!")),
    ]


def test_steps_that_came_went_and_moved_are_told() -> None:
    new = editing.inserted(SHIPPED, {"say": {"en": "Hm."}}, "greet")
    new = editing.removed(new, "score")
    new = editing.moved(new, "city", "begin")
    new = editing.with_part(new, "answers", "warranty", None)
    new = editing.with_settings(new, {"reminder_after": 30})

    changes = compare(SHIPPED, new)

    assert told(changes) == [
        ("steps", "say", "added"),
        ("steps", "city", "moved"),
        ("steps", "score", "removed"),
        ("answers", "warranty", "removed"),
        ("settings", "settings", "changed"),
    ]
    assert [each.below for each in changes[:2]] == ["greet", "reach"]
    (value,) = changes[-1].values
    assert (value.key, value.before, value.after) == ("reminder_after", 45, 30)


def test_a_changed_step_names_its_texts_and_values() -> None:
    old = editing.step_of(SHIPPED, "reach")
    assert old is not None
    new = editing.with_step(
        SHIPPED, "reach", {**old, "after": {**old["after"], "en": "Thanks, noted."}, "on_miss": "hand_off"}
    )

    (change,) = compare(SHIPPED, new)

    assert (change.key, change.state, change.kind) == ("reach", State.CHANGED, "ask")
    assert [(text.key, text.language) for text in change.texts] == [("after", "en")]
    assert [(value.key, value.before, value.after) for value in change.values] == [
        ("on_miss", "next", "hand_off")
    ]


@given(st.text("ab ,.", max_size=40), st.text("ab ,.", max_size=40))
def test_both_texts_can_be_read_from_the_marks(before: str, after: str) -> None:
    parts = marked(before, after)

    assert "".join(part.text for part in parts if part.mark is not Mark.ADDED) == before
    assert "".join(part.text for part in parts if part.mark is not Mark.REMOVED) == after
