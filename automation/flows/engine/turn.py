"""The working memory of one event: what is known by now, what has been said, what is to be done."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from automation.articles.values import ARTICLE, ReadOut
from automation.flows.context import Context, Criterion
from automation.flows.effects import (
    Effect,
    Note,
    QuickReply,
    RecordAnswer,
    Say,
    SetContactField,
    SetGoal,
    Source,
)
from automation.flows.events import CustomerMessage
from automation.flows.offer import Offer
from automation.flows.pricing import PriceTold
from automation.flows.script import CONFIRM, CONSENT, CONTACT, GOAL, NOTE, REACH, SEND, TIME, FlowDocument
from automation.flows.service import RATING
from automation.flows.state import RunState
from automation.flows.wording import choose, duration, fill, opening
from automation.meetings.values import Wish
from automation.orders.lookup import LookUp
from crm.qualification.answers import same

MAX_NOTE = 500

STOP = ""
"""What a step returns instead of the next one's id when the event is over."""


@dataclass
class Turn:
    """Mutable for the length of one event and never kept.

    `message`: the words that another flow hears too, should the run go on there. `greets`: a greeting is in place. `left`:
    where the run stood in the flows that it left for another.
    """

    flow: FlowDocument
    context: Context
    state: RunState
    last_text: str = ""
    effects: list[Effect] = field(default_factory=list)
    finals: list[Effect] = field(default_factory=list)
    parts: list[tuple[str, str]] = field(default_factory=list)
    quick_replies: tuple[QuickReply, ...] = ()
    asks: str | None = None
    fresh: set[str] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)
    wish: Wish | None = None
    message: CustomerMessage | None = None
    greets: bool = False
    left: list[RunState] = field(default_factory=list)
    wants_more: bool = False

    def __post_init__(self) -> None:
        self.facts: dict[str, Any] = dict(self.context.facts)
        self.consents: dict[str, bool] = {}
        self.contact: dict[str, str] = {key: value for key, value in self.context.contact.items() if value}

    def update(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)

    def words(self, text_id: str) -> str:
        """Return a text of the document in the language of the run, variables filled."""
        return fill(choose(self.flow.table.get(text_id, {}), self.state.language), self._variables())

    def say(self, text_id: str, text: str | None = None) -> None:
        """Add a paragraph to the reply; empty ones and repetitions are left out."""
        text = self.words(text_id) if text is None else fill(text, self._variables())
        if text and all(known != text_id for known, _text in self.parts):
            self.parts.append((text_id, text))

    def _variables(self) -> dict[str, str]:
        context, language = self.context, self.state.language
        values = {**context.variables, **self.values, "name": self.contact.get("name", "")}
        if context.wait_minutes is not None:
            values["wait"] = duration(context.wait_minutes, language)
        if context.opens_at is not None:
            values["opens"] = opening(context.opens_at, context.now, language)
        return values

    def knows(self, target: str) -> bool:
        """Whether an answer is there; `settled` also counts a question given up."""
        if target == GOAL:
            return self.state.goal is not None
        if target == REACH:
            return bool(self.contact.get("phone") or self.contact.get("email"))
        if target.startswith(CONTACT):
            return bool(self.contact.get(target.removeprefix(CONTACT)))
        if target == TIME:
            return self.offer.booking is not None
        if target == CONFIRM:
            return self.offer.booked
        if target == SEND:
            return self.price.quoted
        if target.startswith(CONSENT):
            purpose = target.removeprefix(CONSENT)
            return purpose in self.consents or purpose in self.context.consents
        return self._has(target)

    def _has(self, target: str) -> bool:
        """What stands in the state or the facts; whether an article helped is nothing that has to be known."""
        if target.startswith(RATING):
            return target.removeprefix(RATING) in self.state.ratings
        if target.startswith(NOTE):
            return target.removeprefix(NOTE) in self.state.notes
        return target.startswith(ARTICLE) or target in self.facts

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.context.timezone)

    @property
    def offer(self) -> Offer:
        return Offer.of(self.state.offer)

    @property
    def price(self) -> PriceTold:
        return PriceTold.of(self.state.price)

    @property
    def lookup(self) -> LookUp:
        return LookUp.of(self.state.order)

    @property
    def read_out(self) -> ReadOut:
        return ReadOut.of(self.state.article)

    def settled(self, target: str) -> bool:
        return self.knows(target) or target in self.state.declined

    def pending_criterion(self) -> Criterion | None:
        return self.context.criterion(self.state.pending) if self.state.pending else None

    def record(self, criterion: Criterion, value: Any, *, confidence: float, source: Source) -> None:
        key = criterion.key
        known = key in self.facts
        self.fresh.add(key)
        if known and same(self.facts[key], value):
            return
        self.effects.append(RecordAnswer(key, value, confidence, source, replaces=known))
        self.facts[key] = value

    def set_contact(self, name: str, value: str) -> None:
        self.fresh.add(CONTACT + name)
        if value and self.contact.get(name) != value:
            self.effects.append(SetContactField(name, value))
            self.contact[name] = value

    def note(self, kind: str, text: str) -> None:
        text = text.strip()[:MAX_NOTE]
        if text and Note(kind, text) not in self.effects:
            self.effects.append(Note(kind, text))

    def keep(self, key: str, text: str) -> None:
        """Take a text as the answer to a question for a note."""
        self.fresh.add(NOTE + key)
        self.note(key, text)
        self.update(notes={**self.state.notes, key: text.strip()[:MAX_NOTE]})

    def decline(self, target: str) -> None:
        if target not in self.state.declined:
            self.update(declined=(*self.state.declined, target))

    def set_goal(self, goal: str) -> None:
        if self.state.goal != goal:
            self.effects.append(SetGoal(goal))
            self.update(goal=goal)

    def all_effects(self) -> tuple[Effect, ...]:
        """Return the effects in order: what was learned, the one reply, what ends or passes on the
        conversation.
        """
        said: list[Effect] = []
        if self.parts:
            text = "\n\n".join(text for _id, text in self.parts)
            ids = tuple(text_id for text_id, _text in self.parts)
            said = [Say(self.state.step, text, self.quick_replies, self.asks, ids)]
        return (*self.effects, *said, *self.finals)
