"""Where a follow-up goes, what ends a sequence, what an answer means, what a script must have: values only."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from automation.flows.wording import LANGUAGES
from automation.meetings.values import Wish
from automation.sequences.answers import Act, Asked, Decision, decide
from automation.sequences.choosing import Way, best_way
from automation.sequences.enums import Stop
from automation.sequences.errors import BadScript
from automation.sequences.script import questions_in, read
from automation.sequences.shipped import ready
from automation.sequences.stopping import Facts, stop_of
from tests.factories.conversations import at

NOW = at("2026-03-05T12:00:00+04:00")
HEARD = NOW - timedelta(days=2)


def test_a_closed_window_sends_it_by_another_channel() -> None:
    window = Way(1, "whatsapp", window_hours=24, heard_at=HEARD)
    other = Way(2, "telegram", heard_at=HEARD - timedelta(days=5))
    assert best_way([window, other], channel="whatsapp", now=NOW) == other
    assert best_way([window], channel="", now=NOW) is None
    assert best_way([window, other], channel="", now=HEARD + timedelta(hours=23)) == window


def test_the_wanted_channel_else_where_the_customer_was_last() -> None:
    chat = Way(1, "webchat", heard_at=HEARD)
    bot = Way(2, "telegram", heard_at=HEARD - timedelta(days=1))
    refused = Way(3, "api", consent=False, heard_at=NOW)
    off = Way(4, "api", usable=False, heard_at=NOW)
    assert best_way([chat, bot, refused, off], channel="", now=NOW) == chat
    assert best_way([chat, bot, refused, off], channel="telegram", now=NOW) == bot
    assert best_way([chat, bot, refused, off], channel="api", now=NOW) == chat
    assert best_way([refused, off], channel="", now=NOW) is None


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"heard_at": NOW}, Stop.REPLY),
        ({"heard_at": HEARD}, None),
        ({"stage_kind": "won"}, Stop.WON),
        ({"stage_kind": "lost", "heard_at": NOW}, Stop.LOST),
        ({"follow_ups_allowed": False, "stage_kind": "lost"}, Stop.OPT_OUT),
        ({"booked": True}, Stop.BOOKED),
        ({"decided": True}, Stop.QUOTE),
        ({"fits": False}, Stop.LEFT),
        ({"switched_on": False}, Stop.OFF),
    ],
)
def test_what_ends_it(changed: dict[str, Any], reason: Stop | None) -> None:
    values: dict[str, Any] = {"stage_kind": "open", "heard_at": None, "silent_since": HEARD, **changed}
    assert stop_of(Facts(**values)) is reason


MONDAY = Wish(day=date(2026, 3, 9))


@pytest.mark.parametrize(
    ("intents", "carried", "wish", "found"),
    [
        (("yes",), None, None, Decision(Act.YES)),
        (("no",), None, None, Decision(Act.LATER)),
        (("not_interested", "no"), None, None, Decision(Act.NOT_INTERESTED)),
        (("other",), None, MONDAY, Decision(Act.POSTPONE, MONDAY)),
        (("yes",), None, Wish(MONDAY.day, time(15)), Decision(Act.YES, Wish(MONDAY.day, time(15)))),
        (("booking",), None, MONDAY, None),
        (("price",), None, None, None),
        (("other",), None, None, None),
        (("no",), "sequence:yes", None, Decision(Act.YES)),
        (("yes",), "goal:sales", None, None),
    ],
)
def test_what_an_answer_means(
    intents: tuple[str, ...], carried: str | None, wish: Wish | None, found: Decision | None
) -> None:
    assert decide(intents=intents, carried=carried, wish=wish) == found


def test_only_our_own_question_is_read() -> None:
    assert Asked.of(Asked(7).plain()) == Asked(7)
    assert Asked.of({"asks": "time", "table": None}) is None
    assert Asked.of({}) is None


def script(**changed: Any) -> dict[str, Any]:
    texts = dict.fromkeys(LANGUAGES, "Shall we go on?") | {"hy": "Շարունակե՞նք։"}
    step = {"wait_minutes": 1440, "texts": texts}
    return {"trigger": "silence", "yes": "person", "steps": [step], **changed}


def faults(stored: Any) -> dict[str, str]:
    with pytest.raises(BadScript) as refusal:
        read(stored, channels=["webchat", "telegram"])
    return {each.path: each.message for each in refusal.value.problems}


def test_a_script_is_read_and_written_the_same() -> None:
    found = read(script(held_out=10), channels=["webchat"])
    assert read(found.plain(), channels=["webchat"]) == found
    assert (found.steps[0].wait, found.held_out, found.has_segment) == (timedelta(days=1), 10, False)


def test_every_fault_is_told_with_its_place_and_what_to_do() -> None:
    texts = {"en": "Is it? Or not?", "ru": "", "hy": "Շարունակե՞նք։", "az": "Salam {surname}?"}
    step = {"wait_minutes": 5, "channel": "pigeon", "texts": texts}
    assert faults(script(trigger="full moon", yes="no", held_out=80, steps=[step])) == {
        "trigger": "Choose what the sequence begins after.",
        "yes": "Choose where a yes goes.",
        "held_out": "Give a whole number from 0 to 50.",
        "steps.0.wait_minutes": "Give a whole number from 30 to 129600.",
        "steps.0.channel": "This channel is not known.",
        "steps.0.texts.en": "Ask one clear question: this text asks 2.",
        "steps.0.texts.ru": "Write the text in Russian, too.",
        "steps.0.texts.az": "{surname} is not known here. There are {name} and {company}.",
    }
    assert faults([]) == {"": "A sequence is an object with a trigger and steps."}
    assert faults(script(steps=[])) == {"steps": "A sequence has one to 8 messages."}
    assert "within_days" in faults(script(quiet_hours=48, within_days=1))


def test_questions_are_counted_in_every_script() -> None:
    assert [questions_in(text) for text in ("Yes!", "Really?!", "So??", "Գա՞ք, թե՞ ոչ", "A? B?")] == [
        0,
        1,
        1,
        2,
        2,
    ]


def test_what_comes_with_parley_is_short_and_asks_one_question_in_each_language() -> None:
    for value in ready().values():
        assert set(value["name"]) == set(LANGUAGES)
        for step in value["steps"]:
            for language in LANGUAGES:
                assert questions_in(step[language]) == 1, step[language]
                assert len(step[language]) <= 230, step[language]


def test_reactivation_comes_on_days_one_three_and_seven() -> None:
    found = {key: [step["days"] for step in value["steps"]] for key, value in ready().items()}
    silent = ("quote_not_accepted", "booking_not_confirmed", "qualified_without_step")
    assert {key: found[key] for key in silent} == {key: [1, 2, 4] for key in silent}
