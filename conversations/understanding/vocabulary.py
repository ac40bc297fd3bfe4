"""Words with a value: `dram*` means AMD. The longest stem wins; words are compared by `core.text.skeleton`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from conversations.understanding.lexicon import hidden_plural, rows
from core.text import skeleton

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Vocabulary(Generic[V]):
    """Exact words and stems, each with its value."""

    exact: Mapping[str, V]
    stems: Mapping[str, V]
    longest: int

    @classmethod
    def of(cls, table: Mapping[V, str]) -> "Vocabulary[V]":
        """Compile a table of value -> words as the data files write it."""
        exact: dict[str, V] = {}
        stems: dict[str, V] = {}
        for value, words in table.items():
            for word in rows(words):
                target = stems if word.endswith("*") else exact
                target.setdefault(skeleton(word.removesuffix("*")), value)
                if target is stems and (plural := hidden_plural(word.removesuffix("*"))):
                    exact.setdefault(plural, value)
        return cls(exact, stems, max(map(len, stems), default=0))

    def get(self, key: str) -> V | None:
        """Return the value of the word, or None."""
        found = self.exact.get(key)
        if found is not None:
            return found
        for length in range(min(len(key), self.longest), 0, -1):
            found = self.stems.get(key[:length])
            if found is not None:
                return found
        return None
