"""The flow as values: steps by id, goals, side answers, handoff rules and one table of texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from automation.articles.values import ArticleStep
from automation.flows.effects import Urgency
from automation.flows.service import FlowStep, RateStep, TroubleshootStep
from automation.flows.wording import Texts
from automation.payments.values import PaymentStep

GOAL = "goal"
BOOKING = "booking"
"""The intent of who wants a meeting."""
CONTACT = "contact."
NOTE = "note."
REACH = "contact.reach"
CONSENT = "consent."
CONSENT_TARGETS = ("consent.follow_up",)
CONTACT_TARGETS = ("contact.name", "contact.phone", "contact.email", REACH)

HAND_OFF = "hand_off"
NEXT = "next"

MEETING = "meeting."
TIME = "meeting.time"
CONFIRM = "meeting.confirm"
PURPOSE = "note.purpose"
BY_GOAL = "by_goal"

QUOTE = "quote."
SEND = "quote.send"
ORDER = "order."
NUMBER = "order.number"
PROOF = "order.proof"
MORE = "order.more"


@dataclass(frozen=True)
class SayStep:
    """Adds a paragraph; a `greeting` only at the very start of a conversation."""

    id: str
    text: str
    next: str | None
    greeting: bool = False


@dataclass(frozen=True)
class MenuStep:
    """Offers goals as buttons; goes on at the goal's own step. Passed over when the goal is known."""

    id: str
    text: str
    goals: tuple[str, ...]


@dataclass(frozen=True)
class AskStep:
    """One question. `target` names what is asked as in `Say.asks`.

    The texts are ids or None; without `question` the criterion's own question and hint are used. After
    `tries` answers that do not fit, `on_miss` moves on or hands off (spec 6.5). `skippable` adds a "not sure
    yet" button.
    """

    id: str
    target: str
    next: str | None
    question: str | None = None
    hint: str | None = None
    after: str | None = None
    tries: int = 2
    on_miss: str = HAND_OFF
    skippable: bool = False


@dataclass(frozen=True)
class Case:
    when: Any
    go: str


@dataclass(frozen=True)
class BranchStep:
    """Goes to the first case whose condition (core.conditions JSON) holds."""

    id: str
    cases: tuple[Case, ...]
    otherwise: str


@dataclass(frozen=True)
class ScoreStep:
    id: str
    next: str | None


@dataclass(frozen=True)
class HandOffStep:
    """Hands over with the summary; `open` and `closed` are what the customer reads in and out of hours."""

    id: str
    reason: str
    open: str
    closed: str
    urgency: Urgency = Urgency.NORMAL
    team: str | None = None


@dataclass(frozen=True)
class EndStep:
    id: str
    reason: str
    text: str | None = None


@dataclass(frozen=True)
class OfferStep:
    """Offers free times of a service, keeps the chosen one, asks what is not known yet, books it (spec 9.2).

    `service` None: the one for the goal. `next` follows a booking, `otherwise` whatever else comes of it: nothing to
    book, nothing free, no wish for a meeting. `texts` are ids by slot, those of the standard phrases where the step
    has none of its own. `purpose`: ask what it is about. `team` gets the card of a booked meeting.
    """

    id: str
    service: str | None
    next: str | None
    otherwise: str | None
    texts: Mapping[str, str] = field(default_factory=dict)
    purpose: bool = False
    team: str | None = None
    tries: int = 2
    on_miss: str = NEXT


@dataclass(frozen=True)
class PriceRangeStep:
    """Says what the wish costs by what is known: from ... to ... and what it depends on, or exactly (spec 8.1).

    `product` None: what the goal and the answers ask for. Asks only what a range needs. Passed over where nothing of it
    is sold.
    """

    id: str
    product: str | None
    next: str | None
    texts: Mapping[str, str] = field(default_factory=dict)
    tries: int = 2
    on_miss: str = NEXT


@dataclass(frozen=True)
class QuoteStep:
    """Asks what the exact price needs, says it, and sends a quote with it when the customer wants one (spec 8.2).

    `next` follows the quote; `specialist` a wish that is complex or whose exact price the rules do not give; `otherwise`
    where nothing of it is sold, the customer does not know what the price needs, or wants no quote. `draft`: a colleague
    looks at the quote before it leaves. `team` gets the card.
    """

    id: str
    product: str | None
    next: str | None
    otherwise: str | None
    specialist: str | None
    texts: Mapping[str, str] = field(default_factory=dict)
    draft: bool = False
    team: str | None = None
    tries: int = 2
    on_miss: str = NEXT


@dataclass(frozen=True)
class LookUpStep:
    """Looks an order up: its number, then the phone or email of the purchase, then what is known of it (spec 8.5).

    `next` follows an answer that was enough, `otherwise` whatever else comes of it. `when_asked`: passed over unless the
    customer has asked for an order. After `tries` wrong pairs it goes on at `otherwise`.
    """

    id: str
    next: str | None
    otherwise: str | None
    texts: Mapping[str, str] = field(default_factory=dict)
    when_asked: bool = False
    tries: int = 3


PriceStep = PriceRangeStep | QuoteStep
Spoken = SayStep | MenuStep | AskStep | BranchStep | ScoreStep
Service = TroubleshootStep | RateStep | FlowStep | ArticleStep
Step = Spoken | OfferStep | PriceStep | PaymentStep | LookUpStep | Service | HandOffStep | EndStep


@dataclass(frozen=True)
class Goal:
    """`intents` lead to it, as do answers to criteria asked on its way. `keeps` is the note that the words
    which named the goal already answer ("my sofa came broken" is the detail of a support request).
    """

    key: str
    label: str
    go: str
    intents: tuple[str, ...] = ()
    keeps: str | None = None


@dataclass(frozen=True)
class HandOffRule:
    """At this intent a person takes over at once (spec 6.5)."""

    intent: str
    reason: str
    open: str
    closed: str
    urgency: Urgency = Urgency.NORMAL
    team: str | None = None


@dataclass(frozen=True)
class Limits:
    """The loop guard (spec 5, 6.5): what is exceeded ends in a handoff with the reason. `flows`: how often a run may go on
    in another flow."""

    steps_per_event: int = 50
    steps_per_run: int = 500
    messages: int = 60
    misses: int = 4
    flows: int = 8


@dataclass(frozen=True)
class TextEntry:
    """A text an admin may change: its id ("interest.question") and its wording per language."""

    id: str
    texts: Texts


@dataclass(frozen=True)
class FlowDocument:
    key: str
    version: int
    title: str
    languages: tuple[str, ...]
    start: str
    steps: Mapping[str, Step]
    goals: Mapping[str, Goal]
    answers: Mapping[str, str]
    hand_offs: tuple[HandOffRule, ...]
    table: Mapping[str, Texts]
    skip_words: tuple[str, ...] = ()
    correction_words: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    reminder_after: int = 45

    def texts(self) -> tuple[TextEntry, ...]:
        """Return every text of the flow in the order of the document, its phrases last."""
        return tuple(TextEntry(id=key, texts=texts) for key, texts in self.table.items())

    def with_texts(self, overrides: Mapping[str, Texts]) -> FlowDocument:
        """Return the flow with an admin's wording put over its own. Unknown ids and empty texts are left out."""
        table = {
            key: {**texts, **{lang: text for lang, text in overrides.get(key, {}).items() if text.strip()}}
            for key, texts in self.table.items()
        }
        return replace(self, table=table)

    @property
    def looks_up(self) -> bool:
        """Whether orders are looked up in it."""
        return any(isinstance(step, LookUpStep) for step in self.steps.values())

    def with_goals(self, answers: Mapping[str, Texts], handed_over: Iterable[str]) -> FlowDocument:
        """Return the flow with what the company says about goals put over its own: answers by the way, and the goals at
        which a person takes over at once.
        """
        table = {f"goal_answers.{goal}": texts for goal, texts in answers.items()}
        known = {rule.intent for rule in self.hand_offs}
        rules = [
            HandOffRule(goal, goal, "phrases.person_open", "phrases.person_closed", Urgency.HIGH)
            for goal in sorted(set(handed_over) - known)
        ]
        return replace(
            self,
            table={**self.table, **table},
            answers={**self.answers, **{goal: f"goal_answers.{goal}" for goal in answers}},
            hand_offs=(*self.hand_offs, *rules),
        )

    def asks(self) -> Iterator[AskStep]:
        return (step for step in self.steps.values() if isinstance(step, AskStep))

    def ask_of(self, target: str) -> AskStep | None:
        return next((step for step in self.asks() if step.target == target), None)

    def way(self, step_id: str) -> tuple[Step, ...]:
        """Return the steps that can be reached from this one, itself first, nearest first."""
        found: dict[str, Step] = {}
        waiting = [step_id]
        while waiting:
            step = self.steps.get(waiting.pop(0))
            if step is not None and step.id not in found:
                found[step.id] = step
                waiting.extend(exits(step, self.goals))
        return tuple(found.values())

    def asked_for(self, goal: Goal) -> tuple[str, ...]:
        """Return the targets of the questions on the way of a goal."""
        return tuple(step.target for step in self.way(goal.go) if isinstance(step, AskStep))

    def goal_of(self, intent: str) -> Goal | None:
        return next((goal for goal in self.goals.values() if intent in goal.intents), None)


def exits(step: Step, goals: Mapping[str, Goal]) -> tuple[str, ...]:
    """Return the ids of the steps that can follow, customers' jumps between goals left aside."""
    if isinstance(step, MenuStep):
        return tuple(goals[key].go for key in step.goals if key in goals)
    if isinstance(step, BranchStep):
        return (*(case.go for case in step.cases), step.otherwise)
    if isinstance(step, OfferStep | PaymentStep | LookUpStep | TroubleshootStep | RateStep | ArticleStep):
        return tuple(dict.fromkeys(each for each in (step.next, step.otherwise) if each))
    if isinstance(step, QuoteStep):
        return tuple(dict.fromkeys(each for each in (step.next, step.specialist, step.otherwise) if each))
    if isinstance(step, FlowStep) and step.otherwise:
        return (step.otherwise,)
    if isinstance(step, SayStep | AskStep | ScoreStep | PriceRangeStep) and step.next:
        return (step.next,)
    return ()
