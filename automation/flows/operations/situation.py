"""What the engine is told about a conversation: gathered once per event with as few statements as it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from automation.articles.shelf import Shelf
from automation.flows.context import Choice, Contact, Context, Criterion, Facts, Parsed
from automation.flows.models import FlowVersion
from automation.flows.queries import flow_of, published
from automation.flows.script import FlowDocument
from automation.meetings.operations import ConversationDesk
from automation.meetings.values import Wish
from automation.orders.desk import ConversationOrders
from automation.payments.cashier import ConversationCashier
from automation.quotes.queries import LeadShop, asked_fields, facts_of_lead, with_facts
from conversations.goals.queries import book
from conversations.threads.models import Conversation, Direction, Message
from conversations.threads.queries import usual_wait
from conversations.understanding.answers import parse_answer
from core.calendars.clock import BusinessClock
from core.calendars.queries import clock_for
from core.company.models import CompanyProfile
from core.company.queries import company
from core.conditions import ConditionError, Moment, parse
from crm.consent.models import Purpose
from crm.consent.queries import newest
from crm.contacts.models import ContactPointKind
from crm.contacts.queries import points_of_contact
from crm.fields.models import CustomField
from crm.fields.queries import PREFIX
from crm.pipeline.models import Lead
from crm.pipeline.queries import locked_lead
from crm.qualification.queries import active_criteria
from crm.scoring.facts import KnownLead
from crm.scoring.queries import rule_book
from crm.scoring.scoring import score


class ConsentsOf(Mapping[str, bool]):
    """What the customer has said about being written to on this channel, looked up when a flow asks for it."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation

    @cached_property
    def known(self) -> dict[str, bool]:
        contact, kind = self.conversation.contact, self.conversation.account.kind
        found = newest(contact, Purpose.FOLLOW_UP, kind)
        return {Purpose.FOLLOW_UP.value: found.granted} if found else {}

    def __getitem__(self, purpose: str) -> bool:
        return self.known[purpose]

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


@dataclass
class Situation:
    """Mutable for the length of one event: the lead may be created on the way, `unsaved` are its columns that have
    been set. `purpose` is what the event's words to the customer are for. `entered`: versions that a run was let into.
    """

    conversation: Conversation
    now: datetime
    message: Message | None = None
    lead: Lead | None = None
    unsaved: set[str] = field(default_factory=set)
    purpose: Purpose = Purpose.REPLY
    entered: dict[tuple[str, int], FlowVersion] = field(default_factory=dict)

    @classmethod
    def of(cls, conversation: Conversation, *, now: datetime, message: Message | None = None) -> Situation:
        """With the lead locked after its conversation, unless this transaction has made it: at most one statement."""
        lead = conversation.lead_just_made
        if lead is None and conversation.lead_id:
            lead = locked_lead(conversation.lead_id)
        return cls(conversation, now, message, lead)

    @cached_property
    def company(self) -> CompanyProfile:
        return company()

    @property
    def currency(self) -> str:
        return self.lead.currency if self.lead else self.company.currency

    @cached_property
    def clock(self) -> BusinessClock:
        return clock_for(self.conversation.team)

    @property
    def timezone(self) -> str:
        return self.conversation.contact.timezone or self.company.timezone

    @property
    def moment(self) -> Moment:
        return Moment(now=self.now, timezone=self.company.timezone, calendar=self.clock)

    def context(self, *, begins: bool = False) -> Context:
        """`begins`: a flow is about to speak for the first time, and may greet."""
        known = book()
        is_open = self.clock.is_open(self.now)
        return Context(
            parser=self._parse,
            now=self.now,
            criteria=(
                *(_criterion(each) for each in active_criteria()),
                *(_field(each) for each in self.fields),
            ),
            facts=facts_of_lead(self.lead, self.fields),
            contact=self._contact(),
            language=self.conversation.language or self.company.language,
            goal=self.conversation.goal or None,
            is_open=is_open,
            wait_minutes=self._wait_minutes() if is_open else None,
            opens_at=None if is_open else self._next_opening(),
            variables={"company": self.company.name},
            holds=self._holds,
            timezone=self.timezone,
            desk=ConversationDesk(self.conversation, lead=self.lead, timezone=self.timezone, now=self.now),
            library=Shelf(now=self.now),
            orders=ConversationOrders(self.conversation, now=self.now),
            shop=LeadShop(self.known_lead, currency=self.currency, now=self.now),
            cashier=ConversationCashier(self.conversation, lead=self.lead, now=self.now),
            flows=self._flow,
            greeted=not begins or self._greeted(),
            consents=ConsentsOf(self.conversation),
            goal_flows=known.flows,
            required=known.facts,
        )

    def _flow(self, key: str) -> FlowDocument | None:
        """The flow as it is published now; remembered, so that the run goes on in this very version."""
        version = published(key)
        if version is None:
            return None
        self.entered[key, version.number] = version
        return flow_of(version)

    def _greeted(self) -> bool:
        """Whether we have spoken here before; no statement at the first message."""
        if self.conversation.last_sequence <= 1:
            return False
        return Message.objects.filter(conversation=self.conversation, direction=Direction.OUT).exists()

    @cached_property
    def fields(self) -> list[CustomField]:
        """The company's own fields that a flow may ask for, since prices need them."""
        return asked_fields()

    @property
    def known_lead(self) -> Lead:
        """The lead, or one that stands for it as long as there is none."""
        return self.lead or Lead(
            contact=self.conversation.contact, currency=self.currency, goal=self.conversation.goal
        )

    def _next_opening(self) -> datetime | None:
        opens = self.clock.next_opening(self.now)
        return opens.astimezone(ZoneInfo(self.clock.timezone)) if opens else None

    def _wait_minutes(self) -> int | None:
        wait = usual_wait(self.conversation.team_id)
        return max(1, ceil(wait.total_seconds() / 60)) if wait else None

    def _contact(self) -> dict[str, str]:
        contact = self.conversation.contact
        points = points_of_contact(contact)
        return {
            "name": contact.name,
            "phone": points.get(ContactPointKind.PHONE, ""),
            "email": points.get(ContactPointKind.EMAIL, ""),
        }

    def _parse(self, text: str, *, kind: str, choices: Sequence[Choice], language: str) -> Parsed | None:
        read = parse_answer(
            text,
            kind=kind,
            choices=choices,
            now=self.now,
            timezone=self.timezone,
            country=self.company.country,
            language=language,
            currency=self.currency,
        )
        return Parsed(read.value, read.confidence) if read else None

    def wish(self, text: str) -> Wish | None:
        """When the customer would like to meet, as far as the text says."""
        parsed = self._parse(text, kind="wish", choices=(), language=self.conversation.language)
        return Wish.of(parsed.value) if parsed else None

    def place_named(self, text: str, count: int) -> int | None:
        """Which of so many things in a list the text names ("the second one"), from 0."""
        places = tuple(Choice(place, {}) for place in range(count))
        parsed = self._parse(text, kind="choice", choices=places, language=self.conversation.language)
        return parsed.value if parsed and isinstance(parsed.value, int) else None

    def _holds(self, condition: Any, facts: Facts, contact: Contact) -> bool:
        """A branch over the lead as it will be with these facts, score and grade included; a condition that cannot be
        read does not hold.
        """
        if self.lead is None:
            return False
        lead = with_facts(self.lead, facts)
        known = KnownLead(
            lead, {kind: contact[kind] for kind in ContactPointKind.values if contact.get(kind)}
        )
        result = score(known, rule_book(), self.moment)
        lead.fit, lead.engagement, lead.score = result.fit, result.engagement, result.total
        lead.grade, lead.qualification = result.grade, result.qualification
        try:
            return parse(condition, "lead").matches(known, self.moment)
        except ConditionError:
            return False


def _field(row: CustomField) -> Criterion:
    """A field of the company's own as a question: its name stands for the words."""
    return Criterion(
        key=f"{PREFIX}{row.key}",
        kind=str(row.kind),
        question=row.labels,
        choices=tuple(Choice(each["value"], each.get("label", {})) for each in row.choices),
    )


def _criterion(row: Any) -> Criterion:
    return Criterion(
        key=row.key,
        kind=row.kind,
        question=row.question,
        hint=row.hint,
        choices=tuple(
            Choice(choice["value"], choice.get("label", {}), tuple(choice.get("synonyms", ())))
            for choice in row.choices
        ),
        must_have=row.must_have,
    )
