"""The one entry: a message in, its language, goals and data out (architecture 4)."""

from collections.abc import Callable
from datetime import datetime

from conversations.understanding.entities import read
from conversations.understanding.intents import find_intents
from conversations.understanding.language import detect
from conversations.understanding.likeness import Likeness, built_in
from conversations.understanding.repair import repaired
from conversations.understanding.teaching import NOTHING, Teaching
from conversations.understanding.tokens import prepare, tokenise
from conversations.understanding.tone import tone_of
from conversations.understanding.types import EntityType, Understanding

_DETAILS = {EntityType.PHONE, EntityType.NAME, EntityType.TIMELINE_DAYS, EntityType.DATE}
_COMMAND = "/"
"""What a button or a link writes to a bot, "/start spring-sale", is spelled like nothing that a customer says."""
_QUESTION_MARKS = "?՞;؟"


def language_of(text: str, *, otherwise: str) -> str:
    """Return the language of a message of a conversation that has been in `otherwise`, which few words do not
    change.
    """
    prepared = prepare(text)
    return detect(prepared, tokenise(prepared), otherwise=otherwise)


def understand(
    text: str,
    *,
    now: datetime,
    timezone: str,
    country: str,
    language: str | None = None,
    taught: Teaching = NOTHING,
) -> Understanding:
    """Return the language, the goals and the data of a customer's message (spec 4.1, 4.2).

    Pure and deterministic; takes any text. Only its first 1,500 characters are read. `now` is aware and dates are
    of `timezone` (IANA); phones without a country code are read as of `country` (ISO 3166) first. `language` is the
    one to expect, which decides where the words do not. `taught`: what the company knows beside.
    """
    return understand_like(
        text,
        now=now,
        timezone=timezone,
        country=country,
        language=language,
        likeness=built_in,
        taught=taught,
    )


def understand_like(
    text: str,
    *,
    now: datetime,
    timezone: str,
    country: str,
    likeness: Callable[[], Likeness],
    language: str | None = None,
    taught: Teaching = NOTHING,
) -> Understanding:
    """Return what `understand` does, with another likeness for messages in which no known phrase is found."""
    prepared = prepare(text)
    tokens = tokenise(prepared)
    language = detect(prepared, tokens, otherwise=language)
    tokens = repaired(tokens)
    if prepared.lstrip().startswith(_COMMAND):
        likeness = Likeness.unlearnt
    intents = find_intents(tokens, language, likeness=likeness)
    entities = read(
        prepared, language=language, intents=intents, now=now, timezone=timezone, country=country
    ).entities
    if len(intents) > 1 and any(entity.type in _DETAILS for entity in entities):
        intents = find_intents(tokens, language, has_details=True, likeness=likeness)
    intents = taught.applied(intents, tokens)
    return Understanding(
        language=language,
        intents=intents,
        entities=entities,
        is_question=any(mark in prepared for mark in _QUESTION_MARKS),
        tone=tone_of(prepared, tokens, intents=[intent.name for intent in intents]),
    )
