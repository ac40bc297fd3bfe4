"""The one entry: a message in, its language, goals and data out (architecture 4)."""

from datetime import datetime

from conversations.understanding.intents import find_intents
from conversations.understanding.language import detect
from conversations.understanding.tokens import prepare, tokenise
from conversations.understanding.types import Understanding


def understand(text: str, *, now: datetime, timezone: str, country: str) -> Understanding:
    prepared = prepare(text)
    tokens = tokenise(prepared)
    language = detect(prepared, tokens)
    intents = find_intents(tokens, language)
    return Understanding(language=language, intents=intents, entities=())
