"""Which value of two contacts the one of both gets. Pure: takes and returns values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Side = Literal["winner", "loser"]
PLAIN = ("name", "language", "timezone", "company", "owner")
"""What has one value (company and owner: the key); the winner's counts unless the other was chosen."""
CUSTOM = "custom."


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of both. Where they differ and neither is empty it is a conflict, which a person may decide."""

    name: str
    winner: Any
    loser: Any

    @property
    def is_conflict(self) -> bool:
        return not _is_empty(self.winner) and not _is_empty(self.loser) and self.winner != self.loser

    def value(self, side: Side = "winner") -> Any:
        first, second = (self.winner, self.loser) if side == "winner" else (self.loser, self.winner)
        return second if _is_empty(first) else first


def choices_of(winner: Mapping[str, Any], loser: Mapping[str, Any]) -> list[Choice]:
    """What the two hold, each custom field under a name of its own; what both leave empty is left out."""
    own, other = winner["custom"], loser["custom"]
    found = [Choice(name, winner[name], loser[name]) for name in PLAIN]
    found += [Choice(f"{CUSTOM}{key}", own.get(key), other.get(key)) for key in dict.fromkeys([*own, *other])]
    return [each for each in found if not (_is_empty(each.winner) and _is_empty(each.loser))]


def decided(winner: Mapping[str, Any], loser: Mapping[str, Any], taken: Mapping[str, Side]) -> dict[str, Any]:
    """The winner's columns as they become; tags are those of both. Names of conflicts in `taken` say whose value counts."""
    values: dict[str, Any] = {"custom": dict(winner["custom"])}
    for choice in choices_of(winner, loser):
        value = choice.value(taken.get(choice.name, "winner"))
        if choice.name.startswith(CUSTOM):
            values["custom"][choice.name.removeprefix(CUSTOM)] = value
        else:
            values[choice.name] = value
    values["tags"] = list(dict.fromkeys([*winner["tags"], *loser["tags"]]))
    return {name: value for name, value in values.items() if winner[name] != value}


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})
