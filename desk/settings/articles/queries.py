"""What the screens of articles show: lines with their figures, and what a question would find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language

from conversations.articles.matching import Matching, Question, is_answer
from conversations.articles.models import Article, Collection
from conversations.articles.queries import (
    Figures,
    articles,
    figures,
    gaps_of,
    in_language,
    library,
)
from core.text import normalise

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Line:
    article: Article
    title: str
    collection: str
    gaps: tuple[str, ...]
    figures: Figures
    is_due: bool


@dataclass(frozen=True, slots=True)
class Guess:
    """An article that a question finds, with how alike it is in percent."""

    title: str
    percent: int
    question: str
    is_this: bool


def lines(*, state: str, collection: str, words: str, today: date) -> list[Line]:
    """Two statements, however many there are."""
    rows = articles()
    if state:
        rows = rows.filter(state=state)
    if collection:
        rows = rows.filter(collection__slug=collection)
    wanted = normalise(words)
    found = [row for row in rows if not wanted or wanted in normalise(_words(row))][:SHOWN]
    counts = figures([row.pk for row in found])
    return [_line(row, counts.get(row.pk, Figures()), today) for row in found]


def collections() -> list[tuple[Collection, str]]:
    return [
        (row, in_language(row.names, _language())) for row in Collection.objects.order_by("position", "id")
    ]


def guesses(text: str, *, slug: str = "", questions: Sequence[str] = ()) -> tuple[list[Guess], bool]:
    """What a customer's words would find, with the questions of the article as they stand in the editor; and whether the
    first is said at once.
    """
    this = slug or "\x00"
    others = [each for each in library().matching.questions if each.key != this]
    matching = Matching.of([*others, *(Question(this, each) for each in questions)])
    found = matching.find(text)
    entries = library().entries
    shown = [
        Guess(
            entries[each.key].title(_language()) if each.key in entries and each.key != this else "",
            round(100 * each.likeness),
            each.question,
            each.key == this,
        )
        for each in found
    ]
    return shown, is_answer(found)


def _line(row: Article, counted: Figures, today: date) -> Line:
    home = in_language(row.collection.names, _language()) if row.collection else ""
    due = row.review_on is not None and row.review_on <= today
    return Line(row, in_language(row.titles, _language()), home, gaps_of(row), counted, due)


def _words(row: Article) -> str:
    questions = (text for lines in row.questions.values() for text in lines)
    return " ".join((row.slug, *row.titles.values(), *questions))


def _language() -> str:
    return (get_language() or "en")[:2]
