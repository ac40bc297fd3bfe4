import json
import time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.understanding import IntentName, understand
from conversations.understanding.evaluation import (
    NOW,
    Labelled,
    evaluate,
    folds_of_examples,
    grouped_folds,
    read_table,
    words_of,
)
from conversations.understanding.knowledge import DATA, LANGUAGES, load
from conversations.understanding.lexicon import Lexicon, rows
from conversations.understanding.tokens import prepare, tokenise
from core.text import skeleton

UTTERANCES = DATA / "utterances.tsv"
FRESH = Path(__file__).parents[2] / "data"
LETTERS = (
    "abcdehiknoqrstuxyz абвгдеиклмнопрстуя աբգդեէիլկհմնոչպրստւք əğışçöü 0123456789 .,!?@#$%+-–—()№₽֏\n՞'👍"
)


@settings(deadline=None)
@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    found = understand(text, now=NOW, timezone="Asia/Baku", country="AZ")
    assert found.intents
    assert all(0 < intent.confidence <= 1 for intent in found.intents)
    assert len(set(found.intent_names)) == len(found.intents)


@settings(deadline=None)
@given(st.text(alphabet=LETTERS, max_size=200))
def test_no_text_of_the_four_languages_breaks_it(text: str) -> None:
    first = understand(text, now=NOW, timezone="Asia/Yerevan", country="AM")
    assert first == understand(text, now=NOW, timezone="Asia/Yerevan", country="AM")


@pytest.mark.parametrize(
    "piece", ["how much? ", "1 ", "ա", "я-", "call 091 23 45 67 ", "\u200b", "9", "a@b.c "]
)
def test_a_megabyte_is_read_quickly(piece: str) -> None:
    understand("hello", now=NOW, timezone="UTC", country="AM")
    start = time.perf_counter()
    understand(piece * (1_000_000 // len(piece)), now=NOW, timezone="UTC", country="AM")
    assert time.perf_counter() - start < 1


def test_every_goal_of_the_product_can_be_found() -> None:
    with UTTERANCES.open(encoding="utf-8") as lines:
        rows = list(read_table(lines))
    found = {understand(row.text, now=NOW, timezone="UTC", country="AM").main_intent for row in rows}
    assert found == set(IntentName)


def test_the_shared_utterances_are_understood() -> None:
    with UTTERANCES.open(encoding="utf-8") as lines:
        figures = evaluate(list(read_table(lines)))
    overall = figures["overall"]
    assert overall["main_intent_accuracy"] >= 0.95
    assert overall["macro_f1"] >= 0.94
    assert overall["any_intent_f1"] >= 0.90
    assert overall["entity_f1"] >= 0.95
    assert overall["language_accuracy"] >= 0.97
    assert overall["ms_p95"] < 25
    assert min(figures[language]["main_intent_accuracy"] for language in ("en", "ru", "hy", "az")) >= 0.93


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_the_lexicons_is_so_short_that_it_means_anything(language: str) -> None:
    tables = load(f"lexicon_{language}")["intents"]
    words = [
        word
        for levels in tables.values()
        for level in ("strong", "medium")
        for row in rows(levels.get(level, ""))
        if len(row.split()) == 1 and "<" not in row
        for word in row.split("|")
        if word.isalpha()
    ]
    assert [word for word in words if len(skeleton(word)) == 1] == []


def test_command_judges_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "table.tsv"
    table.write_text(
        "id\ttext\tlang\tscript\tintents\tentities\n"
        '1\tdo you ship to Dallas\ten\tnative\tdelivery\t{"place": "Dallas"}\n'
        "2\tstop texting me\ten\tnative\tnot_interested\t{}\n"
        '3\tinch arji 3 hat\thy\tlatin\tfault\t{"quantity": 4}\n'
    )
    call_command("evaluate_understanding", str(table))
    figures = json.loads(capsys.readouterr().out)
    assert list(figures) == ["overall", "en", "hy"]
    assert figures["en"]["main_intent_accuracy"] == 1.0
    assert figures["en"]["entity_f1"] == 1.0
    assert figures["hy"]["main_intent_accuracy"] == 0.0
    assert figures["overall"]["main_intent_accuracy"] == 0.6667
    assert figures["overall"]["language_accuracy"] == 1.0
    assert figures["overall"]["entity_f1"] == 0.5
    assert figures["overall"]["messages"] == 3


@pytest.mark.parametrize("table", ["fresh_3.tsv", "fresh_4.tsv"])
def test_messages_that_were_never_learnt_from_are_understood(table: str) -> None:
    with (FRESH / table).open(encoding="utf-8") as lines:
        figures = evaluate(list(read_table(lines)))
    overall = figures["overall"]
    assert overall["main_intent_accuracy"] >= 0.88
    assert overall["macro_f1"] >= 0.88
    assert overall["entity_f1"] >= 0.85
    assert overall["language_accuracy"] >= 0.98
    assert min(figures[language]["main_intent_accuracy"] for language in LANGUAGES) >= 0.82


def test_command_cross_validates_on_the_built_in_utterances(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("evaluate_understanding")
    figures = json.loads(capsys.readouterr().out)
    assert set(figures) == {"overall", "en", "ru", "hy", "az"}
    overall = figures["overall"]
    assert overall["messages"] == 516
    assert overall["main_intent_accuracy"] >= 0.88
    assert overall["macro_f1"] >= 0.86
    assert overall["entity_f1"] >= 0.95
    assert overall["language_accuracy"] >= 0.97
    assert min(figures[language]["main_intent_accuracy"] for language in LANGUAGES) >= 0.84


def test_what_is_worded_nearly_alike_is_in_one_fold() -> None:
    keys = ["how much is a haircut", "much how is a haircut", "where is my order", "how much is the haircut"]
    folds = grouped_folds(keys)
    assert folds[0] == folds[1] == folds[3]
    rows = [Labelled(key, "en", ("price",)) for key in keys]
    assert folds_of_examples([words_of("How much is a haircut?"), "cancel it"], rows, [0, 0, 1, 0]) == [
        frozenset({0}),
        frozenset(),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "names no column"),
        ("text\tlang\tintents\nhello\ten\n", "Line 2 has 2 columns instead of 3"),
        ("text\tlang\tintents\nhello\tde\tgreeting\n", "Line 2: no intent, or a language"),
        ("text\tlang\tintents\tentities\nhello\ten\tgreeting\t{\n", "Line 2: entities are not JSON"),
    ],
)
def test_command_says_what_is_wrong_with_a_table(tmp_path: Path, content: str, message: str) -> None:
    table = tmp_path / "table.tsv"
    table.write_text(content)
    with pytest.raises(CommandError, match=message):
        call_command("evaluate_understanding", str(table))


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("how much", "how much", True),
        ("how much", "how very much", True),
        ("how much", "how is it so much", False),
        ("how .. much", "how is it so much", True),
        ("how =much", "how very much", False),
        ("pric*", "PRICING", True),
        ("pric*", "prcing", False),
        ("cost|price", "the price", True),
        ("red & chair", "chair in red", True),
        ("^ yes", "ok, yes please", True),
        ("^ yes", "ok yes please", False),
        ("stop $", "please stop. thanks", True),
        ("stop $", "stop it", False),
        ("# pieces", "12 pieces", True),
        ("<animal>", "two dogs", True),
        ("ինչ արժե", "inch arzhe", True),
    ],
)
def test_notation_of_the_patterns(pattern: str, text: str, found: bool) -> None:
    lexicon = Lexicon({"animal": ("cat*", "dog*")})
    lexicon.add("label", 1.0, pattern)
    assert bool(lexicon.find(tokenise(prepare(text)))) is found


@pytest.mark.parametrize("pattern", ["", "..", "^ $", "a &", "*"])
def test_a_pattern_without_words_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"Empty pattern|Nothing"):
        Lexicon().add("label", 1.0, pattern)
