"""A message cut into words with the keys under which the lexicons know them."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from core.text import skeleton

ANALYSED_CHARACTERS = 1500

_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|[^\s@]+@[^\s@]+\.[^\s@]+|\b[\w-]+\.(?:com|ly|me|ru|am|az|org|net)/\S*"
)
_MARKS = "'’ʼ‘`´՚՛՜՞"
_TOKEN = re.compile(rf"@?[^\W_]+(?:[{_MARKS}@]+[^\W_]*)*|[☀-➿️⬀-⯿\U0001f300-\U0001faff]|[.,!?;:\n…)(։՝]+")
_SINGLE_APOSTROPHES = re.compile(f"[{_MARKS}]")
_DIGIT_SUFFIX = (
    r"(?:st|nd|rd|th|am|pm|k|kk|gb|tb|mln|min|minute?s?|hour?s?|de|da|den|dan|e|ye|ya|a|ic|its|in|um|li|lu|cu|ci|cm|mm"
    r"|kg|sht|hat|hats|x|h|or|orum|day?s?|man|manat|azn|amd|usd|eur|rub|hogi|hogov|nefer|eded|dene|hazar|jam|p|т|р|к|ч"
    r"|млн|тыс|шт|ին|ից|ում|հատ|օր|դր|հոգի|հազար|нь?|го|му)(?![^\W\d_])"
)
# In Armenian typed in Latin letters 4 stands for չ and 6 for շ.
PHONETIC_DIGIT = re.compile(
    rf"(?<![\w.,])[46](?=[^\W\d_]{{2}}|i\b)(?!(?i:.{_DIGIT_SUFFIX}))|(?<=[^\W\d_])[46](?=[^\W\d_]|\b)"
)
_DIGIT_LETTERS = {"4": "ch", "6": "sh"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word: its place in the analysed text, its keys (most likely first) and the clause it stands in."""

    text: str
    start: int
    end: int
    keys: tuple[str, ...]
    clause: int


def prepare(text: str) -> str:
    """Return the analysed text: NFKC, the beginning only. Spans of tokens and entities refer to it."""
    return unicodedata.normalize("NFKC", text[:ANALYSED_CHARACTERS])[:ANALYSED_CHARACTERS]


def tokenise(prepared: str) -> tuple[Token, ...]:
    """Cut the prepared text into words and pictograms; addresses are left out."""
    masked = _ADDRESS.sub(lambda match: " " * len(match.group()), prepared)
    tokens: list[Token] = []
    clause = 0
    for match in _TOKEN.finditer(masked):
        word = match.group()
        if word[0] in ".,!?;:\n…)(։՝":
            clause += 1
            continue
        keys = _keys(word)
        if keys:
            tokens.append(Token(word, match.start(), match.end(), keys, clause))
    return tuple(tokens)


@lru_cache(maxsize=20_000)
def _keys(word: str) -> tuple[str, ...]:
    bare = _SINGLE_APOSTROPHES.sub("", word)
    if len(bare) > 40:
        bare = bare[:40]
    bare = bare.replace("@", "ը") if "@" in bare else bare
    keys = [skeleton(bare)]
    if "4" in bare or "6" in bare:
        spelled = PHONETIC_DIGIT.sub(lambda match: _DIGIT_LETTERS[match.group()], bare)
        if spelled != bare:
            keys.insert(0, skeleton(spelled))
    return tuple(key for key in dict.fromkeys(keys) if key and not key.isspace())
