import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.channels.contracts import TextUnit
from conversations.sending.splitting import size, split


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 10, []),
        ("   ", 10, []),
        ("short", 10, ["short"]),
        ("One sentence. Two sentence.", 16, ["One sentence.", "Two sentence."]),
        ("First line\nsecond line", 12, ["First line", "second line"]),
        ("Para one.\n\nPara two. More", 20, ["Para one.", "Para two. More"]),
        ("Բարև ձեզ։ Ինչ արժե։", 12, ["Բարև ձեզ։", "Ինչ արժե։"]),
        ("no pause here at all", 10, ["no pause", "here at", "all"]),
        ("x" * 25, 10, ["x" * 10, "x" * 10, "x" * 5]),
        # A pause after two letters is none: half-empty parts read worse than a cut between words.
        ("A. bcdefghij klmnop", 16, ["A. bcdefghij", "klmnop"]),
    ],
)
def test_text_is_cut_where_a_reader_would_pause(text: str, limit: int, parts: list[str]) -> None:
    assert split(text, limit=limit) == parts


def test_bytes_count_where_the_channel_counts_bytes() -> None:
    parts = split("Здравствуйте и до свидания", limit=20, unit=TextUnit.BYTES)
    assert parts == ["Здравствуй", "те и до", "свидания"]
    assert all(size(part, TextUnit.BYTES) <= 20 for part in parts)


def test_a_family_is_not_torn_apart() -> None:
    family = "👩\u200d👩\u200d👧"
    assert split(f"abcd{family}", limit=6) == ["abcd", family]
    assert split("abcde\u0301f", limit=5) == ["abcd", "e\u0301f"]


@given(st.text(max_size=300), st.integers(min_value=8, max_value=60), st.sampled_from(TextUnit))
def test_no_part_is_too_long_and_no_word_is_lost(text: str, limit: int, unit: TextUnit) -> None:
    parts = split(text, limit=limit, unit=unit)
    assert all(0 < size(part, unit) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
