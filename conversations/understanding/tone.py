"""How it is said: anger, threats, capital letters, the same thing again (spec 4.5). Pure."""

from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from conversations.understanding.knowledge import load
from conversations.understanding.lexicon import Lexicon, rows
from conversations.understanding.tokens import Token, prepare, tokenise
from conversations.understanding.types import IntentName, Tone

_LOUD_LETTERS = 10
_LOUD_WORDS = 3
_LOUD_SHARE = 0.7
_SAME = 88
_SAYS_SOMETHING = 8
_SHORT = {IntentName.YES, IntentName.NO, IntentName.THANKS, IntentName.GREETING}
_SIGNS_OF_FURY = ("!!!", "???", "🤬", "😡")


def tone_of(prepared: str, tokens: Sequence[Token], *, intents: Sequence[str]) -> Tone:
    """Return the tone of a message with these goals, as far as the message alone tells it."""
    labels = {match.label for match in _words().find(tokens)}
    complains = IntentName.COMPLAINT in intents
    anger = "anger" in labels or (complains and any(sign in prepared for sign in _SIGNS_OF_FURY))
    return Tone(
        threat="threat" in labels,
        anger=anger and set(intents) != {IntentName.THANKS},
        shouting=_is_loud(prepared),
    )


def repeats(text: str, earlier: str, *, intents: Sequence[str]) -> bool:
    """Return whether the message says once more what the customer wrote just before; "yes" and "thanks" may."""
    key = _key(text)
    return (
        len(key) >= _SAYS_SOMETHING
        and not set(intents) <= _SHORT
        and fuzz.ratio(key, _key(earlier), score_cutoff=_SAME) >= _SAME
    )


def _is_loud(text: str) -> bool:
    cased = [letter for letter in text if letter.isupper() or letter.islower()]
    loud = sum(letter.isupper() for letter in cased)
    return (
        len(cased) >= _LOUD_LETTERS and len(text.split()) >= _LOUD_WORDS and loud >= _LOUD_SHARE * len(cased)
    )


def _key(text: str) -> str:
    return " ".join(token.keys[0] for token in tokenise(prepare(text)))


@lru_cache(maxsize=1)
def _words() -> Lexicon:
    lexicon = Lexicon()
    for label, patterns in load("tone").items():
        for row in rows(patterns):
            lexicon.add(label, 1.0, row)
    return lexicon
