"""Random customers: whatever they write, the promises of the engine hold after every event."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from automation.flows.context import Choice, Context, Criterion, no_flows
from automation.flows.document import loads
from automation.flows.effects import (
    Announce,
    Close,
    HandOff,
    MakeQuote,
    Rate,
    RecordAnswer,
    RecordConsent,
    Say,
    SetContactField,
)
from automation.flows.engine import Outcome, advance, start
from automation.flows.events import (
    CustomerMessage,
    Entity,
    Event,
    HandBack,
    OptedOut,
    Reading,
    Silence,
    Takeover,
)
from automation.flows.linter import questions_in
from automation.flows.script import FlowDocument
from automation.flows.state import SILENT, RunState, RunStatus
from tests.automation.flows.builders import amount, context, criteria, flow, place
from tests.automation.flows.calendar import ZONE, Calendar, Recorded, weekdays
from tests.automation.flows.library import Shelf
from tests.automation.flows.shop import Kitchens

WINDING = """\
flow: winding
languages: [en, hy]
limits: {messages: 12}
goals:
  sales: {label: {en: Buy, hy: Գնել}, intents: [price], go: budget}
  booking: {label: {en: Visit, hy: Այց}, intents: [booking], go: visit}
  support: {label: {en: Help, hy: Օգնել}, intents: [fault], keeps: detail, go: detail}
steps:
  - {id: hello, say: {en: "Hello.", hy: "Բարև։"}, greeting: true}
  - {id: goal, menu: {en: "Which one?", hy: "Ո՞րը։"}, goals: [sales, booking, support]}
  - {id: budget, ask: budget, skippable: true}
  - {id: wood, ask: wood, tries: 1, on_miss: next}
  - id: fork
    branch: [{when: {rich: true}, go: reach}, {when: {wood: true}, go: goal}]
    otherwise: back
  - {id: back, say: {en: "Let us see.", hy: "Տեսնենք։"}, next: wood}
  - {id: detail, ask: note.detail, question: {en: "What is it?", hy: "Ի՞նչ է։"}, after: {en: "I see.", hy: "Պարզ է։"}}
  - {id: elsewhere, flow: side, otherwise: reach}
  - {id: reach, ask: contact.reach, question: {en: "Where to write?", hy: "Ո՞ւր գրել։"}, on_miss: next}
  - {id: costs, price_range: by_goal}
  - {id: quote, quote: by_goal, on_miss: hand_off, next: visit, specialist: person, otherwise: visit}
  - {id: visit, offer: visit, purpose: true, on_miss: hand_off, next: booked, otherwise: reach}
  - {id: booked, say: {en: "Lovely.", hy: "Հիանալի է։"}, next: visit_again}
  - {id: visit_again, offer: by_goal, next: person, otherwise: person}
  - {id: person, hand_off: done, open: {en: Soon., hy: Շուտով։}, closed: {en: Later., hy: Հետո։}}
answers:
  delivery: {en: We deliver., hy: Առաքում ենք։}
  thanks: {en: Not at all., hy: Չարժե։}
"""
SIDE = """\
flow: side
languages: [en, hy]
limits: {messages: 12}
goals:
  support: {label: {en: Help, hy: Օգնել}, intents: [fault], keeps: detail, go: fix}
steps:
  - {id: hi, say: {en: "Welcome.", hy: "Բարի գալուստ։"}, greeting: true}
  - {id: agree, ask: consent.follow_up}
  - id: fix
    troubleshoot: [{try: {en: "Turn it off.", hy: "Անջատեք։"}}, {try: {en: "Turn it on.", hy: "Միացրեք։"}}]
    next: how
    otherwise: back
  - {id: how, rate: help, next: bye, otherwise: back}
  - {id: back, flow: winding, otherwise: person}
  - {id: bye, end: solved, text: {en: "Goodbye.", hy: "Ցտեսություն։"}}
  - {id: person, hand_off: done, open: {en: Soon., hy: Շուտով։}, closed: {en: Later., hy: Հետո։}}
"""
WINDING_FLOW = loads(WINDING)
FLOWS = {"winding": WINDING_FLOW, "side": loads(SIDE)}
WOOD = Criterion("wood", "yes_no", {"en": "Do you like wood?", "hy": "Սիրո՞ւմ եք փայտը։"})
METRES = Criterion("custom.metres", "number", {"en": "Length, metres"})
SIZE = Criterion("size", "choice", {"en": "Which size?"}, choices=(Choice("big", {"en": "Big"}),))

INTENTS = (
    *("booking", "reschedule", "availability", "cancel_booking"),
    *("price", "delivery", "warranty", "fault", "showroom", "greeting", "thanks", "yes", "no", "other"),
    *("human", "not_interested", "complaint", "payment"),
)
TEXTS = st.sampled_from(
    [
        *(
            "",
            "🙂",
            "?!",
            "ok",
            "1",
            "2",
            "9",
            "700k",
            "asdf qwer",
            "sofa",
            "a kitchen please",
            "wardrobe",
            "Gyumri",
        ),
        *("yes", "no", "не знаю", "actually 900k", "вернее кухню", "+37499123456", "anna@example.am", "Anna"),
        *("xohanoc em uzum", "здравствуйте, сколько стоит диван", "Ի՞նչ արժե բազմոցը", "<b>{name}</b> [x]"),
        *(
            "friday",
            "friday at 16",
            "after 15",
            "at 20",
            "other times",
            "none of these",
            "Yes, book it",
            "Not now",
        ),
        *("where can i park?", "how do i clean it", "something of wood?", "Looking after wood"),
        *("it works now", "that did not help", "5", "3/5", "★★", "1, awful"),
        *("my sofa broke down last week", "Not sure yet", "Talk to a person", "x" * 3000),
    ]
) | st.text(max_size=30)
ENTITIES = st.lists(
    st.one_of(
        st.integers(1, 5).map(lambda units: Entity("budget", amount(units * 100_000))),
        st.integers(1, 90).map(lambda days: Entity("timeline_days", days)),
        st.sampled_from(["Yerevan", "Gyumri"]).map(lambda name: Entity("place", place(name))),
        st.sampled_from(["+37499123456", "+37499000000"]).map(lambda phone: Entity("phone", phone)),
        st.just(Entity("email", "anna@example.am")),
        st.sampled_from(["Anna", "Mariam"]).map(lambda name: Entity("name", name)),
        st.just(Entity("quantity", 3)),
        st.just(Entity("order_number", "B-1")),
        st.just(Entity("place", place("Nowhere"), 0.1)),
    ),
    max_size=3,
)
READINGS = st.builds(
    Reading,
    language=st.sampled_from([None, "en", "ru", "hy", "az", "fr"]),
    intents=st.lists(st.sampled_from(INTENTS), max_size=3, unique=True).map(tuple),
    entities=ENTITIES.map(tuple),
)
PAYLOADS = st.sampled_from(
    [
        *(
            "goal:sales",
            "goal:support",
            "goal:gone",
            "person",
            "skip:budget",
            "skip:contact.reach",
            "skip:gone",
        ),
        *(
            "time:other",
            "time:later",
            "time:20260306T1200Z",
            "time:rubbish",
            "meeting:yes",
            "answer:interest:sofa",
            "answer:start:7",
            "answer:interest:castle",
            "answer:wood:yes",
            "quote:send",
            *("worked.yes:1", "worked.no:1", "worked.no:9", "rating.1", "rating.5", "rating.9"),
            *("consent:yes", "consent:no"),
            "quote:later",
            "skip:custom.metres",
            "rubbish",
            ":",
        ),
    ]
)
MESSAGES = st.builds(
    CustomerMessage,
    text=TEXTS,
    reading=READINGS,
    payload=st.none() | PAYLOADS,
    attachments=st.sampled_from([(), (), (), ("image",), ("voice",), ("file", "image")]),
)


def condition_holds(condition: Any, facts: Any, _contact: Any) -> bool:
    if "rich" in condition:
        return float(facts.get("budget", amount(0))["amount"]) > 300_000
    return bool(facts.get("wood"))


class Customer(RuleBasedStateMachine):
    """Carries the effects out as the operations do and remembers every event, to play it all again."""

    state: RunState
    context: Context

    @initialize(
        begun=st.sampled_from(["winding", "winding", "side", "first_answer"]),
        first=st.none() | MESSAGES,
        goal=st.sampled_from([None, None, "sales", "booking", "support", "support", "gone"]),
        is_open=st.booleans(),
        numbered=st.booleans(),
        free=st.sampled_from([0, 2, 7, 72]),
        bookable=st.booleans(),
        together=st.sampled_from([True, True, False]),
        led=st.booleans(),
        sold=st.sampled_from([None, Kitchens(), Kitchens(usual=False)]),
        read=st.sampled_from([None, Shelf(), Shelf(snow=True)]),
    )
    def begin(
        self,
        begun: str,
        first: CustomerMessage | None,
        goal: str | None,
        is_open: bool,
        numbered: bool,
        free: int,
        bookable: bool,
        together: bool,
        led: bool,
        sold: Kitchens | None,
        read: Shelf | None,
    ) -> None:
        self.documents = {**FLOWS, flow().key: flow()}
        opening = self.documents[begun]
        self.calendar = Calendar(free=weekdays()[:free])
        self.context = context(
            criteria=(*criteria(), WOOD, SIZE, METRES),
            goal=goal,
            is_open=is_open,
            numbered_options=numbered,
            holds=condition_holds,
            timezone=ZONE,
            desk=self.calendar if bookable else None,
            shop=sold,
            library=read,
            flows=FLOWS.get if together else no_flows,
            goal_flows={"showroom": "side"} if led else {},
            required={"sales": ("wood",), "booking": ("wood", "gone")} if led else {},
        )
        self.quotes = 0
        self.ratings: list[str] = []
        self.rated: list[int] = []
        self.first = first
        self.log: list[tuple[Event, Context]] = []
        self.opening = self.context
        self.state = RunState(opening.key, 1, opening.start, "en")
        self.begun = opening
        self._take(start(opening, self.context, first))

    @property
    def flow(self) -> FlowDocument:
        """The one in which the run is now."""
        return self.documents[self.state.flow]

    @rule(message=MESSAGES)
    def write(self, message: CustomerMessage) -> None:
        self._advance(message)

    @rule(text=TEXTS, entities=ENTITIES)
    def answer_plainly(self, text: str, entities: list[Entity]) -> None:
        self._advance(CustomerMessage(text, Reading(None, ("other",), tuple(entities))))

    @rule(index=st.integers(0, 4))
    def tap(self, index: int) -> None:
        """Press one of the buttons that are really there."""
        if self.said and self.said.quick_replies:
            options = self.said.quick_replies
            option = options[index % len(options)]
            self._advance(CustomerMessage(option.label, payload=option.payload))

    @rule(indexes=st.lists(st.integers(0, 4), min_size=2, max_size=6), text=TEXTS)
    def answer_one_after_the_other(self, indexes: list[int], text: str) -> None:
        """A customer who goes along: presses the buttons, and writes where there are none."""
        for index in indexes:
            options = self.said.quick_replies if self.said else ()
            option = options[index % len(options)] if options else None
            message = (
                CustomerMessage(option.label, payload=option.payload) if option else CustomerMessage(text)
            )
            self._advance(message)

    @rule(minutes=st.sampled_from([5, 45, 600, 2000]))
    def keep_silent(self, minutes: int) -> None:
        before = self.state
        self._advance(Silence(minutes))
        if before.reminded or before.status is not RunStatus.WAITING:
            assert self.effects == ()

    @rule(message=MESSAGES, confirm=st.booleans())
    def opt_out(self, message: CustomerMessage, confirm: bool) -> None:
        self._advance(OptedOut(message, confirm))
        assert self.state.status in SILENT
        assert (self.said is not None) is confirm

    @rule(taken=st.booleans())
    def let_holds_expire(self, taken: bool) -> None:
        self.calendar.let_holds_expire(taken=taken)

    @precondition(lambda self: bool(self.calendar.free))
    @rule(index=st.integers(0, 80))
    def somebody_else_books(self, index: int) -> None:
        moment = self.calendar.free[index % len(self.calendar.free)]
        if moment not in self.calendar.held.values():
            self.calendar.take(moment)

    @rule()
    def take_over(self) -> None:
        self._advance(Takeover())
        assert self.effects == ()
        assert self.state.status in (RunStatus.PAUSED, RunStatus.DONE)

    @rule()
    def hand_back(self) -> None:
        self._advance(HandBack())
        assert self.state.status is not RunStatus.PAUSED

    @precondition(lambda self: self.state.status is RunStatus.WAITING)
    @rule(text=TEXTS)
    def a_person_is_always_at_hand(self, text: str) -> None:
        message = CustomerMessage(text, Reading(None, ("human",)))
        elsewhere = replace(self.context, desk=self.context.desk and deepcopy(self.calendar))
        outcome = advance(self.flow, self.state, message, elsewhere)
        assert any(isinstance(effect, HandOff) for effect in outcome.effects)
        assert outcome.state.status is RunStatus.HANDED_OFF

    def _advance(self, event: Event) -> None:
        before = self.state
        self.log.append((event, self.context))
        self._take(advance(self.flow, self.state, event, self.context))
        if isinstance(event, CustomerMessage) and before.status is RunStatus.PAUSED:
            assert self.said is None

    def _take(self, outcome: Outcome) -> None:
        facts, contact = dict(self.context.facts), dict(self.context.contact)
        for effect in outcome.effects:
            if isinstance(effect, RecordAnswer):
                assert effect.replaces is (effect.key in facts)
                facts[effect.key] = effect.value
            elif isinstance(effect, SetContactField):
                contact[effect.field] = effect.value
        allowed = {each.purpose: each.granted for each in outcome.effects if isinstance(each, RecordConsent)}
        consents = {**self.context.consents, **allowed}
        self.context = replace(self.context, facts=facts, contact=contact, consents=consents)
        self.state, self.effects = outcome.state, outcome.effects
        self.rated += [each.value for each in self.effects if isinstance(each, Rate)]
        self.quotes += sum(isinstance(effect, MakeQuote) for effect in self.effects)
        said = [effect for effect in outcome.effects if isinstance(effect, Say)]
        assert len(said) <= 1
        self.said = said[0] if said else None
        if self.said and (self.said.asks or "").startswith("rating."):
            self.ratings.append(self.said.asks or "")

    @invariant()
    def one_question_at_a_time(self) -> None:
        if self.said:
            assert self.said.text.strip()
            assert questions_in(self.said.text.replace("{name}", "")) == (1 if self.said.asks else 0)

    @invariant()
    def nothing_known_is_asked(self) -> None:
        if self.said and self.said.asks:
            contact = self.context.contact
            known = {*self.context.facts, *(f"contact.{name}" for name in contact)}
            known |= {"contact.reach"} if {"phone", "email"} & set(contact) else set()
            known |= {f"note.{key}" for key in self.state.notes} | set(self.state.declined)
            known |= {"goal"} if self.state.goal else set()
            known |= {f"consent.{purpose}" for purpose in self.context.consents}
            known |= {f"rating.{what}" for what in self.state.ratings}
            known |= {"meeting.time"} if self.state.offer.get("booking") else set()
            known |= {"meeting.time", "meeting.confirm"} if self.state.offer.get("booked") else set()
            assert self.said.asks not in known
            assert self.said.asks == self.state.pending
            assert self.state.status is RunStatus.WAITING

    @invariant()
    def never_stuck(self) -> None:
        """Either a question is open, or a person has it, or it is over; and patience has an end."""
        assert self.state.status is not RunStatus.RUNNING
        assert (self.state.status is RunStatus.WAITING) <= (self.state.pending is not None)
        if self.state.status is RunStatus.WAITING:
            assert self.state.messages <= self.flow.limits.messages
            assert self.state.all_misses < self.flow.limits.misses

    @invariant()
    def an_end_is_announced(self) -> None:
        ends = [effect for effect in self.effects if isinstance(effect, HandOff | Close)]
        assert len(ends) <= 1
        for effect in ends:
            if isinstance(effect, HandOff):
                assert self.said is not None
                assert effect.summary.language == self.state.language
                assert dict(effect.summary.facts) == self.context.facts

    @invariant()
    def a_time_is_kept_and_confirmed_at_most_once(self) -> None:
        """What is told as booked is booked, once; what is asked to be confirmed was kept; nothing is kept twice."""
        assert len(self.calendar.confirmed) <= 1
        told = [effect for effect in self.effects if isinstance(effect, Announce)]
        announced = [effect for effect in told if effect.reason == "booked"]
        assert len(announced) <= 1
        if announced:
            assert len(self.calendar.confirmed) == 1
        if self.said and self.said.asks == "meeting.time":
            times = [each for each in self.said.quick_replies if each.payload.startswith("time:2")]
            assert 1 <= len(times) <= 3
            assert len(set(times)) == len(times)
        if self.said and self.said.asks == "meeting.confirm":
            assert self.state.offer["booking"]

    @invariant()
    def a_quote_is_made_at_most_once(self) -> None:
        """And only with a price that was told."""
        assert self.quotes <= 1
        assert self.quotes == int(bool(self.state.price.get("quoted")))
        if self.said and self.said.asks == "quote.send":
            assert self.state.price["exact"]

    @invariant()
    def a_rating_is_asked_for_and_given_at_most_once(self) -> None:
        assert len(self.ratings) <= 1
        assert self.rated == list(self.state.ratings.values())
        assert all(1 <= value <= 5 for value in self.rated)

    @invariant()
    def going_from_flow_to_flow_has_an_end(self) -> None:
        assert self.state.flows <= self.flow.limits.flows
        if self.said:
            assert self.said.text.count("Hello.") + self.said.text.count("Welcome.") <= 1

    @invariant()
    def survives_storage(self) -> None:
        assert RunState.from_json(json.loads(json.dumps(self.state.to_json()))) == self.state

    def teardown(self) -> None:
        if not hasattr(self, "log"):
            return
        again = Recorded(self.calendar.log)
        desk = self.opening.desk and again
        outcome = start(self.begun, replace(self.opening, desk=desk), self.first)
        for event, known in self.log:
            state = RunState.from_json(outcome.state.to_json())
            outcome = advance(self.documents[state.flow], state, event, replace(known, desk=desk))
        assert outcome.state == self.state
        assert not self.log or outcome.effects == self.effects


Customer.TestCase.settings = settings(
    max_examples=150,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestCustomer = Customer.TestCase
