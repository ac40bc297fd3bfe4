"""Follow-ups after a silence, from the first message to the answer (spec 10)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from automation.sequences.enums import EnrolmentState, Stop
from automation.sequences.errors import NotNow
from automation.sequences.models import Enrolment, FollowUp, Sequence, SequenceVersion
from automation.sequences.operations import enrol, install_ready, send_now, set_weekly_cap, switch
from automation.sequences.planning import is_held_out
from automation.sequences.tasks import look
from bookings.services.models import Service
from conversations.threads.operations import take_over
from core.access.models import User
from core.due.models import DueRow, DueStatus
from core.events.actor import Actor
from crm.consent.queries import has_opted_out
from crm.memory import forget_all
from crm.payments.models import PaymentProvider
from crm.payments.operations import request_payment
from crm.pipeline.models import Stage
from crm.pipeline.operations import move_lead
from tests.factories.conversations import at
from tests.journeys.chat import Chat
from tests.journeys.telegram import TelegramChat
from tests.support import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ready(shop: object) -> None:
    """The sequences that come with Parley, switched on."""
    install_ready(language="en", active=True, now=timezone.now())


def later(chat: Chat | TelegramChat, **time: float) -> str:
    """Time passes, silent leads are looked for, and what falls due happens."""
    chat.clock.shift(timedelta(**time))
    look()
    return chat.wait(seconds=1)


def the() -> Enrolment:
    return Enrolment.objects.select_related("sequence").latest("pk")


def pending() -> list[DueRow]:
    return list(DueRow.objects.filter(kind="sequence.step", status=DueStatus.PENDING))


STALL = "We have kept your answers, a minute or two is enough to finish. Shall we go on?"
LAST = "Your request is still open with us"


def stalled(chat: Chat) -> None:
    """The chat asked for a way to reach the customer, reminded, and half a day went by."""
    chat.say("hello, how much is it?", "a kitchen")
    chat.wait(minutes=46)
    assert later(chat, hours=20) == ""


def test_a_stalled_question_is_followed_up_on_days_one_and_three_then_never(chat: Chat) -> None:
    stalled(chat)
    assert (the().sequence.key, the().state, the().step) == ("qualification_stall", "active", 0)
    assert the().due_at == at("2026-03-03T12:46:40+04:00")
    assert [row.lead_id for row in pending()] == [chat.lead.pk]

    assert STALL in later(chat, hours=4)
    assert [reply["label"] for reply in chat.said[-1].quick_replies] == ["Yes, please", "Not now"]
    assert later(chat, days=1) == ""
    assert LAST in later(chat, days=1, hours=1)
    assert (the().state, the().sent, pending()) == (EnrolmentState.FINISHED, 2, [])
    for _day in range(14):
        assert later(chat, days=1) == ""
    assert Enrolment.objects.count() == 1
    assert list(FollowUp.objects.values_list("step", "went", "channel")) == [
        (0, "message", "webchat"),
        (1, "message", "webchat"),
    ]


def test_a_yes_goes_on_with_the_open_question_at_once(chat: Chat) -> None:
    stalled(chat)
    later(chat, hours=4)
    answer = chat.tap("Yes, please")
    assert answer.endswith("What phone number or email can we answer to?")
    assert (the().state, the().stop_reason, pending()) == ("stopped", Stop.REPLY, [])
    assert the().answered_at is not None
    assert chat.say("+374 99 123456").endswith("When would you like to start?")


def test_an_answer_to_the_open_question_itself_goes_to_the_flow(chat: Chat) -> None:
    stalled(chat)
    later(chat, hours=4)
    assert chat.say("+374 99 123456").endswith("When would you like to start?")
    assert (the().state, the().stop_reason) == ("stopped", Stop.REPLY)
    assert chat.points == {"phone": "+37499123456"}


def test_words_before_the_first_message_stop_it_too(chat: Chat) -> None:
    stalled(chat)
    chat.say("+374 99 123456")
    assert (the().state, the().stop_reason, the().sent) == ("stopped", Stop.REPLY, 0)
    assert STALL not in later(chat, hours=5)


@pytest.mark.parametrize("words", ["stop", "не пишите мне больше", "էլ մի գրեք", "mənə yazmayın"])
def test_an_opt_out_in_any_language_ends_every_sequence(chat: Chat, words: str) -> None:
    stalled(chat)
    later(chat, hours=4)
    chat.say(words)
    assert has_opted_out(chat.contact)
    assert (the().state, the().stop_reason, pending()) == ("stopped", Stop.OPT_OUT, [])
    for _day in range(5):
        assert later(chat, days=1) == ""


def test_not_now_ends_it_kindly_and_without_an_opt_out(chat: Chat) -> None:
    stalled(chat)
    later(chat, hours=4)
    assert chat.tap("Not now") == "Understood, we leave it at that. Whenever you need us, just write."
    assert not has_opted_out(chat.contact)
    assert (the().state, pending()) == ("stopped", [])


def silent(chat: Chat, anna: User) -> None:
    """A qualified lead whom a colleague has answered, and nothing is planned."""
    chat.say("hello, how much is a kitchen?", "+374 99 123456", "this week", "700k", "Gyumri", "Anna")
    take_over(conversation_id=chat.conversation.pk, user=anna)
    assert chat.lead.qualification == "qualified"
    later(chat, hours=20)


SUGGEST = "From what you told us we can already suggest something that fits."


def handed_back_to_nobody(chat: Chat) -> None:
    """The colleague is done; the next words are for whoever answers then."""
    conversation = chat.conversation
    conversation.handler, conversation.assignee = "queue", None
    conversation.waiting_since, conversation.status = None, "waiting_customer"
    conversation.save()


def test_a_silent_qualified_lead_says_yes_and_gets_times(chat: Chat, anna: User, visits: Service) -> None:
    silent(chat, anna)
    handed_back_to_nobody(chat)
    later(chat, seconds=1)
    assert the().sequence.key == "qualified_without_step"
    assert SUGGEST in later(chat, hours=5)
    answer = chat.say("yes please")
    assert "Showroom visit" in answer or "which" in answer.lower()
    assert [each["payload"][:5] for each in chat.said[-1].quick_replies][:3] == ["time:"] * 3
    chat.tap(chat.said[-1].quick_replies[0]["label"])
    assert (the().state, the().stop_reason) == ("stopped", Stop.REPLY)
    look()
    assert the().converted == "booked"


def test_a_yes_with_nothing_to_book_goes_to_a_person(chat: Chat, anna: User) -> None:
    silent(chat, anna)
    handed_back_to_nobody(chat)
    later(chat, seconds=1)
    later(chat, hours=5)
    assert chat.tap("Yes, please") == "Good! A colleague will write to you here."
    assert (chat.conversation.handler, chat.conversation.handoff["reason"]) == ("queue", "follow_up")
    assert chat.conversation.waiting_since is not None


def test_a_yes_goes_to_the_payment(chat: Chat, anna: User) -> None:
    version = SequenceVersion.objects.get(sequence__key="qualified_without_step", status="published")
    version.script = {**version.script, "yes": "payment"}
    version.save()
    forget_all()
    silent(chat, anna)
    provider = PaymentProvider.objects.create(
        name="Bank", url_template="https://pay.example/?a={amount}&r={reference}", is_default=True
    )
    payment = request_payment(
        contact=chat.contact,
        lead=chat.lead,
        amount=Decimal(50_000),
        currency="AMD",
        purpose="Deposit",
        provider=provider,
        actor=Actor.of(anna),
        now=timezone.now(),
    )
    handed_back_to_nobody(chat)
    later(chat, seconds=1)
    assert SUGGEST in later(chat, hours=5)
    answer = chat.say("yes please")
    assert answer.startswith("Deposit: 50,000\u00a0AMD.\n\nHere you can pay: http")
    assert payment.token in answer
    assert (chat.conversation.status, chat.conversation.waiting_since) == ("waiting_customer", None)
    assert (the().state, the().stop_reason) == ("stopped", Stop.REPLY)


def test_a_day_that_is_named_moves_the_next_message_to_it(chat: Chat, anna: User) -> None:
    silent(chat, anna)
    handed_back_to_nobody(chat)
    later(chat, seconds=1)
    later(chat, hours=5)
    answer = chat.say("next week")
    assert answer == (
        "Gladly, we will be back then: Mon 9 March, 10:00. Should you need us earlier, just write."
    )
    assert (the().state, the().due_at) == ("active", at("2026-03-09T10:00:00+04:00"))
    assert later(chat, days=4) == ""
    assert "A short talk is usually enough" in later(chat, days=2)


def test_while_a_colleague_speaks_the_answer_is_theirs(chat: Chat, anna: User) -> None:
    silent(chat, anna)
    conversation = chat.conversation
    conversation.waiting_since, conversation.status = None, "waiting_customer"
    conversation.save()
    later(chat, seconds=1)
    assert SUGGEST in later(chat, hours=5)
    assert chat.say("yes") == ""
    assert (the().stop_reason, chat.conversation.unread > 0) == (Stop.REPLY, True)


def test_nobody_is_followed_up_who_waits_for_our_answer(chat: Chat, anna: User) -> None:
    silent(chat, anna)
    chat.say("are you there?")
    assert chat.conversation.waiting_since is not None
    later(chat, hours=30)
    assert not Enrolment.objects.filter(state="active").exists()


def test_won_and_lost_end_it(chat: Chat, anna: User) -> None:
    stalled(chat)
    won = Stage.objects.get(kind="won")
    move_lead(lead_id=chat.lead.pk, to_stage_id=won.pk, actor=Actor.of(anna))
    assert later(chat, hours=5) == ""
    assert (the().stop_reason, the().converted) == (Stop.WON, "won")


def test_at_night_nothing_is_sent_not_even_by_hand(chat: Chat, anna: User) -> None:
    stalled(chat)
    chat.clock.move_to("2026-03-03T22:00:00+04:00")
    work_off()
    assert the().due_at == at("2026-03-04T09:00:00+04:00")
    with pytest.raises(NotNow, match="quiet hours"):
        send_now(enrolment_id=the().pk, user=anna, now=timezone.now())
    chat.clock.move_to("2026-03-04T08:59:00+04:00")
    assert work_off() == 0 or the().sent == 0
    chat.clock.move_to("2026-03-04T09:00:01+04:00")
    work_off()
    assert the().sent == 1


def test_above_the_cap_a_message_waits(chat: Chat, anna: User) -> None:
    set_weekly_cap(cap=1)
    stalled(chat)
    assert later(chat, hours=5) == "", "the reminder of the flow was this week's message"
    assert the().due_at == at("2026-03-09T12:46:40+04:00")
    assert STALL in later(chat, days=6)


def test_a_colleague_starts_one_and_sends_it_at_once(chat: Chat, anna: User) -> None:
    chat.say("hello, how much is it?", "a kitchen")
    now = timezone.now()
    first = enrol(lead_id=chat.lead.pk, sequence_key="quote_not_accepted", user=anna, now=now)
    assert enrol(lead_id=chat.lead.pk, sequence_key="quote_not_accepted", user=anna, now=now) == first
    assert send_now(enrolment_id=first.pk, user=anna, now=now) == "message"
    assert "Everything in our offer can still be changed" in chat.said[-1].text
    other = enrol(lead_id=chat.lead.pk, sequence_key="no_show", user=anna, now=now)
    first.refresh_from_db()
    assert (first.stop_reason, other.state, len(pending())) == (Stop.CANCELLED, "active", 1)


def test_switched_off_it_lets_go_of_everybody(chat: Chat, anna: User) -> None:
    stalled(chat)
    switch(sequence_id=the().sequence_id, on=False, user=anna, now=timezone.now())
    assert (the().stop_reason, pending()) == (Stop.OFF, [])
    assert later(chat, hours=5) == ""


def test_a_share_is_left_alone_and_compared(chat: Chat) -> None:
    version = Sequence.objects.get(key="qualification_stall").versions.get()
    version.script["held_out"] = 50
    version.save()
    forget_all()
    chat.say("hello, how much is it?", "a kitchen")
    lead = chat.lead
    held = is_held_out(version.sequence.public_id, lead.public_id, 50)
    chat.wait(minutes=46)
    later(chat, hours=20)
    assert the().state == ("held_out" if held else "active")
    assert bool(pending()) is not held


def test_where_nobody_can_be_reached_it_becomes_a_task(chat: Chat, anna: User) -> None:
    stalled(chat)
    chat.account.active = False
    chat.account.save()
    forget_all()
    assert later(chat, hours=5) == ""
    assert (the().state, the().stop_reason, the().sent) == ("stopped", Stop.TASK, 0)
    assert chat.lead.next_step.startswith("Follow up by hand: Hello")
    assert list(FollowUp.objects.values_list("went", flat=True)) == ["task"]


def test_the_same_over_telegram_in_russian(phone: TelegramChat) -> None:
    phone.say("здравствуйте, сколько стоит?", "кухня")
    phone.wait(minutes=46)
    later(phone, hours=20)
    assert "Ваши ответы у нас сохранены" in later(phone, hours=5)
    assert (the().sent, the().sequence.key) == (1, "qualification_stall")
    phone.say("нет, не сейчас")
    assert (the().state, the().stop_reason) == ("stopped", Stop.REPLY)
