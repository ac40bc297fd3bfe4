"""Which article answers a question (spec 11.3), on questions that no article names word by word."""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache
from pathlib import Path

import yaml

from conversations.articles.matching import LIKELY, Match, Matching, Question, is_answer

ROOT = Path(__file__).resolve().parents[3]


@cache
def demo() -> Matching:
    data = yaml.safe_load((ROOT / "desk" / "demo" / "articles.yaml").read_text(encoding="utf-8"))
    return Matching.of(
        Question(each["slug"], text)
        for each in data["articles"]
        for code, texts in each["questions"].items()
        for text in (each["titles"][code], *texts)
    )


def labelled() -> list[dict[str, str]]:
    with (ROOT / "tests" / "data" / "articles.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def outcome(wanted: str, found: list[Match]) -> str:
    if is_answer(found):
        return "right" if found[0].key == wanted else "wrong"
    if wanted in [each.key for each in found[:2]]:
        return "suggested"
    return "nothing" if not found else "aside"


def test_questions_of_customers_find_their_article() -> None:
    counts: dict[str, Counter[str]] = {}
    for row in labelled():
        kind = "others" if row["article"] == "-" else row["language"]
        counts.setdefault(kind, Counter())[outcome(row["article"], demo().find(row["text"]))] += 1
    others = counts.pop("others")
    assert others["wrong"] == 0, "nobody is answered what was not asked"
    assert others["nothing"] == others.total()
    for language, found in counts.items():
        assert found["wrong"] == 0, language
        assert (found["right"] + found["suggested"]) / found.total() >= 0.9, (language, found)
        assert found["right"] / found.total() >= 0.7, (language, found)
    whole = sum(counts.values(), Counter())
    assert whole["right"] / whole.total() >= 0.8, whole


def test_any_script_finds_it() -> None:
    for text in ("garantiya est?", "гарантия есть?", "ЗЕМАНЕТ ВАР?", "erashxiq ka?"):
        assert demo().find(text)[0].key == "warranty", text


def test_two_that_are_alike_are_no_answer() -> None:
    matching = Matching.of(
        [Question("a", "Do you clean sofas?"), Question("b", "Do you clean sofas at home?")]
    )
    found = matching.find("do you clean sofas")
    assert [each.key for each in found] == ["a", "b"]
    close = [Match("a", 0.7, ""), Match("b", 0.69, "")]
    assert not is_answer(close)
    assert is_answer([Match("a", 0.7, ""), Match("b", 0.4, "")])
    assert not is_answer([Match("a", 0.45, "")])


def test_nothing_is_found_in_nothing() -> None:
    assert Matching.of([]).find("where are you") == []
    assert demo().find("") == []
    assert demo().find("?? 👍") == []
    assert all(each.likeness >= LIKELY for each in demo().find("delivery of furniture on sunday by card"))


def test_the_same_questions_give_the_same_answer() -> None:
    again = Matching.of(demo().questions)
    for row in labelled():
        assert again.find(row["text"]) == demo().find(row["text"])
