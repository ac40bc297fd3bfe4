"""When the run goes on in another language: only if the customer clearly writes in it, not for "ok" or a
name.
"""

from __future__ import annotations

import re

from automation.flows.engine.hearing import FREE_FORM
from automation.flows.engine.turn import Turn
from automation.flows.events import CustomerMessage

# Letters that only one of the four languages has; in a long enough word they leave no doubt.
_OWN_LETTERS = {"ru": re.compile("[а-яё]"), "hy": re.compile("[ա-և]"), "az": re.compile("ə")}
_WORD = re.compile(r"[^\W\d_]{2,}")
_ADDRESS = re.compile(r"\S*[@/]\S*")
MIN_WORDS = 2
MIN_WORDS_IN_LATIN = 3
MIN_LETTERS = 6
MIN_WORDS_FOR_FREE_FORM = 4
MIN_LETTERS_OF_ONE_WORD = 4


def adopted(turn: Turn, message: CustomerMessage) -> str | None:
    """Return the language to change to, or None. The very first message decides alone, however short."""
    language = message.reading.language
    if message.payload or not language or language == turn.state.language:
        return None
    if language not in turn.flow.languages:
        return None
    words = _WORD.findall(_ADDRESS.sub(" ", message.text.casefold()))
    if turn.state.messages == 0:
        return language if words else None
    return language if _clear(turn, words, language) else None


def _clear(turn: Turn, words: list[str], language: str) -> bool:
    if _expects_free_form(turn):
        return len(words) >= MIN_WORDS_FOR_FREE_FORM
    own = _OWN_LETTERS.get(language)
    unmistakable = bool(own and own.search(" ".join(words)))
    if len(words) >= (MIN_WORDS if unmistakable else MIN_WORDS_IN_LATIN):
        return sum(map(len, words)) >= MIN_LETTERS
    return unmistakable and len(words) == 1 and len(words[0]) >= MIN_LETTERS_OF_ONE_WORD


def _expects_free_form(turn: Turn) -> bool:
    """Whether the answer may be a name or a place, written in any script."""
    criterion = turn.pending_criterion()
    return turn.state.pending == "contact.name" or bool(criterion and criterion.kind in FREE_FORM)
