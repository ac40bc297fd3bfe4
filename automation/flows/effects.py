"""What the engine wants done. The caller carries the effects out, in order, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Source(StrEnum):
    """Values of `crm.qualification.models.AnswerSource` that an engine can cause."""

    FLOW = "flow"
    FREE_TEXT = "free_text"


class Urgency(StrEnum):
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class NextStep(StrEnum):
    """What the handoff card proposes (spec 6.5)."""

    ANSWER_NOW = "answer_now"
    CALL = "call"
    WRITE = "write"
    ASK_CONTACT = "ask_contact"
    MEET = "meet"
    FOLLOW_QUOTE = "follow_quote"


@dataclass(frozen=True)
class QuickReply:
    label: str
    payload: str


@dataclass(frozen=True)
class Say:
    """The one reply to an event, in the customer's language.

    `asks` names the only question in it: a criterion key, "goal", "contact.<field>", "note.<key>", "meeting.time",
    "meeting.confirm", "quote.send", "worked.<number>", "rating.<what>" or "consent.<purpose>".
    `text_ids` are the texts of the document it was made of.
    """

    step: str
    text: str
    quick_replies: tuple[QuickReply, ...] = ()
    asks: str | None = None
    text_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecordAnswer:
    """`value` is canonical; `replaces` says that another value was known before."""

    key: str
    value: Any
    confidence: float
    source: Source
    replaces: bool = False


@dataclass(frozen=True)
class SetContactField:
    """`field` is name, phone or email."""

    field: str
    value: str


@dataclass(frozen=True)
class SetGoal:
    goal: str


@dataclass(frozen=True)
class SetLanguage:
    language: str


@dataclass(frozen=True)
class RequestScore:
    """Score the lead now, with the answers recorded before this effect."""


@dataclass(frozen=True)
class Note:
    """Something a colleague should see and no criterion holds. `kind`: detail, attachment, order_number,
    question ...
    """

    kind: str
    text: str


@dataclass(frozen=True)
class Summary:
    """The handoff card as data (spec 6.5). `facts` and `contact` are pairs in the order of the flow."""

    goal: str | None
    language: str
    facts: tuple[tuple[str, Any], ...] = ()
    contact: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    unanswered: str | None = None
    last_text: str = ""
    next_step: NextStep = NextStep.WRITE
    intent: str | None = None


@dataclass(frozen=True)
class HandOff:
    reason: str
    urgency: Urgency
    team: str | None = None
    summary: Summary = field(default_factory=lambda: Summary(goal=None, language="en"))


@dataclass(frozen=True)
class Announce:
    """Let the team know, with the card; the flow goes on speaking and nobody has to hurry."""

    reason: str
    team: str | None = None
    summary: Summary = field(default_factory=lambda: Summary(goal=None, language="en"))


@dataclass(frozen=True)
class MakeQuote:
    """Write a quote over `product` (None: what the goal and the answers ask for) and send it, or with `draft` leave it to
    a colleague. `total` is what the customer was told, `asked_at` when they asked for the price (ISO).
    """

    product: str | None
    total: str
    asked_at: str
    draft: bool = False


@dataclass(frozen=True)
class Rate:
    """The customer rated `what` from 1 to 5; `words` came with it."""

    what: str
    value: int
    words: str = ""


@dataclass(frozen=True)
class RecordConsent:
    """The customer allowed or refused messages for `purpose`, having read `text`."""

    purpose: str
    granted: bool
    text: str


@dataclass(frozen=True)
class ReadArticle:
    """`outcome`: shown or away (said outside hours), then helped, not_helped or handed_over."""

    slug: str
    outcome: str


@dataclass(frozen=True)
class NotInterested:
    """Close the lead as lost with that reason; consent stays (spec 1.3)."""


@dataclass(frozen=True)
class Close:
    """The run is over. `rated`: its last question was how it went, so that nothing of the ticket is left to do."""

    reason: str
    rated: bool = False


Effect = (
    Say
    | RecordAnswer
    | SetContactField
    | SetGoal
    | SetLanguage
    | RequestScore
    | Note
    | HandOff
    | Announce
    | MakeQuote
    | Rate
    | RecordConsent
    | ReadArticle
    | NotInterested
    | Close
)
