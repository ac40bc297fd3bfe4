"""What to do now with an open lead, and why (spec 7.8). Pure: facts and the time in, one action out.

The rules stand in the order in which they are asked; the first that has something to say decides (docs/advice.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

PATIENCE = timedelta(days=1)
"""So long a customer may think about a question before anything else is proposed."""
SILENCE = timedelta(days=3)
"""After so long without a word somebody writes again."""
GIVE_UP = timedelta(days=14)
TRIES = 3
"""Days on which we wrote or called in vain before a lead is let go."""
REBOOK_WITHIN = timedelta(days=30)
RETURN_WITHIN = timedelta(days=14)
FLOW_TALKS = timedelta(minutes=30)


class Kind(StrEnum):
    ANSWER = "answer"
    STEP = "do_step"
    CALL = "call_back"
    REBOOK = "rebook"
    LET_GO = "let_go"
    ASK = "ask"
    OFFER_TIMES = "offer_times"
    WRITE_AGAIN = "write_again"
    PLAN = "plan"
    WAIT = "wait"


class Why(StrEnum):
    CUSTOMER_WAITS = "customer_waits"
    STEP_DUE = "step_due"
    UNREACHED = "unreached"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    MEETING = "meeting"
    PLANNED = "planned"
    FLOW_TALKS = "flow_talks"
    GONE_QUIET = "gone_quiet"
    MISSING = "missing"
    QUALIFIED = "qualified"
    SILENT = "silent"
    OUR_TURN_PASSED = "our_turn_passed"
    NOTHING_PLANNED = "nothing_planned"


@dataclass(frozen=True, slots=True)
class Chat:
    """The lead's newest conversation. `tries`: days on which we wrote since the customer last did."""

    public_id: UUID
    language: str = ""
    waiting_since: datetime | None = None
    flow_talks: bool = False
    last_at: datetime | None = None
    we_spoke_last: bool = False
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Meeting:
    """The lead's meeting that lies ahead, else its last one; `outcome` is the state of the booking."""

    public_id: UUID
    starts_at: datetime
    outcome: str
    service_id: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """`missing`: keys of must-haves that nobody has answered, in order. `heard_at`: the customer's last word, else when
    the lead began. `unreached_at`: the last call, where it reached nobody; `calls_in_vain` since the last word.
    `proposals`: what rooms above have to say, between letting go and asking.
    """

    is_open: bool
    heard_at: datetime
    next_step: str = ""
    next_step_at: datetime | None = None
    qualified: bool = False
    missing: tuple[str, ...] = ()
    chat: Chat | None = None
    meeting: Meeting | None = None
    unreached_at: datetime | None = None
    calls_in_vain: int = 0
    can_meet: bool = False
    proposals: tuple[Proposal, ...] = ()

    @property
    def tries(self) -> int:
        return (self.chat.tries if self.chat else 0) + self.calls_in_vain


@dataclass(frozen=True, slots=True)
class Proposal:
    """An action of another room (a quote to send), with its own words and address."""

    kind: str
    label: str
    reason: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. `since`: since when there is reason to; `until`: when there will be something to do again."""

    kind: Kind | str
    why: Why | str
    since: datetime | None = None
    until: datetime | None = None
    step: str = ""
    criterion: str = ""
    days: int = 0
    tries: int = 0
    chat: Chat | None = field(default=None, compare=False)
    meeting: Meeting | None = field(default=None, compare=False)
    proposal: Proposal | None = None


def next_action(facts: Facts, now: datetime) -> Action | None:
    """What to do; None for a lead that is won or lost."""
    if not facts.is_open:
        return None
    return next(action for rule in RULES if (action := rule(facts, now)) is not None)


def _answer(facts: Facts, now: datetime) -> Action | None:
    chat = facts.chat
    if chat is None or chat.waiting_since is None or chat.flow_talks:
        return None
    return Action(Kind.ANSWER, Why.CUSTOMER_WAITS, since=chat.waiting_since, chat=chat)


def _flow(facts: Facts, now: datetime) -> Action | None:
    """While the flow and the customer are at it, nobody has to do anything."""
    chat = facts.chat
    if chat is None or not chat.flow_talks or chat.last_at is None or now - chat.last_at > FLOW_TALKS:
        return None
    return Action(Kind.WAIT, Why.FLOW_TALKS, until=chat.last_at + FLOW_TALKS, chat=chat)


def _step(facts: Facts, now: datetime) -> Action | None:
    due = facts.next_step_at
    if not facts.next_step or due is None or due > now:
        return None
    return Action(Kind.STEP, Why.STEP_DUE, since=due, step=facts.next_step, chat=facts.chat)


def _call(facts: Facts, now: datetime) -> Action | None:
    at = facts.unreached_at
    if at is None or now - at > RETURN_WITHIN or facts.next_step_at is not None or facts.tries >= TRIES:
        return None
    return Action(Kind.CALL, Why.UNREACHED, since=at, chat=facts.chat)


def _rebook(facts: Facts, now: datetime) -> Action | None:
    meeting = facts.meeting
    if meeting is None or meeting.outcome not in ("no_show", "cancelled"):
        return None
    if facts.next_step_at is not None or now - meeting.starts_at > REBOOK_WITHIN:
        return None
    why = Why.NO_SHOW if meeting.outcome == "no_show" else Why.CANCELLED
    return _patiently(
        Action(Kind.REBOOK, why, since=meeting.starts_at, chat=facts.chat, meeting=meeting), facts, now
    )


def _meeting(facts: Facts, now: datetime) -> Action | None:
    meeting = facts.meeting
    if meeting is None or meeting.outcome not in ("confirmed", "held") or meeting.starts_at <= now:
        return None
    return Action(Kind.WAIT, Why.MEETING, until=meeting.starts_at, chat=facts.chat, meeting=meeting)


def _planned(facts: Facts, now: datetime) -> Action | None:
    due = facts.next_step_at
    if due is None or due <= now:
        return None
    return Action(Kind.WAIT, Why.PLANNED, until=due, step=facts.next_step, chat=facts.chat)


def _let_go(facts: Facts, now: datetime) -> Action | None:
    silent = now - facts.heard_at
    if silent < GIVE_UP or facts.tries < TRIES:
        return None
    return Action(Kind.LET_GO, Why.GONE_QUIET, days=silent.days, tries=facts.tries, chat=facts.chat)


def _proposed(facts: Facts, now: datetime) -> Action | None:
    for proposal in facts.proposals:
        return Action(proposal.kind, proposal.reason, chat=facts.chat, proposal=proposal)
    return None


def _ask(facts: Facts, now: datetime) -> Action | None:
    if not facts.missing:
        return None
    return _patiently(Action(Kind.ASK, Why.MISSING, criterion=facts.missing[0], chat=facts.chat), facts, now)


def _times(facts: Facts, now: datetime) -> Action | None:
    if not (facts.qualified and facts.can_meet and facts.meeting is None):
        return None
    return _patiently(Action(Kind.OFFER_TIMES, Why.QUALIFIED, chat=facts.chat), facts, now)


def _again(facts: Facts, now: datetime) -> Action | None:
    chat = facts.chat
    if chat is None or not chat.we_spoke_last or chat.last_at is None:
        return None
    if now - chat.last_at < SILENCE:
        return Action(Kind.WAIT, Why.OUR_TURN_PASSED, until=chat.last_at + SILENCE, chat=chat)
    return Action(Kind.WRITE_AGAIN, Why.SILENT, days=(now - chat.last_at).days, chat=chat)


def _plan(facts: Facts, now: datetime) -> Action | None:
    return Action(Kind.PLAN, Why.NOTHING_PLANNED, chat=facts.chat)


def _patiently(action: Action, facts: Facts, now: datetime) -> Action:
    """The action, or to wait where the customer has not had the time to answer what we said last."""
    chat = facts.chat
    if chat is None or not chat.we_spoke_last or chat.last_at is None or now - chat.last_at >= PATIENCE:
        return action
    return Action(Kind.WAIT, Why.OUR_TURN_PASSED, until=chat.last_at + PATIENCE, chat=chat)


RULES: tuple[Callable[[Facts, datetime], Action | None], ...] = (
    _answer,
    _flow,
    _step,
    _call,
    _rebook,
    _meeting,
    _planned,
    _let_go,
    _proposed,
    _ask,
    _times,
    _again,
    _plan,
)
