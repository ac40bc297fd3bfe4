"""How well messages are understood: the figures of `manage.py evaluate_understanding` (architecture 4)."""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from statistics import quantiles
from typing import Any

from rapidfuzz.fuzz import token_sort_ratio
from rapidfuzz.process import extract

from conversations.understanding.knowledge import LANGUAGES, UTTERANCES, phrases
from conversations.understanding.likeness import Likeness, features
from conversations.understanding.reading import understand, understand_like
from conversations.understanding.tokens import prepare, tokenise
from conversations.understanding.types import Budget, Entity, EntityType, IntentName, Understanding
from core.text import normalise

# Wednesday; figures must not depend on the day they are computed.
NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
COUNTRIES = {"en": "US", "ru": "RU", "hy": "AM", "az": "AZ"}
FOLDS = 5
ALIKE = 80
_NOT_COMPARED = {EntityType.DATE, EntityType.DATETIME}
_COLUMNS = ("text", "lang", "intents")


class BadFile(ValueError):
    """The table cannot be read; the message says where and why."""


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A message with what a person says it means; opt-outs count as not_interested, as in the shared data."""

    text: str
    language: str
    intents: tuple[str, ...]
    entities: Mapping[str, Any] | None = None


@dataclass(slots=True)
class _Tally:
    messages: int = 0
    main_right: int = 0
    language_right: int = 0
    main: Counter[tuple[str, str]] = field(default_factory=Counter)
    intents: Counter[str] = field(default_factory=Counter)
    entities: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)


Understand = Callable[[Labelled], Understanding]


def read_table(lines: Iterable[str]) -> Iterator[Labelled]:
    """Yield the rows of a table with the columns of the shared data. Raises BadFile."""
    rows = iter(lines)
    header = next(rows, "").rstrip("\r\n").split("\t")
    if missing := set(_COLUMNS) - set(header):
        raise BadFile(f"The first line names no column {', '.join(sorted(missing))}")
    for number, line in enumerate(rows, start=2):
        if not line.strip():
            continue
        row = dict(zip(header, line.rstrip("\r\n").split("\t"), strict=False))
        if len(row) < len(header):
            raise BadFile(f"Line {number} has {len(row)} columns instead of {len(header)}")
        try:
            entities = json.loads(row["entities"] or "{}") if "entities" in row else None
        except json.JSONDecodeError as error:
            raise BadFile(f"Line {number}: entities are not JSON ({error})") from error
        intents = tuple(_merged(name.strip()) for name in row["intents"].split(",") if name.strip())
        if not intents or row["lang"] not in LANGUAGES:
            raise BadFile(f"Line {number}: no intent, or a language other than {', '.join(LANGUAGES)}")
        yield Labelled(row["text"], row["lang"], intents, entities)


def evaluate(rows: Sequence[Labelled], *, by: Understand | None = None) -> dict[str, dict[str, float | None]]:
    """Return the figures over all rows and by language; those that the rows do not allow are None.

    Milliseconds are those of the processor, so that a busy machine judges alike.
    """
    tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
    reader = by or _understand
    reader(Labelled("hello", "en", ("greeting",)))
    for row in rows:
        start = time.thread_time()
        found = reader(row)
        milliseconds = (time.thread_time() - start) * 1000
        for key in ("overall", row.language):
            _count(tallies[key], row, found, milliseconds)
    return {key: _figures(tallies[key]) for key in ("overall", *LANGUAGES) if key in tallies}


def cross_validate() -> dict[str, dict[str, float | None]]:
    """Return the figures on the built-in utterances, each judged by a likeness that was learnt without its fold.

    The lexicons are written by hand and are the same in every fold. Whatever is worded nearly alike shares a fold: an
    utterance is never judged by what was learnt from its own variants, be they utterances or phrases.
    """
    with UTTERANCES.open(encoding="utf-8") as lines:
        rows = list(read_table(lines))
    examples = [
        (words_of(text), features(tokenise(prepare(text))), intents[0]) for text, intents in phrases()
    ]
    folds = grouped_folds([words_of(row.text) for row in rows])
    apart = folds_of_examples([key for key, _, _ in examples], rows, folds)
    models = {
        fold: Likeness.learnt(
            (found, goal) for (_, found, goal), at in zip(examples, apart, strict=True) if fold not in at
        )
        for fold in range(FOLDS)
    }
    judged_by = dict(zip(rows, folds, strict=True))
    return evaluate(rows, by=lambda row: _understand_like(row, models[judged_by.get(row, 0)]))


def confusions(rows: Sequence[Labelled]) -> Counter[tuple[str, str]]:
    """Return how often which main intent was taken for which other: (wanted, found)."""
    pairs = ((row.intents[0], _merged(_understand(row).main_intent)) for row in rows)
    return Counter(pair for pair in pairs if pair[0] != pair[1])


def words_of(text: str) -> str:
    return " ".join(token.keys[0] for token in tokenise(prepare(text)))


def grouped_folds(keys: Sequence[str]) -> list[int]:
    """Return a fold for each; what is nearly alike is in one group, and a group in one fold."""
    groups = list(range(len(keys)))
    for place, key in enumerate(keys):
        for _, _, other in extract(
            key, keys[:place], scorer=token_sort_ratio, score_cutoff=ALIKE, limit=None
        ):
            old, new = groups[place], groups[other]
            groups = [new if group == old else group for group in groups]
    numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    return [numbers[group] % FOLDS for group in groups]


def folds_of_examples(
    keys: Sequence[str], rows: Sequence[Labelled], folds: Sequence[int]
) -> list[frozenset[int]]:
    """Return for each example the folds in whose models it has no place: those of the utterances that it is like."""
    judged = [words_of(row.text) for row in rows]
    return [
        frozenset(
            folds[place]
            for _, _, place in extract(key, judged, scorer=token_sort_ratio, score_cutoff=ALIKE, limit=None)
        )
        for key in keys
    ]


def _understand(row: Labelled) -> Understanding:
    return understand(row.text, now=NOW, timezone="UTC", country=COUNTRIES[row.language])


def _understand_like(row: Labelled, likeness: Likeness) -> Understanding:
    country = COUNTRIES[row.language]
    return understand_like(row.text, now=NOW, timezone="UTC", country=country, likeness=lambda: likeness)


def _merged(name: str) -> str:
    return "not_interested" if name == IntentName.OPT_OUT else str(name)


def _count(tally: _Tally, row: Labelled, found: Understanding, milliseconds: float) -> None:
    wanted, main = set(row.intents), _merged(found.main_intent)
    got = {_merged(name) for name in found.intent_names}
    tally.messages += 1
    tally.milliseconds.append(milliseconds)
    tally.main_right += main == row.intents[0]
    tally.language_right += found.language == row.language
    tally.main[row.intents[0], main] += 1
    tally.intents.update(right=len(wanted & got), extra=len(got - wanted), missed=len(wanted - got))
    if row.entities is not None:
        labelled = {_wanted_value(name, value) for name, value in row.entities.items()}
        read = {_found_value(entity) for entity in found.entities if entity.type not in _NOT_COMPARED}
        tally.entities.update(
            right=len(labelled & read), extra=len(read - labelled), missed=len(labelled - read)
        )


def _wanted_value(name: str, value: Any) -> tuple[str, Any]:
    if name == EntityType.BUDGET:
        minimum, maximum = (
            None if value.get(key) is None else Decimal(str(value[key])) for key in ("min", "max")
        )
        return name, (minimum, maximum, value.get("currency"))
    return name, normalise(str(value))


def _found_value(entity: Entity) -> tuple[str, Any]:
    if isinstance(entity.value, Budget):
        return str(entity.type), (entity.value.minimum, entity.value.maximum, entity.value.currency)
    return str(entity.type), normalise(str(entity.value))


def _figures(tally: _Tally) -> dict[str, float | None]:
    return {
        "main_intent_accuracy": round(tally.main_right / tally.messages, 4),
        "macro_f1": round(_macro_f1(tally.main), 4),
        "any_intent_f1": _f1(tally.intents),
        "entity_f1": _f1(tally.entities),
        "language_accuracy": round(tally.language_right / tally.messages, 4),
        "ms_p95": round(_p95(tally.milliseconds), 3),
        "messages": tally.messages,
    }


def _f1(counts: Counter[str]) -> float | None:
    whole = 2 * counts["right"] + counts["extra"] + counts["missed"]
    return round(2 * counts["right"] / whole, 4) if whole else None


def _macro_f1(pairs: Counter[tuple[str, str]]) -> float:
    """Return the mean F1 over the main intents that occur in the labels."""
    scores = []
    for label in {wanted for wanted, _ in pairs}:
        right = pairs[label, label]
        wanted = sum(count for (want, _), count in pairs.items() if want == label)
        found = sum(count for (_, got), count in pairs.items() if got == label)
        scores.append(2 * right / (wanted + found))
    return sum(scores) / len(scores)


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1] if len(values) > 1 else values[0]
