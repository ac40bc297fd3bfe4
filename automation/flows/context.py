"""What the engine may know from outside: values only, taken at the moment of the event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from automation.articles.values import Library
from automation.flows.script import FlowDocument
from automation.flows.wording import Texts
from automation.meetings.values import Desk
from automation.orders.values import Orders
from automation.payments.values import Cashier
from automation.quotes.values import Shop

Facts = Mapping[str, Any]
Contact = Mapping[str, str]


@dataclass(frozen=True)
class Choice:
    """A canonical `value` with its label per language and other words for it, in any language."""

    value: Any
    label: Texts
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Criterion:
    """A qualification criterion as the engine needs it.

    `kind`: choice, number, money, duration, date, place, text or yes_no. `hint` is the useful fact that comes
    with the question (spec 5.2). Choices of a kind other than "choice" are only offered; other answers are
    welcome.
    """

    key: str
    kind: str
    question: Texts
    hint: Texts = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    must_have: bool = False


@dataclass(frozen=True)
class Parsed:
    value: Any
    confidence: float = 1.0


class Parser(Protocol):
    """Reads an answer to a question of a known kind: those of `Criterion` and phone, email, name, wish (when to meet).

    Returns the canonical value, or None when the text does not answer such a question.
    """

    def __call__(
        self, text: str, *, kind: str, choices: Sequence[Choice], language: str
    ) -> Parsed | None: ...


def never(condition: Any, facts: Facts, contact: Contact) -> bool:
    return False


def no_flows(key: str) -> FlowDocument | None:
    return None


@dataclass(frozen=True)
class Context:
    """Taken by the caller at the moment of the event.

    `facts`: current answers by criterion key. `contact`: known fields of name, phone, email; empty ones left
    out. `holds(condition, facts, contact)` decides a branch; it gets what is known including this very event.
    `goal` is one chosen before the run began (a chat link). `wait_minutes` is the measured time to a person's
    answer, `opens_at` the next opening in the company's zone; both None when unknown. `variables`: other
    words for texts. `timezone` is the customer's; `desk` keeps the calendar, None where nothing can be booked; `shop` knows
    the prices, None where nothing is sold; `cashier` asks for money, None where nobody can; `orders` knows the orders,
    None where none can be looked up; `library` has the articles, None where there are none. `flows` finds another
    published flow to go on in. `greeted`: we have spoken in this conversation before. `consents`: what the customer has
    allowed or refused in so many words, by purpose.
    `goal_flows`: by intent the flow that leads on from it; `required`: by intent or goal the facts that must be known.
    """

    parser: Parser
    now: datetime
    criteria: tuple[Criterion, ...] = ()
    facts: Facts = field(default_factory=dict)
    contact: Contact = field(default_factory=dict)
    language: str = "en"
    goal: str | None = None
    is_open: bool = True
    wait_minutes: int | None = None
    opens_at: datetime | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    numbered_options: bool = False
    holds: Callable[[Any, Facts, Contact], bool] = never
    timezone: str = "UTC"
    desk: Desk | None = None
    shop: Shop | None = None
    cashier: Cashier | None = None
    orders: Orders | None = None
    flows: Callable[[str], FlowDocument | None] = no_flows
    greeted: bool = False
    consents: Mapping[str, bool] = field(default_factory=dict)
    goal_flows: Mapping[str, str] = field(default_factory=dict)
    required: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    library: Library | None = None

    def criterion(self, key: str) -> Criterion | None:
        return next((each for each in self.criteria if each.key == key), None)
