"""What is known of the goals: for understanding, kept in each process by version; for people, the map with its gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db.models import Prefetch, QuerySet

from conversations.goals.builtin import BUILT_IN, FIXED
from conversations.goals.enums import Category, Handoff
from conversations.goals.models import Goal, KnowledgeVersion, Phrase, Review, ReviewPlan
from conversations.threads.models import Message
from conversations.understanding.knowledge import LANGUAGES, phrases_of
from conversations.understanding.teaching import Taught, Teaching
from conversations.understanding.types import IntentName
from core.languages import Language, in_active_language

CACHE_KEY = "goals.version"
CACHE_SECONDS = 60
FEW_PHRASES = 3


def _built_in_minutes() -> dict[str, int]:
    """Until an admin says otherwise."""
    return {str(key): known.response_minutes for key, known in BUILT_IN.items() if known.response_minutes}


@dataclass(frozen=True, slots=True)
class Book:
    """Everything about goals that the way of a message asks for, at one version.

    `answers`: texts per language by goal; `handed_over`: goals at which a person takes over at once; `urgencies`: those
    of goals that are more than normal; `flows`: the flow that leads on, by goal; `facts`: what must be known;
    `minutes`: within which a person answers.
    """

    teaching: Teaching = field(default_factory=Teaching)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    handed_over: frozenset[str] = frozenset()
    urgencies: Mapping[str, int] = field(default_factory=dict)
    flows: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    minutes: Mapping[str, int] = field(default_factory=_built_in_minutes)


_kept: dict[int, Book] = {}


def book() -> Book:
    """The book as it is now: no statement while the version is in the cache and the process has that book."""
    number = _version()
    found = _kept.get(number)
    if found is None:
        found = read_book(number)
        _kept.clear()
        _kept[number] = found
    return found


def forget() -> None:
    """For tests: as a process that has just begun."""
    _kept.clear()
    cache.delete(CACHE_KEY)


def _version() -> int:
    number: int | None = cache.get(CACHE_KEY)
    if number is None:
        number = KnowledgeVersion.objects.values_list("number", flat=True).first() or 0
        cache.add(CACHE_KEY, number, CACHE_SECONDS)
    return number


def read_book(number: int = 0) -> Book:
    """Two statements."""
    rows = goals()
    taught = [Taught(phrase.text, row.key) for row in rows for phrase in row.phrases.all() if row.active]
    return Book(
        Teaching.of(taught, instead=_instead(rows), version=number),
        {row.key: row.answer for row in rows if row.active and any(row.answer.values())},
        frozenset(row.key for row in rows if row.active and row.handoff == Handoff.AT_ONCE),
        {row.key: row.urgency for row in rows if row.urgency},
        {row.key: row.flow for row in rows if row.flow and row.active},
        {row.key: tuple(row.required_facts) for row in rows if row.required_facts and row.active},
        _built_in_minutes() | {row.key: row.response_minutes or 0 for row in rows},
    )


def _instead(rows: Iterable[Goal]) -> dict[str, str]:
    found = {}
    for row in rows:
        if not row.active:
            found[row.key] = str(IntentName.OTHER)
        elif row.merged_into is not None:
            into = row.merged_into
            found[row.key] = into.key if into.active else str(IntentName.OTHER)
    return found


def goals() -> QuerySet[Goal]:
    """Goals with rows of their own, each with its phrases: two statements."""
    phrases = Prefetch("phrases", Phrase.objects.select_related("created_by").order_by("language", "id"))
    return Goal.objects.select_related("merged_into").prefetch_related(phrases).order_by("id")


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal as people see it: built-in, changed or their own. `goal` is unsaved while nobody has changed it.

    `examples`: how many phrases are known by language, built-in ones included. `gaps`: what is missing, as words.
    """

    goal: Goal
    name: str
    built_in: bool
    fixed: bool
    examples: Mapping[str, int]
    own: int
    gaps: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.goal.key

    @property
    def counts(self) -> bool:
        return self.goal.active and self.goal.merged_into_id is None


def default_goal(key: str) -> Goal:
    """The built-in goal as it is while nobody has changed it. Raises KeyError for any other."""
    known = BUILT_IN[key]
    return Goal(
        key=key,
        category=known.category,
        urgency=known.urgency,
        response_minutes=known.response_minutes,
        handoff=known.handoff,
    )


def goal_of(key: str) -> Goal | None:
    """The goal by its key: the stored one, else the built-in one, unsaved."""
    found = goals().filter(key=key).first()
    return found or (default_goal(key) if key in BUILT_IN else None)


def name_of(key: str, names: Mapping[str, str] | None = None) -> str:
    """What people call it, in the active language."""
    fallback = str(BUILT_IN[key].name) if key in BUILT_IN else key.replace("_", " ").capitalize()
    return in_active_language(names or {}, fallback)


def goal_map(answered: Mapping[str, frozenset[str]] | None = None) -> list[GoalLine]:
    """Every goal, built-in ones in their order, then those of the company. `answered`: by goal the languages in which a
    published flow answers it or leads on from it. Two statements.
    """
    stored = {row.key: row for row in goals()}
    rows = [stored[key] if key in stored else default_goal(key) for key in BUILT_IN]
    rows += [row for key, row in stored.items() if key not in BUILT_IN]
    return [line_of(row, answered or {}) for row in rows]


def line_of(row: Goal, answered: Mapping[str, frozenset[str]]) -> GoalLine:
    own = Counter(phrase.language for phrase in row.phrases.all()) if row.pk else Counter[str]()
    built_in = _built_in_examples().get(row.key, {})
    examples = {code: own[code] + built_in.get(code, 0) for code in Language.values}
    return GoalLine(
        goal=row,
        name=name_of(row.key, row.names),
        built_in=row.key in BUILT_IN,
        fixed=row.key in FIXED,
        examples=examples,
        own=sum(own.values()),
        gaps=tuple(_gaps(row, examples, answered.get(row.key, frozenset()))),
    )


def _gaps(row: Goal, examples: Mapping[str, int], answered: frozenset[str]) -> Iterable[str]:
    """Names of what is missing: phrases.<language>, answer, answer.<language>, target, facts."""
    if not row.active or row.merged_into_id is not None or row.category == Category.TALK:
        return
    yield from (f"phrases.{code}" for code in Language.values if examples[code] < FEW_PHRASES)
    texts = {code for code, text in row.answer.items() if text} | answered
    if not texts and not row.flow and row.handoff != Handoff.AT_ONCE:
        yield "answer"
    elif texts and not row.flow and row.handoff != Handoff.AT_ONCE:
        yield from (f"answer.{code}" for code in Language.values if code not in texts)
    if row.response_minutes is None and row.key not in FIXED:
        yield "target"


_examples: dict[str, dict[str, int]] = {}


def _built_in_examples() -> Mapping[str, Mapping[str, int]]:
    if not _examples:
        for language in LANGUAGES:
            for _text, intents in phrases_of(language):
                counts = _examples.setdefault(str(intents[0]), {})
                counts[language] = counts.get(language, 0) + 1
    return _examples


def reviews_are_on() -> bool:
    """Whether an admin is given what nothing understood every month; so it is until somebody switches it off."""
    active = ReviewPlan.objects.values_list("active", flat=True).first()
    return True if active is None else active


def reviews_to_do() -> list[Review]:
    """The newest first, each with its sample chats: two statements."""
    samples = Prefetch("samples", Message.objects.select_related("conversation__contact").order_by("-id"))
    rows = Review.objects.filter(done_at__isnull=True).select_related("assignee")
    return list(rows.prefetch_related(samples).order_by("-month")[:3])
