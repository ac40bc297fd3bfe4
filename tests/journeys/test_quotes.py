"""From "how much?" to the order: range, exact price, quote, silence, question, yes (issue 5, acceptance 2)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from automation.quotes.coming import coming
from automation.quotes.operations.settings import update_follow_ups
from automation.quotes.planning import Step, Stop
from bookings.services.models import Service
from conversations.quotes.queries import conversation_of
from conversations.threads.models import Conversation
from core.access.models import User
from core.events.models import Event
from core.notifications.models import Notification
from crm.catalogue.models import Product
from crm.orders.models import Order
from crm.quotes.models import Quote, QuoteVersion
from tests.journeys.chat import Chat
from tests.journeys.quotes import RUSSIAN, accepts, on_the_page, plain, quoted, the_quote
from tests.support import work_off

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("goods", "anna")]


def planned(version: QuoteVersion, chat: Chat) -> list[tuple[Step, Stop | None]]:
    found = coming(version, conversation_of(version.quote), now=chat.conversation.last_message_at)
    return [(each.step, each.stop) for each in found]


def test_from_the_question_of_price_to_the_order(chat: Chat) -> None:
    story = RUSSIAN
    assert story.range in plain(chat.say(story.says[0]))
    for text in story.says[1:]:
        answer = chat.say(text)
    assert answer == story.fact
    exact = plain(chat.say(story.length))
    assert exact.startswith(f"{story.exact}\n\nКухня на заказ: 4 × 210 000 AMD = 840 000 AMD\n")
    assert exact.endswith(f"Налог 20 %: 218 600 AMD\n\n{story.send}")
    assert set(chat.run.state["asked"].values()) == {1}
    writing, offer = plain(chat.say(story.yes)).split("\n---\n")
    assert writing == "Готовлю предложение, оно будет здесь через минуту."
    assert offer.startswith(story.offer)
    quote = the_quote()
    version = quote.versions.get()
    assert (quote.state, quote.total, quote.lead, version.language) == ("sent", 1_311_600, chat.lead, "ru")
    assert quote.requested_at is not None
    assert quote.sent_at is not None
    assert (quote.sent_at - quote.requested_at).total_seconds() == 80
    assert f"/q/{version.token}/" in offer
    assert (chat.conversation.handler, chat.conversation.handoff["reason"]) == ("flow", "quoted")
    assert planned(version, chat) == [(Step.FIRST, None), (Step.LAST_DAYS, None)]

    assert chat.wait(hours=3, minutes=59) == ""
    assert plain(chat.wait(minutes=1)) == story.first
    assert chat.wait(hours=23) == ""
    assert plain(chat.wait(hours=1)) == story.again
    assert chat.wait(hours=30) == ""

    button, what, question = story.question
    assert chat.tap(button) == what
    assert chat.say(question).startswith("Спасибо, передано коллеге.")
    conversation = chat.conversation
    assert (conversation.handler, conversation.handoff["reason"]) == ("queue", "quote_question")
    assert chat.card["last_text"] == question
    asked = Notification.objects.get(kind="quote.asked")
    assert asked.params["question"] == question

    accepts(version, "Анна")
    said = plain(chat.said[-1].text)
    assert said.startswith(story.thanks)
    order = Order.objects.get()
    assert (order.quote, order.contact, order.lead) == (version, chat.contact, chat.lead)
    assert (order.number, order.total, order.status) == ("2026-0001", 1_311_600, "confirmed")
    titles = [item.title for item in order.items.all()]
    assert titles[:2] == ["Кухня на заказ", "Готово за неделю"]
    assert (chat.lead.stage_kind, chat.lead.value) == ("won", 1_311_600)
    assert planned(version, chat) == []


def test_a_yes_in_the_chat_leads_to_the_page(chat: Chat) -> None:
    version = quoted(chat, RUSSIAN)
    chat.wait(hours=4)
    answer = chat.say("да, подходит")
    assert answer.startswith(RUSSIAN.page)
    assert answer.endswith(f"/q/{version.token}/")
    assert chat.conversation.status == "waiting_customer"
    assert planned(version, chat) == [(Step.LAST_DAYS, None)]
    assert plain(chat.wait(hours=24)) == ""


def test_a_no_is_asked_for_its_reason_and_ends_the_offer(chat: Chat) -> None:
    version = quoted(chat, RUSSIAN)
    chat.wait(hours=4)
    assert chat.say("нет") == "Спасибо за честный ответ. В чём причина?"
    assert (
        chat.tap(chat.said[-1].quick_replies[0]["label"])
        == "Спасибо, что сообщили. Если что-то изменится, просто напишите."
    )
    version.refresh_from_db()
    assert (version.state, version.decline_reason) == ("declined", "price")
    lead = chat.lead
    assert (lead.stage_kind, lead.next_step) == (
        "open",
        "Offer 2026-0001 declined (Too expensive): offer something else or close",
    )
    assert planned(version, chat) == []
    assert Notification.objects.filter(kind="quote.declined").exists()
    assert chat.wait(days=20) == ""


def test_not_interested_ends_the_offer_and_the_lead(chat: Chat) -> None:
    version = quoted(chat, RUSSIAN)
    chat.wait(hours=4)
    chat.say("не интересно, спасибо")
    version.refresh_from_db()
    assert (version.state, version.decline_reason, chat.lead.stage_kind) == ("declined", "other", "lost")
    assert chat.lead.lost_reason is not None
    assert chat.lead.lost_reason.code == "not_interested"


def test_a_decline_on_the_page_ends_what_follows(chat: Chat) -> None:
    version = quoted(chat, RUSSIAN)
    on_the_page(version, "decline", reason="competitor", words="")
    assert planned(version, chat) == []
    assert chat.wait(days=20) == ""


def test_whoever_writes_is_not_asked_after_silence(chat: Chat) -> None:
    version = quoted(chat, RUSSIAN)
    chat.say("спасибо, посмотрю вечером")
    assert planned(version, chat) == [(Step.FIRST, Stop.REPLIED), (Step.LAST_DAYS, None)]
    assert chat.wait(hours=30) == ""


def test_stop_ends_what_follows(chat: Chat) -> None:
    version = quoted(chat, RUSSIAN)
    chat.say("стоп, не пишите мне")
    assert planned(version, chat) == []
    assert chat.wait(days=20) == ""


def test_at_night_nobody_is_asked(chat: Chat) -> None:
    chat.clock.move_to("2026-03-02T18:30:00+04:00")
    quoted(chat, RUSSIAN)
    assert chat.wait(hours=5) == ""
    assert "оно Вам подходит?" in chat.wait(hours=10)


def test_expired_is_offered_afresh_and_renewed(chat: Chat, anna: User) -> None:
    version = quoted(chat, RUSSIAN)
    chat.wait(hours=4)
    chat.wait(hours=24)
    assert "16 марта 2026 г. заканчивается наше предложение 2026-0001" in plain(chat.wait(days=12))
    ended = chat.wait(days=3)
    assert ended == "Наше предложение 2026-0001 истекло. Подготовить для Вас новое?"
    assert chat.tap("Да, пожалуйста") == "С удовольствием. Коллега пришлёт Вам сюда новое предложение."
    assert chat.conversation.handoff["reason"] == "quote_renewal"
    assert Notification.objects.filter(kind="quote.asked_again", user=anna).exists()
    assert list(Event.objects.filter(name="quote.expired").values_list("payload__number", flat=True)) == [
        "2026-0001"
    ]
    version.refresh_from_db()
    assert version.state == "sent"

    seller = Client()
    seller.force_login(anna)
    assert seller.post(reverse("desk:quote_renew_send", args=[version.quote.public_id])).status_code == 302
    work_off()
    renewed = QuoteVersion.objects.get(version=2)
    assert (renewed.state, renewed.total) == ("sent", version.total)
    assert f"/q/{renewed.token}/" in chat.said[-1].text
    assert planned(renewed, chat) == [(Step.FIRST, None), (Step.LAST_DAYS, None)]


def test_after_a_yes_a_time_is_offered_and_the_lead_goes_where_the_settings_say(
    chat: Chat, visits: Service
) -> None:
    version = quoted(chat, RUSSIAN)
    stages = {stage.name: stage for stage in chat.lead.pipeline.stages.all()}
    key = str(chat.lead.pipeline.public_id)
    update_follow_ups(service=visits.key, stages={key: str(stages["Meeting"].public_id)})
    accepts(version, "Анна")
    assert chat.lead.stage == stages["Meeting"]
    assert "Какое Вам удобно" in chat.said[-1].text
    assert chat.say("в четверг в 15:00").startswith("Вы записаны")


def test_a_complex_wish_goes_to_a_specialist_with_the_summary(chat: Chat) -> None:
    Product.objects.filter(code="HOME").update(complex=True)
    chat.say("hello, how much is it?")
    first = plain(chat.say("the whole home"))
    assert "Whole home costs about 4,680,000 AMD; a specialist gives the exact price." in first
    chat.say("+374 99 123456")
    answer = chat.say("this week")
    assert answer.startswith("This is worth a specialist's look.")
    conversation = Conversation.objects.get(pk=chat.conversation.pk)
    assert (conversation.handler, conversation.handoff["reason"]) == ("queue", "custom_wish")
    assert dict(chat.card["facts"]) == {"interest": "whole_home", "start": 7}
    assert chat.card["notes"][0][0] == "price"
    assert not Quote.objects.exists()


def test_a_price_that_changed_meanwhile_is_looked_at_first(chat: Chat) -> None:
    for text in (*RUSSIAN.says, RUSSIAN.length):
        chat.say(text)
    chat.visitor.say(RUSSIAN.yes)
    work_off(["deliveries"])
    Product.objects.filter(code="KITCHEN").update(unit_price=220_000)
    work_off()
    quote = the_quote()
    assert (quote.state, chat.conversation.handoff["reason"]) == ("draft", "quote_draft")
    assert chat.card["next_step"] == "send_quote"
