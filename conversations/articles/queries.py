"""The library: published articles and running notices, kept in each process by version; figures and lists for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from conversations.articles.enums import Outcome, State
from conversations.articles.matching import Match, Matching, Question, is_answer
from conversations.articles.models import Article, Asked, Collection, LibraryVersion, Notice
from core.languages import Language
from crm.memory import Remembered

COUNTED = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Entry:
    """A published article as it is told. `collection` is the slug of the public collection it stands in, else ""."""

    pk: int
    slug: str
    titles: Mapping[str, str]
    bodies: Mapping[str, str]
    collection: str = ""

    def title(self, language: str) -> str:
        return in_language(self.titles, language)

    def body(self, language: str) -> str:
        return in_language(self.bodies, language)


@dataclass(frozen=True, slots=True)
class Known:
    """A known problem; whether it lasts is asked with the moment at hand."""

    slug: str
    texts: Mapping[str, str]
    goals: frozenset[str]
    starts_at: datetime
    ends_at: datetime | None

    def lasts(self, now: datetime) -> bool:
        return self.starts_at <= now and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True, slots=True)
class Library:
    """Everything that answers by itself, at one version. Never changed."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    matching: Matching = field(default_factory=Matching)
    notices: tuple[Known, ...] = ()
    problems: Matching = field(default_factory=Matching)

    def find(self, text: str, *, most: int = 3) -> list[tuple[Entry, Match]]:
        """Articles that are like the question, the most likely first."""
        found = self.matching.find(text, most=most)
        return [(self.entries[each.key], each) for each in found if each.key in self.entries]

    def answer(self, text: str) -> Entry | None:
        """The article that answers the question without asking back."""
        found = self.matching.find(text, most=2)
        return self.entries.get(found[0].key) if is_answer(found) else None

    def notice(self, text: str, intents: Iterable[str], now: datetime) -> Known | None:
        """The running notice that a message is about, the newest first."""
        running = {each.slug: each for each in self.notices if each.lasts(now)}
        if not running:
            return None
        wanted = set(intents)
        if found := next((each for each in running.values() if each.goals & wanted), None):
            return found
        matches = [each for each in self.problems.find(text) if each.key in running]
        return running[matches[0].key] if is_answer(matches) else None


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in that language, else in English, else in any."""
    wanted = (texts.get(language), texts.get(Language.ENGLISH), *texts.values())
    return next((text for text in wanted if text), "")


@Remembered
def version() -> int:
    """The number of the library as it is now."""
    return LibraryVersion.objects.values_list("number", flat=True).first() or 0


_kept: dict[int, Library] = {}


def library() -> Library:
    """The library as it is now: no statement while this process has read it a moment ago."""
    number = version()
    found = _kept.get(number)
    if found is None:
        found = read_library()
        _kept.clear()
        _kept[number] = found
    return found


def forget() -> None:
    """For tests: as a process that has just begun."""
    version.drop()
    _kept.clear()


def read_library() -> Library:
    """Two statements."""
    articles = list(
        Article.objects.filter(state=State.PUBLISHED).select_related("collection").order_by("position", "id")
    )
    notices = list(Notice.objects.filter(active=True).order_by("-id"))
    return Library(
        {each.slug: entry_of(each) for each in articles},
        Matching.of(question for each in articles for question in questions_of(each)),
        tuple(_known(each) for each in notices),
        Matching.of(
            Question(str(each.public_id), text)
            for each in notices
            for texts in each.questions.values()
            for text in texts
        ),
    )


def entry_of(article: Article) -> Entry:
    home = article.collection
    public = home.slug if home is not None and home.public else ""
    return Entry(article.pk, article.slug, article.titles, article.bodies, public)


def questions_of(article: Article) -> list[Question]:
    """Its titles count as questions too."""
    texts = [*article.titles.values(), *(text for each in article.questions.values() for text in each)]
    return [Question(article.slug, text) for text in texts if text]


def _known(notice: Notice) -> Known:
    return Known(
        str(notice.public_id), notice.texts, frozenset(notice.goals), notice.starts_at, notice.ends_at
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one article in ninety days. `helped`, `not_helped`, `handed_over` are parts of `asked`."""

    asked: int = 0
    helped: int = 0
    not_helped: int = 0
    handed_over: int = 0

    @property
    def share(self) -> int | None:
        """Helped of those who told, in percent; None while nobody told."""
        told = self.helped + self.not_helped + self.handed_over
        return round(100 * self.helped / told) if told else None


def figures(articles: Sequence[int], *, now: datetime | None = None) -> dict[int, Figures]:
    """By article. One statement."""
    since = (now or timezone.now()) - COUNTED
    rows = (
        Asked.objects.filter(article__in=articles, asked_at__gt=since)
        .values_list("article")
        .annotate(
            asked=Count("id"),
            helped=Count("id", filter=Q(outcome=Outcome.HELPED)),
            not_helped=Count("id", filter=Q(outcome=Outcome.NOT_HELPED)),
            handed_over=Count("id", filter=Q(outcome=Outcome.HANDED_OVER)),
        )
    )
    return {article: Figures(*counts) for article, *counts in rows}


def articles() -> QuerySet[Article]:
    return Article.objects.select_related("collection", "owner").order_by("position", "id")


def public_collections() -> QuerySet[Collection]:
    """Those with a page of their own and something on it."""
    shown = Article.objects.filter(state=State.PUBLISHED).values("collection")
    return Collection.objects.filter(public=True, pk__in=shown).order_by("position", "id")


def gaps_of(article: Article) -> tuple[str, ...]:
    """Languages in which a title, a text or a question is missing."""
    return tuple(
        code
        for code in Language.values
        if not (article.titles.get(code) and article.bodies.get(code) and article.questions.get(code))
    )
