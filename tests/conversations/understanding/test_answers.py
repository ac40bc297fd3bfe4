from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.understanding.answers import ParsedAnswer, parse_answer

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
KINDS = [
    "choice",
    "multichoice",
    "number",
    "money",
    "duration",
    "date",
    "datetime",
    "place",
    "text",
    "yes_no",
    "boolean",
    "phone",
    "email",
    "name",
]


@dataclass(frozen=True)
class Choice:
    value: Any
    label: dict[str, str] = field(default_factory=dict)
    synonyms: tuple[str, ...] = ()


FURNITURE = (
    Choice(
        "kitchen", {"en": "Kitchen", "ru": "Кухня", "hy": "Խոհանոց", "az": "Mətbəx"}, ("кухонный гарнитур",)
    ),
    Choice("wardrobe", {"en": "Wardrobe", "ru": "Шкаф", "hy": "Պահարան", "az": "Şkaf"}, ("closet",)),
    Choice("sofa", {"en": "Sofa", "ru": "Диван", "hy": "Բազմոց", "az": "Divan"}, ("couch", "corner sofa")),
)
TERMS = (
    Choice(7, {"en": "This week", "ru": "На этой неделе"}),
    Choice(30, {"en": "Within a month", "ru": "В течение месяца"}),
    Choice(90, {"en": "In 2–3 months", "ru": "Через 2–3 месяца"}),
)


def answer(
    text: str, kind: str, *, choices: tuple[Choice, ...] = (), language: str | None = None
) -> ParsedAnswer | None:
    return parse_answer(
        text,
        kind=kind,
        choices=choices,
        now=NOW,
        timezone="Asia/Yerevan",
        country="AM",
        language=language,
        currency="AMD",
    )


def value(text: str, kind: str, *, choices: tuple[Choice, ...] = (), language: str | None = None) -> Any:
    found = answer(text, kind, choices=choices, language=language)
    return found and found.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kitchen", "kitchen"),
        ("2", "wardrobe"),
        ("2)", "wardrobe"),
        ("второй", "wardrobe"),
        ("երրորդը", "sofa"),
        ("the last one", "sofa"),
        ("кухню", "kitchen"),
        ("хочу кухонный гарнитур", "kitchen"),
        ("xohanoci kahuyq em uzum", "kitchen"),
        ("bazmoc", "sofa"),
        ("divan istəyirəm", "sofa"),
        ("metbex", "kitchen"),
        ("wardrob", "wardrobe"),
        ("corner sofa", "sofa"),
        ("7", None),
        ("how much is it?", None),
        ("", None),
    ],
)
def test_choice(text: str, expected: str | None) -> None:
    assert value(text, "choice", choices=FURNITURE) == expected


@pytest.mark.parametrize(
    "text", ["2 mln", "2 млн", "2mln", "2k", "2 к", "2 մլն", "3 months", "2 km", "about 2"]
)
def test_an_amount_is_no_place_in_the_list(text: str) -> None:
    assert answer(text, "choice", choices=FURNITURE) is None


@pytest.mark.parametrize("text", ["2", "2.", "2)", "#2", "№ 2", "no. 2", "2nd", "2-й", "2-րդ", "2-ci"])
def test_a_place_in_the_list(text: str) -> None:
    assert value(text, "choice", choices=FURNITURE) == "wardrobe"


def test_a_choice_named_plainly_is_surer_than_one_merely_like_it() -> None:
    confidences = [
        found.confidence
        for text in ("sofa", "a sofa please", "բազմոցի մասին", "soffe")
        if (found := answer(text, "choice", choices=FURNITURE))
    ]
    assert confidences == [1.0, 0.9, 0.85]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("actually a sofa, not a kitchen", "sofa"),
        ("не кухня, а диван", "sofa"),
        ("խոհանոց չէ, բազմոց", "sofa"),
        ("not a sofa but a wardrobe", "wardrobe"),
        ("not a wardrobe, a sofa", "sofa"),
        ("ոչ թե խոհանոց, այլ բազմոց", "sofa"),
        ("kitchen yox, sofa", "sofa"),
        ("no, sofa", "sofa"),
        ("не знаю, наверное кухня", "kitchen"),
    ],
)
def test_a_choice_that_is_denied_is_not_taken(text: str, expected: str) -> None:
    found = answer(text, "choice", choices=FURNITURE)
    assert found is not None
    assert (found.value, found.confidence >= 0.9) == (expected, True)


def test_two_choices_at_once_are_not_sure() -> None:
    found = answer("кухню и шкаф", "choice", choices=FURNITURE)
    assert found is not None
    assert found.confidence == 0.6
    assert value("кухню и шкаф", "multichoice", choices=FURNITURE) == ["kitchen", "wardrobe"]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("This week", 7),
        ("2", 30),
        ("через 2 месяца", 60),
        ("месяц", 30),
        ("2-3 недели", 21),
        ("срочно", 1),
        ("hima", 1),
        ("bir aya", 30),
        ("mek amsva yntacqum", 30),
        ("tomorrow", 1),
        ("20 марта", 16),
        ("не знаю", None),
    ],
)
def test_duration(text: str, days: int | None) -> None:
    assert value(text, "duration", choices=TERMS) == days


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("500k", "500000.0000", "AMD"),
        ("1,5 mln", "1500000.0000", "AMD"),
        ("350 hazar", "350000.0000", "AMD"),
        ("до 500 тыс", "500000.0000", "AMD"),
        ("между 300 и 500 тысяч", "500000.0000", "AMD"),
        ("$1200", "1200.0000", "USD"),
        ("500 000", "500000.0000", "AMD"),
        ("3 min manat", "3000.0000", "AZN"),
        ("2000", "2000.0000", "AMD"),
    ],
)
def test_money(text: str, amount: str, currency: str) -> None:
    assert value(text, "money") == {"amount": amount, "currency": currency}


@pytest.mark.parametrize("text", ["in 3 weeks", "не знаю", "how much is a sofa?", "2 people"])
def test_what_is_no_money(text: str) -> None:
    assert value(text, "money") is None


def test_money_without_any_currency_is_not_made_up() -> None:
    assert parse_answer("500k", kind="money", now=NOW, timezone="UTC", country="AM") is None


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("3", "number", 3),
        ("нас двое", "number", 2),
        ("2 hogi", "number", 2),
        ("five", "number", 5),
        ("ha", "yes_no", True),
        ("che", "yes_no", False),
        ("da", "yes_no", True),
        ("net", "yes_no", False),
        ("he", "yes_no", True),
        ("yox", "yes_no", False),
        ("հա", "boolean", True),
        ("nope", "boolean", False),
        ("how much?", "yes_no", None),
        ("в Ереване", "place", {"raw": "Ереван", "norm": "erevan"}),
        ("Нор Ачин", "place", {"raw": "Нор Ачин", "norm": "nor achin"}),
        ("077112233", "phone", "+37477112233"),
        ("77 11 22 33", "phone", "+37477112233"),
        ("call me", "phone", None),
        ("a@b.am", "email", "a@b.am"),
        ("no email", "email", None),
        ("Анна", "name", "Анна"),
        ("my name is Bob Marley", "name", "Bob Marley"),
        ("Friday", "date", "2026-03-06"),
        ("Friday 17:30", "datetime", "2026-03-06T13:30:00Z"),
        ("в 19:00", "datetime", "2026-03-04T15:00:00Z"),
        ("в 10 утра", "datetime", "2026-03-05T06:00:00Z"),
        ("grey, with drawers", "text", {"raw": "grey, with drawers", "norm": "grey, with drawers"}),
    ],
)
def test_other_kinds(text: str, kind: str, expected: Any) -> None:
    language = {"da": "ru", "net": "ru", "ha": "hy", "che": "hy", "he": "az", "yox": "az"}.get(text)
    assert value(text, kind, language=language) == expected


@pytest.mark.parametrize("kind", ["text", "place", "name"])
@pytest.mark.parametrize("text", ["how much?", "сколько стоит", "barev, inch arji", "operator lazımdır"])
def test_a_side_question_is_no_answer_in_free_words(text: str, kind: str) -> None:
    found = answer(text, kind)
    assert found is None or found.confidence < 0.5


def test_yes_and_no_among_choices() -> None:
    choices = (Choice("yes", {"en": "Yes"}), Choice("no", {"en": "No"}))
    assert value("հա", "choice", choices=choices) == "yes"
    assert value("net", "choice", choices=choices, language="ru") == "no"


def test_an_unknown_kind_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="colour"):
        answer("red", "colour")


@given(text=st.text(), kind=st.sampled_from(KINDS))
def test_no_text_breaks_it(text: str, kind: str) -> None:
    found = answer(text, kind, choices=FURNITURE)
    assert found is None or 0 < found.confidence <= 1
