"""Questions that come again and that no article answers (spec 11.3), in groups of like words."""

from __future__ import annotations

from dataclasses import dataclass

from conversations.articles.models import Unanswered
from conversations.articles.queries import library
from conversations.goals.grouping import alike

LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Questions worded alike, the newest first; `text` and `language` are those of the newest."""

    rows: tuple[Unanswered, ...]

    @property
    def id(self) -> int:
        return self.rows[0].pk

    @property
    def text(self) -> str:
        return self.rows[0].message.text[:200]

    @property
    def language(self) -> str:
        return self.rows[0].language

    @property
    def samples(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.message.text[:200] for row in self.rows[1:4]))


def wanted_articles(*, most: int = 30) -> list[Wanted]:
    """Of the newest 500 that nobody dismissed, the most frequent first. What an article answers by now is left out.

    One statement.
    """
    waiting = Unanswered.objects.filter(dismissed_at__isnull=True).select_related("message")
    groups = (Wanted(each) for each in alike(list(waiting.order_by("-id")[:LOOKED_AT])))
    known = library()
    found: list[Wanted] = []
    for each in groups:
        if len(found) == most:
            break
        if known.answer(each.text) is None:
            found.append(each)
    return found
