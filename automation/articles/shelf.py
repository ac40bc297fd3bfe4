"""The door behind a run: the published articles and running notices of this deployment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from automation.articles.values import Told
from conversations.articles import queries
from conversations.articles.links import article_url
from conversations.articles.markup import shortened

LONGEST = 600
"""Of an article in a chat; the rest stands on its page."""


class Shelf:
    """The library as it is at the moment of the event; it is read when it is first asked."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now

    def notice(self, text: str, intents: Sequence[str], *, language: str) -> Told | None:
        found = queries.library().notice(text, intents, self.now)
        return Told(found.slug, queries.in_language(found.texts, language)) if found else None

    def answer(self, text: str, *, language: str) -> Told | None:
        found = queries.library().answer(text)
        return _told(found, language) if found else None

    def like(self, text: str, *, language: str) -> Sequence[Told]:
        return [_told(entry, language) for entry, _match in queries.library().find(text)]

    def article(self, slug: str, *, language: str) -> Told | None:
        found = queries.library().entries.get(slug)
        return _told(found, language) if found else None


def _told(entry: queries.Entry, language: str) -> Told:
    text, whole = shortened(entry.body(language), LONGEST)
    link = article_url(entry, language) if entry.collection else ""
    shown = text if whole or not link else f"{text}\n\n{link}"
    return Told(entry.slug, shown, entry.titles, link)
