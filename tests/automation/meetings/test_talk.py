"""What a message means for a meeting: buttons, open questions, first words."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from automation.meetings.choosing import Table, Words
from automation.meetings.talk import Act, Asks, Decision, Open, answer, button, opening, pressed
from automation.meetings.values import Wish, code, decode
from automation.meetings.wording import short, zone_name

AT = datetime(2026, 3, 5, 11, tzinfo=UTC)
LATER = datetime(2026, 3, 6, 12, tzinfo=UTC)
ZONE = "Asia/Yerevan"
TABLE = Table("visit", (AT, LATER))
TIMES = Open(Asks.TIME, "m1", TABLE)


def test_buttons() -> None:
    assert button("booking:coming:m1") == Decision(Act.COMING, "m1")
    assert button("booking:drop:m1") == Decision(Act.DROP, "m1")
    for rubbish in (None, "", "booking:", "booking:drop:", "booking:choose:m1", "goal:sales", "time:other"):
        assert button(rubbish) is None


@pytest.mark.parametrize(
    ("words", "decision"),
    [
        (Words(payload=f"time:{code(AT)}"), Decision(Act.CHOOSE, "m1", at=AT)),
        (Words(payload="time:other"), Decision(Act.MORE, "m1")),
        (Words(payload="time:20300101T0000Z"), None),
        (Words(intents=("other",), number=1), Decision(Act.CHOOSE, "m1", at=LATER)),
        (Words(intents=("other",), wish=Wish(at=time(15))), Decision(Act.CHOOSE, "m1", at=AT)),
        (Words(intents=("reschedule",)), Decision(Act.MORE, "m1")),
        (Words(intents=("no",)), Decision(Act.MORE, "m1")),
        (Words(intents=("other",), gives_up=True), Decision(Act.LEAVE, "m1")),
        (Words(intents=("cancel_booking",)), Decision(Act.CANCEL, "m1")),
        (Words(intents=("price",), wish=Wish(at=time(15))), None),
        (Words(intents=("other",)), None),
    ],
)
def test_answers_to_times(words: Words, decision: Decision | None) -> None:
    assert answer(TIMES, words, timezone=ZONE) == decision


@pytest.mark.parametrize(
    ("asks", "main", "act"),
    [
        (Asks.CANCEL, "yes", Act.DROP),
        (Asks.CANCEL, "no", Act.KEEP),
        (Asks.CANCEL, "reschedule", Act.OTHER),
        (Asks.CANCEL, "thanks", None),
        (Asks.CANT, "cancel_booking", Act.DROP),
        (Asks.CANT, "yes", Act.OTHER),
        (Asks.CANT, "price", None),
    ],
)
def test_answers_to_other_questions(asks: Asks, main: str, act: Act | None) -> None:
    found = answer(Open(asks, "m1"), Words(intents=(main,)), timezone=ZONE)
    assert (found.act if found else None, found.booking if found else "m1") == (act, "m1")


def test_only_a_button_with_a_time_counts_while_a_person_speaks() -> None:
    assert pressed(TIMES, f"time:{code(LATER)}") == Decision(Act.CHOOSE, "m1", at=LATER)
    assert pressed(TIMES, "time:20300101T0000Z") is None
    assert pressed(TIMES, None) is None


def test_first_words() -> None:
    assert opening(Words(intents=("yes",))) == Decision(Act.COMING, reminded=True)
    assert opening(Words(intents=("no",))) == Decision(Act.CANT, reminded=True)
    assert opening(Words(intents=("other",)), coming=True) == Decision(Act.COMING, reminded=True)
    assert opening(Words(intents=("reschedule",))) == Decision(Act.OTHER)
    assert opening(Words(intents=("cancel_booking",))) == Decision(Act.CANCEL)
    assert opening(Words(intents=("booking",))) is None
    assert opening(Words(intents=("booking",)), may_book=True) == Decision(Act.BOOK)
    assert opening(Words(intents=("price",))) is None
    assert opening(Words(intents=("other",), wants_others=True)) == Decision(Act.OTHER)
    assert opening(Words(intents=("price",), wants_others=True)) is None


def test_what_waits_survives_storage_and_rubbish() -> None:
    assert Open.of(TIMES.plain()) == TIMES
    for rubbish in (
        {},
        {"asks": "song"},
        {"asks": "time", "table": {"times": ["x"]}},
        {"asks": "time", "table": 5},
    ):
        assert Open.of(rubbish) is None


def test_labels_fit_on_buttons() -> None:
    days = [datetime(2026, month, day, 11, tzinfo=UTC) for month in range(1, 13) for day in range(22, 29)]
    assert max(len(short(at, ZONE, language)) for at in days for language in ("en", "ru", "hy", "az")) <= 20
    assert (short(AT, ZONE, "en"), short(AT, "Europe/Berlin", "ru")) == (
        "Thu 5 March, 15:00",
        "чт 5 марта, 12:00",
    )
    assert (zone_name(ZONE, "en"), zone_name("Europe/Berlin", "ru")) == (
        "Yerevan time",
        "время в городе Берлин",
    )
    assert zone_name("UTC", "en") == "UTC"
    assert decode(code(AT)) == AT
