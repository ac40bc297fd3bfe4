"""The widget's own words exist in all four languages, with the same places to fill in."""

import re
from pathlib import Path

import pytest

WORDS = Path(__file__).resolve().parents[2] / "static" / "webchat" / "words"
LINE = re.compile(r'^  (\w+): "(.+)",$', re.M)


def words(language: str) -> dict[str, str]:
    return dict(LINE.findall((WORDS / f"{language}.js").read_text("utf-8")))


@pytest.mark.parametrize("language", ["ru", "hy", "az"])
def test_no_words_are_missing_in_a_language(language: str) -> None:
    english, translated = words("en"), words(language)
    assert list(translated) == list(english)
    holes = re.compile(r"\{\w+\}")
    assert {key: holes.findall(text) for key, text in translated.items()} == {
        key: holes.findall(text) for key, text in english.items()
    }
