"""The one entry: a message in, its language, goals and data out (architecture 4)."""

from datetime import datetime

from conversations.understanding.entities import read
from conversations.understanding.intents import find_intents
from conversations.understanding.language import detect
from conversations.understanding.tokens import prepare, tokenise
from conversations.understanding.types import EntityType, Understanding

_DETAILS = {EntityType.PHONE, EntityType.NAME, EntityType.TIMELINE_DAYS, EntityType.DATE}
_QUESTION_MARKS = "?՞;؟"


def language_of(text: str, *, otherwise: str) -> str:
    """Return the language of a message of a conversation that has been in `otherwise`, which few words do not
    change.
    """
    prepared = prepare(text)
    return detect(prepared, tokenise(prepared), otherwise=otherwise)


def understand(text: str, *, now: datetime, timezone: str, country: str) -> Understanding:
    """Return the language, the goals and the data of a customer's message (spec 4.1, 4.2).

    Pure and deterministic; takes any text. Only its first 1,500 characters are read. `now` is aware and dates are
    of `timezone` (IANA); phones without a country code are read as of `country` (ISO 3166) first.
    """
    prepared = prepare(text)
    tokens = tokenise(prepared)
    language = detect(prepared, tokens)
    intents = find_intents(tokens, language)
    entities = read(
        prepared, language=language, intents=intents, now=now, timezone=timezone, country=country
    ).entities
    if any(entity.type in _DETAILS for entity in entities):
        intents = find_intents(tokens, language, has_details=True)
    return Understanding(
        language=language,
        intents=intents,
        entities=entities,
        is_question=any(mark in prepared for mark in _QUESTION_MARKS),
    )
