"""The story of a quote on Telegram, in Armenian, over real sockets (issue 5, acceptance 2)."""

from __future__ import annotations

import pytest

from crm.orders.models import Order
from tests.journeys.quotes import ARMENIAN, accepts, plain, the_quote
from tests.journeys.telegram import TelegramChat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("goods", "anna")]


def test_from_the_question_of_price_to_the_order(phone: TelegramChat) -> None:
    story = ARMENIAN
    phone.customer.name, phone.customer.language = "Աննա", "hy"
    assert story.range in plain(phone.say(story.says[0]))
    for text in story.says[1:]:
        answer = phone.say(text)
    assert answer.startswith(story.fact)
    exact = plain(phone.say(story.length))
    assert exact.startswith(story.exact)
    assert exact.endswith(story.send)
    assert phone.buttons == ["Այո, ուղարկեք", "Ոչ հիմա"]
    offer = plain(phone.tap("Այո, ուղարկեք"))
    quote = the_quote()
    version = quote.versions.get()
    assert (quote.state, quote.total, version.language) == ("sent", 1_311_600, "hy")
    assert story.offer in offer
    assert f"/q/{version.token}/" in offer

    assert plain(phone.wait(hours=4)) == story.first
    assert phone.buttons == ["Այո", "Հարց ունեմ", "Ոչ"]
    assert phone.wait(hours=23) == ""
    assert plain(phone.wait(hours=1)) == story.again
    button, what, question = story.question
    assert phone.tap(button) == what
    assert phone.say(question).startswith("Շնորհակալություն, փոխանցեցի գործընկերոջս։")
    assert phone.conversation.handoff["reason"] == "quote_question"

    before = len(phone.customer.texts)
    accepts(version, "Աննա")
    assert plain(phone.customer.texts[before]).startswith(story.thanks)
    order = Order.objects.get()
    assert (order.quote, order.total) == (version, 1_311_600)
    lead = phone.conversation.lead
    assert lead is not None
    assert lead.stage_kind == "won"
