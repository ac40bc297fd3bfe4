"""What a run knows of articles: the step, and the library behind it. Values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Protocol

ARTICLE = "article."
HELPED = "article.helped"
PICK = "article.pick"
BY_WORDS = "by_words"
NOTICE = "notice."
"""Before the id of a notice among what was answered already."""


@dataclass(frozen=True)
class ArticleStep:
    """Says an article and asks whether it helped: at `next` it did, at `otherwise` it did not or there is none.

    `slug` None: the one that the customer's words ask for; of two that are likely the customer chooses.
    """

    id: str
    slug: str | None
    next: str | None
    otherwise: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """An article or a notice as it is said. `titles`: by language, for its button; `more` links to the whole of it."""

    slug: str
    text: str
    titles: Mapping[str, str] = field(default_factory=dict)
    more: str = ""


class Library(Protocol):
    """Who knows the articles. Reads only."""

    def notice(self, text: str, intents: Sequence[str], *, language: str) -> Told | None:
        """The known problem that a message is about."""

    def answer(self, text: str, *, language: str) -> Told | None:
        """The article that answers without asking back."""

    def like(self, text: str, *, language: str) -> Sequence[Told]:
        """Articles that are worth a suggestion, the most likely first."""

    def article(self, slug: str, *, language: str) -> Told | None:
        """A published article by its address."""


@dataclass(frozen=True, slots=True)
class ReadOut:
    """What a run remembers of articles. Plain JSON inside its state.

    `shown`: what the customer has not judged yet. `told`: all of the run. `offered`: what the open choice is between.
    `words`: the question that they are for. `step`: the step that said it, "" for an answer by the way. `over`: by step
    whether it goes on at next or otherwise.
    """

    shown: str = ""
    told: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    words: str = ""
    step: str = ""
    over: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> ReadOut:
        known = {each.name: plain[each.name] for each in fields(cls) if each.name in plain}
        for name in ("told", "offered"):
            known[name] = tuple(known.get(name, ()))
        return cls(**known)

    def plain(self) -> dict[str, Any]:
        """Only what differs from nothing."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
            if value
        }
