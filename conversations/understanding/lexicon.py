"""Phrase patterns over word keys: the notation of the data files, compiled once and matched in one pass.

A pattern is a row of words. `word*` is a stem, `a|b` alternatives, `<name>` a named set of words, `..` lets up to seven
words stand between (one otherwise), `x & y` means both within seven words in either order, and `=` in front
lets no word stand between. Words may be written in any
script; they are compared by `core.text.skeleton`. `#` is any number in figures. `^` and `$` mean a clause's ends.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from conversations.understanding.tokens import Token
from core.text import skeleton

NEAR = 2
FAR = 8


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to say a thing: the label it stands for, its weight, and the words as stem numbers."""

    label: str
    weight: float
    slots: tuple[frozenset[int], ...]
    reach: tuple[int, ...]
    at_start: bool
    at_end: bool
    source: str


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern found at these token positions; `letters` of the message are accounted for by its words and stems."""

    pattern: Pattern
    positions: tuple[int, ...]
    letters: int

    @property
    def label(self) -> str:
        return self.pattern.label

    @property
    def first(self) -> int:
        return self.positions[0]

    @property
    def last(self) -> int:
        return self.positions[-1]


@dataclass(slots=True)
class Lexicon:
    """Compiled patterns of one language. Filled by `add`, read by `find`."""

    sets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    _exact: dict[str, int] = field(default_factory=dict)
    _stems: dict[str, int] = field(default_factory=dict)
    _by_first: dict[int, list[Pattern]] = field(default_factory=dict)
    _longest_stem: int = 0

    def add(self, label: str, weight: float, source: str) -> None:
        """Add one pattern in the notation of this module; a malformed one raises ValueError."""
        left, both, right = source.partition("&")
        if both and not (left.strip() and right.strip()):
            raise ValueError(f"Nothing on one side of & for {label}: {source!r}")
        if both:
            self._add_row(label, weight, f"{left} .. {right}", source)
            self._add_row(label, weight, f"{right} .. {left}", source)
        else:
            self._add_row(label, weight, source, source)

    def find(self, tokens: Sequence[Token]) -> list[Match]:
        """Return every match, in order of the first word."""
        stems = [self._stems_of(token) for token in tokens]
        clauses = [token.clause for token in tokens]
        found: list[Match] = []
        for position, here in enumerate(stems):
            for stem in here:
                for pattern in self._by_first.get(stem, ()):
                    positions = _match(pattern, stems, clauses, position)
                    if positions:
                        found.append(Match(pattern, positions, _letters(pattern, stems, positions)))
        return found

    def knows(self, token: Token) -> bool:
        """Return whether the word occurs in any pattern."""
        return bool(self._stems_of(token))

    @property
    def keys(self) -> frozenset[str]:
        """Return every word and stem of the patterns."""
        return frozenset(self._exact) | frozenset(self._stems)

    @property
    def words(self) -> frozenset[str]:
        """Return the words that the patterns name whole."""
        return frozenset(self._exact)

    @property
    def stems(self) -> frozenset[str]:
        return frozenset(self._stems)

    def words_of_labels(self) -> Iterator[tuple[str, set[str]]]:
        """Yield every label with the words and stems of the patterns that speak for it."""
        names = {number: key for known in (self._exact, self._stems) for key, number in known.items()}
        found: dict[str, set[str]] = {}
        for patterns in self._by_first.values():
            for pattern in patterns:
                if pattern.weight > 0:
                    found.setdefault(pattern.label, set()).update(
                        names[stem] for slot in pattern.slots for stem in slot
                    )
        yield from sorted(found.items())

    def _add_row(self, label: str, weight: float, row: str, source: str) -> None:
        words = row.split()
        at_start = bool(words) and words[0] == "^"
        at_end = bool(words) and words[-1] == "$"
        words = words[at_start : len(words) - at_end]
        slots: list[frozenset[int]] = []
        reach: list[int] = []
        step = NEAR
        for word in words:
            if word == "..":
                step = FAR
                continue
            if word.startswith("="):
                word, step = word[1:], 1
            slots.append(frozenset(self._slot(word)))
            reach.append(step)
            step = NEAR
        if not slots or not all(slots):
            raise ValueError(f"Empty pattern for {label}: {source!r}")
        pattern = Pattern(label, weight, tuple(slots), tuple(reach), at_start, at_end, source)
        for stem in slots[0]:
            self._by_first.setdefault(stem, []).append(pattern)

    def _slot(self, word: str) -> Iterator[int]:
        for part in filter(None, word.split("|")):
            if part.startswith("<") and part.endswith(">"):
                for member in self.sets[part[1:-1]]:
                    yield from self._slot(member)
                continue
            known, key = (
                (self._stems, skeleton(part[:-1])) if part.endswith("*") else (self._exact, skeleton(part))
            )
            if not key:
                raise ValueError(f"Nothing to compare in {word!r}")
            if known is self._stems:
                self._longest_stem = max(self._longest_stem, len(key))
                if plural := hidden_plural(part[:-1]):
                    yield self._exact.setdefault(plural, len(self._exact) + len(self._stems))
            yield known.setdefault(key, len(self._exact) + len(self._stems))

    def _stems_of(self, token: Token) -> dict[int, int]:
        """Return the numbers of the words and stems that the token is, each with its length."""
        found: dict[int, int] = {}
        for key in token.keys:
            exact = self._exact.get(key)
            if exact is not None:
                found[exact] = len(key)
            if key.isdigit() and "#" in self._exact:
                found[self._exact["#"]] = len(key)
            for length in range(1, min(len(key), self._longest_stem) + 1):
                stem = self._stems.get(key[:length])
                if stem is not None:
                    found[stem] = max(length, found.get(stem, 0))
        return found


def hidden_plural(stem: str) -> str | None:
    """Return the key of an English plural whose sound hides the stem: "sloc", of slots."""
    plural = skeleton(f"{stem}s")
    return None if plural.startswith(skeleton(stem)) else plural


def rows(text: str) -> Iterator[str]:
    """Return the patterns of a data file's block: separated by semicolons or line ends."""
    return filter(None, (row.strip() for row in text.replace("\n", ";").split(";")))


def _letters(pattern: Pattern, stems: Sequence[Mapping[int, int]], positions: Sequence[int]) -> int:
    """Return how many letters of the message the pattern accounts for."""
    return sum(
        max((length for stem, length in stems[position].items() if stem in slot), default=0)
        for slot, position in zip(pattern.slots, positions, strict=True)
    )


def _match(
    pattern: Pattern, stems: Sequence[Mapping[int, int]], clauses: Sequence[int], start: int
) -> tuple[int, ...]:
    if pattern.at_start and start and clauses[start - 1] == clauses[start]:
        return ()
    positions = [start]
    for slot, reach in zip(pattern.slots[1:], pattern.reach[1:], strict=True):
        after = positions[-1] + 1
        window = range(after, min(after + reach, len(stems)))
        position = next((index for index in window if not slot.isdisjoint(stems[index].keys())), None)
        if position is None:
            return ()
        positions.append(position)
    end = positions[-1] + 1
    if pattern.at_end and end < len(stems) and clauses[end] == clauses[end - 1]:
        return ()
    return tuple(positions)
