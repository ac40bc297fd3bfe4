from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conversations.articles.markup import Block, Span, blocks, plain, shortened


def test_paragraphs_lists_bold_and_links() -> None:
    text = "Pay **in parts**:\n- by [card](https://bank.example/pay)\n- cash\n\n1. first\n2) second\nhttps://a.example/x."
    assert blocks(text) == (
        Block("paragraph", ((Span("Pay "), Span("in parts", bold=True), Span(":")),)),
        Block(
            "bullets",
            (
                (Span("by "), Span("card", link="https://bank.example/pay")),
                (Span("cash"),),
            ),
        ),
        Block("numbers", ((Span("first"),), (Span("second"),))),
        Block("paragraph", ((Span("https://a.example/x", link="https://a.example/x"), Span(".")),)),
    )
    assert plain(text) == (
        "Pay in parts:\n\n– by card (https://bank.example/pay)\n– cash\n\n1. first\n2. second\n\nhttps://a.example/x."
    )


def test_no_other_address_becomes_a_link() -> None:
    text = "[press](javascript:alert(1)) [here](data:text/html,x) <a href='https://x.example'>y</a>"
    links = [span.link for block in blocks(text) for line in block.lines for span in line if span.link]
    assert links == ["https://x.example"]


def test_a_long_text_ends_after_a_whole_block() -> None:
    text = "One.\n\nTwo two.\n\n" + "Three " * 50
    assert shortened(text, 1000) == (plain(text), True)
    assert shortened(text, 40) == ("One.\n\nTwo two.", False)
    assert shortened("word " * 30, 22) == ("word word word word…", False)


@given(st.text(max_size=300))
def test_no_word_is_lost(text: str) -> None:
    said = "".join(span.text for block in blocks(text) for line in block.lines for span in line)
    letters = [char for char in said if char.isalpha()]
    assert [char for char in plain(text) if char.isalpha()][: len(letters)] == letters or "](" in text
