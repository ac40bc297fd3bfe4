"""Whatever customers, colleagues and the clock do: nothing is sent after a stop, in quiet hours, above the cap or outside
the window (issue of follow-ups, acceptance 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from automation.sequences.enums import EnrolmentState
from automation.sequences.errors import CannotEnrol, NotNow, NotUnderWay
from automation.sequences.models import Enrolment, FollowUp
from automation.sequences.operations import (
    cancel,
    enrol,
    find,
    install_ready,
    postpone,
    send_now,
    settle,
    switch,
)
from automation.sequences.planning import WEEK
from conversations.channels import registry
from conversations.channels.api.adapter import ApiAdapter
from conversations.channels.contracts import Abilities, OutboundMessage, SendResult
from conversations.consent.operations import blocked, unblocked
from conversations.outbox.operations import deliver_next
from conversations.threads.models import AuthorKind, Conversation, Direction, Message, MessageStatus
from core.access.models import User
from core.due.operations import Runner
from crm.consent.models import Purpose
from crm.consent.operations import grant, withdraw
from crm.consent.queries import has_opted_out
from crm.contacts.models import Contact
from crm.memory import forget_all
from crm.pipeline.models import Lead, Stage
from tests.factories.conversations import at, make_conversation, make_user, make_web_chat
from tests.factories.core import CompanyFactory
from tests.factories.crm import LeadFactory, sales_pipeline

ZONE = "America/New_York"
WINDOW = timedelta(hours=24)
BEGIN = at("2026-03-02T12:00:00-05:00")
KEYS = ("qualification_stall", "no_show", "quote_not_accepted", "qualified_without_step")


class Windowed(ApiAdapter):
    """A channel that lets us write for a day after the customer's words."""

    kind: ClassVar[str] = "whatsapp"
    abilities: ClassVar[Abilities] = Abilities(window_hours=24)

    def send(self, credentials: Mapping[str, Any], message: OutboundMessage) -> SendResult:
        return SendResult(external_id=str(message.message_id))


class Days(RuleBasedStateMachine):
    """Days in the life of one customer with two chats, one of them with a window."""

    looked_at = 0
    left_the_house = 0

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.now = BEGIN
        self.traveller = time_machine.travel(self.now, tick=False)
        self.clock = self.traveller.start()
        self.user: User = make_user("Anna", role="admin")
        self.stages = {stage.kind: stage for stage in Stage.objects.order_by("-position")}
        plain = make_conversation(make_web_chat(name="Site"), name="Aram")
        self.contact: Contact = plain.contact
        Contact.objects.filter(pk=self.contact.pk).update(timezone=ZONE, last_message_at=self.now)
        self.lead: Lead = LeadFactory(
            contact=self.contact,
            stage=self.stages["open"],
            qualification="qualified",
            customer_wrote_at=self.now,
        )
        windowed = make_conversation(make_web_chat(name="Windowed"), name="Aram")
        type(windowed.account).objects.filter(pk=windowed.account_id).update(kind="whatsapp")
        Conversation.objects.filter(pk=windowed.pk).update(contact=self.contact)
        Conversation.objects.filter(pk__in=[plain.pk, windowed.pk]).update(lead=self.lead)
        self.chats = [plain.pk, windowed.pk]
        self.heard: dict[int, list[datetime]] = {plain.pk: [], windowed.pk: []}
        self.opted_out = False
        self.seen: set[int] = set()
        self.left: set[int] = set()
        self.said_stop = False
        forget_all()

    def teardown(self) -> None:
        self.traveller.stop()
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    # What may happen

    @rule(minutes=st.sampled_from([20, 90, 7 * 60, 13 * 60, 26 * 60, 3 * 24 * 60, 8 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.clock.move_to(self.now)
        runner = Runner()
        while runner.work_next(now=self.now):
            self.look_at_what_was_sent()

    @rule(key=st.sampled_from(KEYS), days=st.integers(1, 3))
    def days_with_follow_ups(self, key: str, days: int) -> None:
        self.a_colleague_starts(key)
        for _half in range(2 * days):
            self.time_passes(12 * 60 + 17)
            self.messages_leave()

    @rule()
    def silent_leads_are_looked_for(self) -> None:
        settle(now=self.now)
        find(now=self.now)

    @rule(key=st.sampled_from(KEYS))
    def a_colleague_starts(self, key: str) -> None:
        try:
            enrol(lead_id=self.lead.pk, sequence_key=key, user=self.user, now=self.now)
        except CannotEnrol:
            return

    @rule(leaves=st.booleans())
    def a_colleague_sends_at_once(self, leaves: bool) -> None:
        found = self.under_way()
        if found is None:
            return
        try:
            send_now(enrolment_id=found.pk, user=self.user, now=self.now)
        except (NotNow, NotUnderWay):
            return
        self.look_at_what_was_sent()
        if leaves:
            self.messages_leave()

    @rule(hours=st.integers(1, 200))
    def a_colleague_moves_it(self, hours: int) -> None:
        found = self.under_way()
        if found is not None:
            postpone(
                enrolment_id=found.pk, to=self.now + timedelta(hours=hours), user=self.user, now=self.now
            )

    @rule()
    def a_colleague_stops_it(self) -> None:
        found = self.under_way()
        if found is not None:
            cancel(enrolment_id=found.pk, user=self.user)

    @rule(place=st.integers(0, 1))
    def the_customer_writes(self, place: int) -> None:
        chat = Conversation.objects.select_for_update().get(pk=self.chats[place])
        Message.objects.create(
            conversation=chat,
            account_id=chat.account_id,
            sequence=chat.last_sequence + 1,
            direction=Direction.IN,
            author_kind=AuthorKind.CUSTOMER,
            status=MessageStatus.RECEIVED,
            sent_at=self.now,
            text="hm",
        )
        chat.last_sequence += 1
        chat.save(update_fields=["last_sequence"])
        Contact.objects.filter(pk=self.contact.pk).update(last_message_at=self.now)
        Lead.objects.filter(pk=self.lead.pk).update(customer_wrote_at=self.now)
        self.heard[chat.pk].append(self.now)

    @rule()
    def the_customer_wants_no_more(self) -> None:
        withdraw(contact=self.contact, source="webchat")
        self.opted_out = self.said_stop = True

    @rule()
    def the_customer_wants_to_hear_again(self) -> None:
        grant(contact=self.contact, source="webchat", purposes=[Purpose.FOLLOW_UP])
        self.opted_out = self.said_stop = False

    @rule()
    def messages_leave_later(self) -> None:
        """Some time after they were written: what was not asked for is looked at once more."""
        self.messages_leave()

    def messages_leave(self) -> None:
        while deliver_next(now=self.now):
            pass
        gone = [MessageStatus.SENT, MessageStatus.DELIVERED]
        rows = FollowUp.objects.filter(message__status__in=gone).exclude(pk__in=self.left)
        for each in rows.select_related("message__account"):
            self.left.add(each.pk)
            type(self).left_the_house += 1
            assert not self.opted_out, "left after an opt-out"
            assert time(9) <= self.now.astimezone(ZoneInfo(ZONE)).time() < time(21), "left in quiet hours"
            if each.message.conversation_id == self.chats[1]:
                assert self.now < self.heard[self.chats[1]][-1] + WINDOW, "left outside the window"

    @rule(place=st.integers(0, 1), blocks=st.booleans())
    def the_customer_blocks_a_channel_or_not(self, place: int, blocks: bool) -> None:
        kind = Conversation.objects.get(pk=self.chats[place]).account.kind
        (blocked if blocks else unblocked)(contact=self.contact, kind=kind)
        # Letting us in again takes back what blocking said, and never a spoken stop.
        self.opted_out = blocks or self.said_stop or has_opted_out(self.contact)

    @rule(kind=st.sampled_from(["open", "won", "lost"]))
    def the_lead_is_moved(self, kind: str) -> None:
        closed = None if kind == "open" else self.now
        Lead.objects.filter(pk=self.lead.pk).update(
            stage=self.stages[kind], stage_kind=kind, closed_at=closed
        )

    @rule(on=st.booleans())
    def a_sequence_is_switched(self, on: bool) -> None:
        found = self.under_way()
        if found is not None:
            switch(sequence_id=found.sequence_id, on=on, user=self.user, now=self.now)

    # What must hold

    @invariant()
    def one_sequence_at_a_time_each_step_once(self) -> None:
        assert Enrolment.objects.filter(lead=self.lead, state="active").count() <= 1
        taken = list(FollowUp.objects.values_list("enrolment", "step"))
        assert len(taken) == len(set(taken))

    def look_at_what_was_sent(self) -> None:
        rows = FollowUp.objects.filter(message__isnull=False)
        rows = rows.select_related("message__account", "enrolment__sequence")
        for each in rows.exclude(pk__in=self.seen):
            self.seen.add(each.pk)
            type(self).looked_at += 1
            self.may_be_sent(each)

    def may_be_sent(self, follow_up: FollowUp) -> None:
        message, enrolment = follow_up.message, follow_up.enrolment
        assert message is not None
        assert message.sent_at == self.now
        local = self.now.astimezone(ZoneInfo(ZONE)).time()
        assert time(9) <= local < time(21), "in quiet hours"
        sent = Message.objects.filter(outbox__purpose="follow_up", sent_at__gt=self.now - WEEK)
        assert sent.exclude(status=MessageStatus.CANCELLED).count() <= 3, "above the cap"
        assert not self.opted_out, "after an opt-out"
        assert Lead.objects.get(pk=self.lead.pk).stage_kind == "open", "after a yes or a no"
        assert enrolment.sequence.active, "switched off"
        assert enrolment.state in (EnrolmentState.ACTIVE, EnrolmentState.FINISHED), "after it was stopped"
        last = max((moment for heard in self.heard.values() for moment in heard), default=None)
        assert last is None or last <= enrolment.silent_since, "after an answer"
        if message.conversation_id == self.chats[1]:
            heard = self.heard[message.conversation_id]
            assert heard, "in a window that was never open"
            assert self.now < heard[-1] + WINDOW, "outside the window"

    def under_way(self) -> Enrolment | None:
        return Enrolment.objects.filter(lead=self.lead, state="active").first()


@pytest.mark.django_db
def test_nothing_is_sent_that_should_not_be(monkeypatch: pytest.MonkeyPatch) -> None:
    adapters: dict[str, Any] = registry._ADAPTERS
    monkeypatch.setitem(adapters, "whatsapp", Windowed())
    CompanyFactory()
    sales_pipeline()
    install_ready(language="en", active=True, now=BEGIN)
    run_state_machine_as_test(
        Days,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Days.looked_at >= 3, "messages were sent, and looked at"
    assert Days.left_the_house >= 1, "and some left the house"
