"""Guided help, ratings and flows that go on in each other, from the widget's wire to the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from automation.flows.models import FlowRun, RunStatus
from conversations.accounts.models import ChannelAccount
from conversations.goals.models import Goal, KnowledgeVersion
from conversations.goals.queries import forget
from conversations.ratings.models import Rating
from conversations.threads.models import ConversationStatus, Handler
from core.access.models import User
from core.events.models import Event
from crm.consent.models import ConsentRecord
from tests.automation.flows.service import CIRCLE, DESK, HELP, SELL
from tests.factories.flows import publish_flow
from tests.journeys.chat import Chat
from tests.support import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(shop: ChannelAccount, clock: Any) -> Chat:
    """The site answers by the flow `desk`, which goes on in others."""
    publish_flow(DESK)
    shop.flow_key = "desk"
    shop.save(update_fields=["flow_key"])
    return Chat(shop, clock)


def events(name: str) -> list[dict[str, Any]]:
    return list(Event.objects.filter(name=name).order_by("id").values_list("payload", flat=True))


def test_one_flow_goes_on_in_another_in_one_reply(desk: Chat) -> None:
    publish_flow(HELP)
    said = desk.say("hello, my lamp is broken and stays dark")
    assert said == "Hello! This is us.\n\nPull the plug for a minute.\n\nDid it work?"
    runs = FlowRun.objects.order_by("pk")
    assert [(run.version.flow.key, run.status) for run in runs] == [
        ("desk", RunStatus.FINISHED),
        ("help", RunStatus.ACTIVE),
    ]
    assert [each["flow"] for each in events("flow.started")] == ["desk", "help"]
    assert desk.conversation.goal == "support"


def test_advice_that_helps_ends_with_a_rating_and_the_conversation_is_solved(desk: Chat) -> None:
    publish_flow(HELP)
    desk.say("hello, my lamp is broken and stays dark")
    assert desk.tap("No, not yet") == "Press the red button.\n\nDid it work?"
    assert desk.say("it works now!").startswith("How was our help")
    assert desk.conversation.status != ConversationStatus.SOLVED
    assert desk.tap("★★★★★") == "Thank you, that helps us get better.\n\nGoodbye."
    rating = Rating.objects.get()
    assert (rating.conversation, rating.what, rating.value) == (desk.conversation, "help", 5)
    assert events("conversation.rated") == [{"what": "help", "value": 5, "words": ""}]
    assert desk.conversation.status == ConversationStatus.SOLVED
    assert desk.run.status == RunStatus.FINISHED


def test_a_low_rating_goes_to_a_person(desk: Chat) -> None:
    publish_flow(HELP)
    desk.say("hello, my lamp is broken and stays dark")
    desk.tap("Yes, it works")
    desk.say("2, it took a whole day")
    assert Rating.objects.get().words == "2, it took a whole day"
    assert desk.conversation.handoff["reason"] == "low_rating"
    assert desk.conversation.handler == Handler.QUEUE
    assert dict(desk.card["notes"])["tried"] == "Pull the plug for a minute."


def test_a_rating_that_nobody_gives_is_not_reminded_of_and_keeps_nothing_open(desk: Chat) -> None:
    publish_flow(HELP)
    desk.say("hello, my lamp is broken and stays dark")
    desk.tap("Yes, it works")
    assert desk.wait(hours=5) == ""
    assert desk.run.status == RunStatus.ACTIVE
    assert desk.wait(hours=30) == ""
    assert desk.run.status == RunStatus.FINISHED
    assert desk.conversation.status == ConversationStatus.SOLVED
    assert not Rating.objects.exists()


def test_a_rating_that_comes_late_still_counts(desk: Chat) -> None:
    publish_flow(HELP)
    desk.say("hello, my lamp is broken and stays dark")
    desk.tap("Yes, it works")
    desk.wait(hours=35)
    desk.visitor.choose("★★★★", "rating.4")
    work_off()
    assert Rating.objects.get().value == 4
    assert desk.said[-1].text == "Thank you, that helps us get better."
    assert desk.conversation.status == ConversationStatus.SOLVED


def test_consent_is_kept_with_purpose_channel_and_the_words(desk: Chat) -> None:
    publish_flow(SELL)
    desk.say("hello, how much is a sofa?")
    question = desk.say("+37499123456")
    desk.tap("Yes")
    kept = ConsentRecord.objects.get()
    assert (kept.purpose, kept.channel, kept.granted, kept.source) == (
        "follow_up",
        "webchat",
        True,
        "webchat",
    )
    assert kept.text == question
    assert desk.lead.answers["interest"] == "sofa"
    assert desk.conversation.handler == Handler.QUEUE


def test_a_flow_that_is_not_installed_is_passed_by(desk: Chat) -> None:
    desk.say("hello, how much is a sofa?")
    assert desk.conversation.handoff["reason"] == "qualified"
    assert desk.run.version.flow.key == "desk"


def test_flows_that_lead_into_each_other_end_at_a_person_who_reads_why(
    shop: ChannelAccount, clock: Any
) -> None:
    publish_flow(CIRCLE.format(name="one", other="two"))
    publish_flow(CIRCLE.format(name="two", other="one"))
    shop.flow_key = "one"
    shop.save(update_fields=["flow_key"])
    chat = Chat(shop, clock)
    chat.say("hello")
    assert chat.conversation.handler == Handler.QUEUE
    assert chat.conversation.handoff["reason"] == "loop"
    assert FlowRun.objects.filter(status=RunStatus.PAUSED).count() == 1
    assert "passing this to a colleague" in chat.said[-1].text


def test_silence_reminds_in_the_flow_that_runs(desk: Chat) -> None:
    publish_flow(HELP)
    desk.say("hello, my lamp is broken and stays dark")
    assert desk.wait(minutes=46).endswith("Did it work?")
    assert desk.run.updated_at - desk.run.created_at < timedelta(days=1)


def a_goal(**values: Any) -> None:
    """What the company says about a goal, as its screen keeps it."""
    Goal.objects.create(**values)
    KnowledgeVersion.objects.update_or_create(id=1, defaults={"number": 7})
    forget()


def test_a_goal_of_the_company_leads_to_its_flow_and_says_how_soon_a_person_answers(
    desk: Chat, anna: User, client: Client
) -> None:
    publish_flow(SELL)
    a_goal(key="delivery", flow="sell", required_facts=["city"], urgency=1, response_minutes=20)
    said = desk.say("hello, when can you deliver a sofa?")
    assert said == "Hello! This is us.\n\nWhere to write?"
    desk.say("+37499123456")
    desk.tap("No")
    assert desk.pending == "city"
    desk.tap("Not sure yet")
    conversation = desk.conversation
    assert (conversation.handler, conversation.urgency) == (Handler.QUEUE, 1)
    assert (desk.card["intent"], desk.card["answer_within"]) == ("delivery", 20)
    assert "city" in desk.card["missing"]
    client.force_login(anna)
    page = client.get(reverse("desk:conversation_side", args=[conversation.public_id])).content.decode()
    assert "Answer by" in page


def test_whose_run_is_over_is_led_on_by_the_goal(desk: Chat) -> None:
    publish_flow(HELP)
    publish_flow(SELL)
    a_goal(key="price", flow="sell")
    desk.say("hello, my lamp is broken and stays dark")
    desk.tap("Yes, it works")
    desk.tap("★★★★★")
    said = desk.say("and how much is a sofa?")
    assert said == "Where to write?"
    assert desk.run.version.flow.key == "sell"


def test_the_reason_for_a_loop_stands_on_the_card_in_words(
    shop: ChannelAccount, clock: Any, anna: User, client: Client
) -> None:
    publish_flow(CIRCLE.format(name="one", other="one"))
    shop.flow_key = "one"
    shop.save(update_fields=["flow_key"])
    chat = Chat(shop, clock)
    chat.say("hello")
    client.force_login(anna)
    page = client.get(reverse("desk:conversation_side", args=[chat.conversation.public_id])).content.decode()
    assert "The flow went round in circles" in page
