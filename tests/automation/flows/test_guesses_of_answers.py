"""A plain answer is an answer, whatever its spelling resembles: it neither changes the goal nor asks by the way."""

from __future__ import annotations

import pytest

from automation.flows.reading import reading
from conversations.understanding import understand
from tests.automation.flows.builders import NOW

ANSWERS = (
    "this week",
    "next month",
    "1.5 mln",
    "Gyumri",
    "на этой неделе",
    "полтора миллиона",
    "4 метра",
    "bu həftə",
)


@pytest.mark.parametrize("text", ANSWERS)
def test_a_guess_is_no_topic(text: str) -> None:
    found = understand(text, now=NOW, timezone="Asia/Yerevan", country="AM", language="ru")
    read = reading(found, text=text, currency="AMD")
    assert read.intents == ("other",)


def test_a_phrase_is() -> None:
    found = understand("how much is it?", now=NOW, timezone="Asia/Yerevan", country="AM", language="en")
    assert reading(found, text="how much is it?", currency="AMD").intents == ("price",)
