"""Where a run stands: small, frozen, plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from automation.flows.errors import StateError


class RunStatus(StrEnum):
    """RUNNING exists only before the first question; WAITING is for the customer; PAUSED while a person
    speaks.

    HANDED_OFF can be taken up again by a hand-back, DONE cannot.
    """

    RUNNING = "running"
    WAITING = "waiting"
    PAUSED = "paused"
    HANDED_OFF = "handed_off"
    DONE = "done"


SILENT = frozenset({RunStatus.PAUSED, RunStatus.HANDED_OFF, RunStatus.DONE})


@dataclass(frozen=True)
class RunState:
    """`pending` is the question the customer has not answered yet, named as in `Say.asks`.

    `misses` counts messages in a row that did not answer it, `all_misses` those of the run. `side` is the
    last side question, `side_repeats` how often it came again without progress, `answered` all of them so
    far. `declined` are questions given up. `notes` holds answers that no criterion keeps. `media` is the kind
    of the last message when it was only a file. `offer` is what an offer step keeps (`automation.flows.offer`).
    `price` is what was told of prices (`automation.flows.pricing`).
    `payments`: what was asked for, by step.
    `order` is what looking an order up keeps (`automation.orders.lookup`), `article` what articles do
    (`automation.articles.values`).
    `tips`: by flow and step how much advice was given, or how it ended.
    `ratings`: by what was rated. `intent`: the one that named the goal.
    `flows` counts how often the run went on in another flow.
    `ended`: why it was handed to a person or came to its end.
    """

    flow: str
    version: int
    step: str
    language: str
    status: RunStatus = RunStatus.RUNNING
    goal: str | None = None
    pending: str | None = None
    asked: Mapping[str, int] = field(default_factory=dict)
    declined: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    misses: int = 0
    all_misses: int = 0
    side: str | None = None
    side_repeats: int = 0
    answered: tuple[str, ...] = ()
    media: str | None = None
    reminded: bool = False
    opted_out: bool = False
    messages: int = 0
    steps: int = 0
    offer: Mapping[str, Any] = field(default_factory=dict)
    price: Mapping[str, Any] = field(default_factory=dict)
    payments: Mapping[str, str] = field(default_factory=dict)
    order: Mapping[str, Any] = field(default_factory=dict)
    tips: Mapping[str, Any] = field(default_factory=dict)
    ratings: Mapping[str, int] = field(default_factory=dict)
    flows: int = 0
    intent: str | None = None
    ended: str = ""
    article: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        return data | {
            "status": self.status.value,
            "asked": dict(self.asked),
            "notes": dict(self.notes),
            "offer": dict(self.offer),
            "price": dict(self.price),
            "payments": dict(self.payments),
            "order": dict(self.order),
            "tips": dict(self.tips),
            "ratings": dict(self.ratings),
            "article": dict(self.article),
            "declined": list(self.declined),
            "answered": list(self.answered),
        }

    @classmethod
    def from_json(cls, data: Any) -> RunState:
        """Read what `to_json` wrote, also by an earlier release that knew fewer fields.

        Raises StateError when a value has the wrong type or a required one is missing.
        """
        if not isinstance(data, dict):
            raise StateError("the state of a run must be an object")
        known = {name: data[name] for name in _TYPES if name in data}
        for name, value in known.items():
            if not isinstance(value, _TYPES[name]) or (isinstance(value, bool) and _TYPES[name] is int):
                raise StateError(f"{name}: unexpected {type(value).__name__}")
        if missing := [name for name in ("flow", "version", "step", "language") if name not in known]:
            raise StateError(f"missing: {', '.join(missing)}")
        try:
            known["status"] = RunStatus(known.get("status", RunStatus.RUNNING))
        except ValueError as error:
            raise StateError(str(error)) from error
        for name in ("declined", "answered"):
            known[name] = tuple(known.get(name, ()))
        return cls(**known)


_OPTIONAL_TEXT = (str, type(None))
_TYPES: dict[str, Any] = {
    "flow": str,
    "version": int,
    "step": str,
    "language": str,
    "status": str,
    "goal": _OPTIONAL_TEXT,
    "pending": _OPTIONAL_TEXT,
    "asked": dict,
    "declined": (list, tuple),
    "notes": dict,
    "misses": int,
    "all_misses": int,
    "side": _OPTIONAL_TEXT,
    "side_repeats": int,
    "answered": (list, tuple),
    "media": _OPTIONAL_TEXT,
    "reminded": bool,
    "opted_out": bool,
    "messages": int,
    "steps": int,
    "ended": str,
    "offer": dict,
    "price": dict,
    "payments": dict,
    "order": dict,
    "tips": dict,
    "ratings": dict,
    "flows": int,
    "intent": _OPTIONAL_TEXT,
    "article": dict,
}
