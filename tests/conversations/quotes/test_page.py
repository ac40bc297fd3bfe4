"""The customer's page of a quote, as a browser without scripts sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from conversations import public_pages
from conversations.public_pages import form_key
from conversations.quotes.operations import send_quote
from conversations.threads.models import Conversation, Message
from core.access.models import User
from core.events.actor import Actor
from core.events.models import Event
from core.notifications.models import Notification
from crm.pipeline.models import Lead
from crm.quotes.models import QuoteAcceptance, QuoteVersion
from crm.quotes.operations import next_version, withdraw
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.factories.quotes import NOW, line, make_draft

pytestmark = pytest.mark.django_db
TAX = (Decimal(20),)


@pytest.fixture(autouse=True)
def _thursday(db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def quote(lead: Lead, anna: User) -> QuoteVersion:
    draft = make_draft(
        lead,
        anna,
        line("Kitchen", 1000, taxes=TAX),
        line("Lights", 50, taxes=TAX, optional=True, chosen=False),
        now=NOW,
        language="en",
        terms="Half is paid first.",
    )
    send_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW)
    draft.refresh_from_db()
    return draft


@pytest.fixture
def aram() -> Client:
    return Client(enforce_csrf_checks=True)


def page_of(version: QuoteVersion, part: str = "") -> str:
    return f"/q/{version.token}/{part}"


def form(version: QuoteVersion, **fields: Any) -> dict[str, Any]:
    return {"key": form_key(version.token), **fields}


def yes(version: QuoteVersion, **fields: Any) -> dict[str, Any]:
    return form(version, **{"name": "Aram", "total": "1200", "chosen": [], **fields})


def option(version: QuoteVersion) -> str:
    return str(version.lines.get(optional=True).public_id)


def told() -> list[str]:
    return list(Notification.objects.order_by("id").values_list("kind", flat=True))


def test_the_page_shows_what_is_offered(aram: Client, quote: QuoteVersion) -> None:
    page = aram.get(page_of(quote)).content
    assert ">Kitchen</h1>" in page.decode()
    assert words(page, "valid") == ["Valid until 19 March 2026 15 days left"]
    assert words(page, "net") == ["1,000", "50"]
    (total,) = words(page, "#total")
    assert total == "Net 1,000 Tax 20 % on 1,000 200 Total 1,200 USD"
    (consent,) = words(page, "#consent")
    assert consent == ("I accept the offer 2026-0001 of Aregak Interiors for 1,200 USD and the terms above.")
    assert page.index(b"Half is paid first.") < page.index(b'id="accept"')


def test_looking_changes_nothing_and_stays_with_its_owner(aram: Client, quote: QuoteVersion) -> None:
    before = Event.objects.count()
    for part in ("", "quote.pdf"):
        answer = aram.get(page_of(quote, part))
        assert answer.status_code == 200
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    for part in ("accept/", "decline/", "ask/", "again/", "total/"):
        assert aram.get(page_of(quote, part)).headers["Location"] == page_of(quote)
    assert aram.get(page_of(quote, "seen/")).status_code == 405
    quote.refresh_from_db()
    assert (quote.views, Event.objects.count(), told()) == (0, before, [])


def test_unknown_links_and_drafts_have_no_page(aram: Client, lead: Lead, anna: User) -> None:
    draft = make_draft(lead, anna, now=NOW)
    for token in (draft.token, "forged"):
        assert aram.get(f"/q/{token}/").status_code == 404
        assert aram.get(f"/q/{token}/quote.pdf").status_code == 404
        assert aram.post(f"/q/{token}/accept/", yes(draft)).status_code == 404


def test_the_pdf_is_the_stored_one(aram: Client, quote: QuoteVersion) -> None:
    answer = aram.get(page_of(quote, "quote.pdf"))
    assert b"".join(answer.streaming_content) == quote.pdf.read()  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "application/pdf"


def test_opened_and_opened_again_reach_the_seller(aram: Client, quote: QuoteVersion, anna: User) -> None:
    colleague = Client()
    colleague.force_login(anna)
    assert colleague.post(page_of(quote, "seen/"), form(quote)).status_code == 204
    assert aram.post(page_of(quote, "seen/"), {"key": "forged"}).status_code == 204
    assert told() == []

    for after, kinds in ((0, 1), (10, 1), (45, 2)):
        with time_machine.travel(NOW + timedelta(minutes=after), tick=False):
            assert aram.post(page_of(quote, "seen/"), form(quote)).status_code == 204
        assert len(told()) == kinds
    assert told() == ["quote.opened", "quote.opened_again"]
    quote.refresh_from_db()
    assert quote.views == 2
    assert Notification.objects.first().user == anna  # type: ignore[union-attr]


def test_the_total_follows_what_is_ticked(aram: Client, quote: QuoteVersion) -> None:
    answer = aram.post(page_of(quote, "total/"), form(quote, chosen=[option(quote)], name="Aram"))
    assert words(answer.content, "#total") == [
        "Net 1,050 Tax 20 % on 1,050 210 Total 1,260 USD",
    ]
    assert attributes(answer.content, "#name", "value") == ["Aram"]

    part = aram.post(
        page_of(quote, "total/"), form(quote, chosen=[option(quote)]), headers={"X-Part": "total"}
    )
    assert b"<html" not in part.content
    assert b'name="total" value="1260"' in part.content
    quote.refresh_from_db()
    assert quote.total == 1200


@pytest.mark.parametrize("chosen", ["x", "01890000-0000-7000-8000-000000000000"])
def test_a_foreign_option_is_refused(aram: Client, quote: QuoteVersion, chosen: str) -> None:
    for part in ("total/", "accept/"):
        answer = aram.post(page_of(quote, part), yes(quote, chosen=[chosen]))
        assert answer.status_code == 422
        assert words(answer.content, "notice") == [
            "One of the options is not part of this offer. Reload the page."
        ]
    assert not QuoteAcceptance.objects.exists()


def test_a_yes_keeps_who_when_where_and_to_what(aram: Client, quote: QuoteVersion) -> None:
    answer = aram.post(
        page_of(quote, "accept/"),
        yes(quote, chosen=[option(quote)], total="1260"),
        headers={"User-Agent": "Phone"},
    )
    assert answer.headers["Location"] == page_of(quote)
    acceptance = QuoteAcceptance.objects.get()
    assert (acceptance.name, acceptance.ip, acceptance.agent) == ("Aram", "127.0.0.1", "Phone")
    assert (acceptance.total, acceptance.accepted_at) == (1260, NOW)
    assert acceptance.consent == (
        "I accept the offer 2026-0001 of Aregak Interiors for 1,260\u00a0USD and the terms above."
    )
    assert acceptance.pdf_sha256 == quote.pdf_sha256
    page = aram.get(page_of(quote)).content
    assert words(page, "state") == ["Accepted by Aram on 5 March 2026"]
    assert words(page, "#total")[0].endswith("Total 1,260 USD")
    assert b'id="accept"' not in page
    assert told() == ["quote.accepted"]


def test_ticked_but_not_seen_is_shown_before_it_counts(aram: Client, quote: QuoteVersion) -> None:
    answer = aram.post(page_of(quote, "accept/"), yes(quote, chosen=[option(quote)], total="1200"))
    assert answer.status_code == 409
    assert words(answer.content, "notice")[0].startswith("The total follows what you have ticked.")
    assert b'name="total" value="1260"' in answer.content
    assert not QuoteAcceptance.objects.exists()


def test_a_yes_has_a_name(aram: Client, quote: QuoteVersion) -> None:
    answer = aram.post(page_of(quote, "accept/"), yes(quote, name=" "))
    assert answer.status_code == 422
    assert words(answer.content, "notice") == ["Write your name, so that we know who accepts."]


def test_twice_and_from_two_devices_it_is_one_yes(aram: Client, quote: QuoteVersion) -> None:
    sent = yes(quote)
    for client in (aram, aram, Client()):
        assert client.post(page_of(quote, "accept/"), sent).status_code == 302
    assert QuoteAcceptance.objects.count() == 1
    assert told() == ["quote.accepted"]

    late = Client().post(page_of(quote, "decline/"), form(quote, reason="price"))
    assert late.status_code == 409
    assert words(late.content, "notice") == ["This offer was accepted already."]
    assert words(late.content, "state") == ["Accepted by Aram on 5 March 2026"]


def test_a_no_has_a_reason(aram: Client, quote: QuoteVersion) -> None:
    assert aram.post(page_of(quote, "decline/"), form(quote)).status_code == 422
    aram.post(page_of(quote, "decline/"), form(quote, reason="price", words="Too much"))
    quote.refresh_from_db()
    assert (quote.state, quote.decline_reason, quote.decline_words) == ("declined", "price", "Too much")
    page = aram.get(page_of(quote)).content
    assert words(page, "state") == ["Declined on 5 March 2026"]
    assert told() == ["quote.declined"]
    yes_after = aram.post(page_of(quote, "accept/"), yes(quote))
    assert yes_after.status_code == 409


def test_a_question_lands_in_the_chat_once(aram: Client, quote: QuoteVersion, chat: Conversation) -> None:
    asked = form(quote, question="Which colour?")
    for _ in range(2):
        answer = aram.post(page_of(quote, "ask/"), asked)
        assert answer.headers["Location"] == f"{page_of(quote)}?asked=1"
    message = Message.objects.get()
    assert (message.direction, message.text) == ("in", "About the offer 2026-0001: Which colour?")
    assert message.conversation == chat
    chat.refresh_from_db()
    assert (chat.unread, chat.status) == (1, "waiting_us")
    assert told() == ["quote.asked"]
    assert words(aram.get(answer.headers["Location"]).content, "done") == [
        "Your question has arrived. We will answer soon."
    ]
    assert aram.post(page_of(quote, "ask/"), form(quote, question=" ")).status_code == 422


def test_without_a_chat_the_question_reaches_the_seller(
    aram: Client, quote: QuoteVersion, chat: Conversation
) -> None:
    Conversation.objects.update(status="spam")
    aram.post(page_of(quote, "ask/"), form(quote, question="Which colour?"))
    notification = Notification.objects.get()
    assert notification.params["question"] == "Which colour?"
    assert notification.url == f"/leads/{quote.quote.lead.public_id}/"  # type: ignore[union-attr]
    assert not Message.objects.exists()


def test_after_the_last_day_a_new_one_is_one_tap_away(
    aram: Client, quote: QuoteVersion, chat: Conversation
) -> None:
    last_minute = NOW + timedelta(days=14, hours=10, minutes=59)
    with time_machine.travel(last_minute, tick=False):
        assert words(aram.get(page_of(quote)).content, "left") == ["today is the last day"]
    with time_machine.travel(last_minute + timedelta(minutes=1), tick=False):
        page = aram.get(page_of(quote)).content
        assert words(page, "state") == ["This offer was valid until 19 March 2026"]
        assert b'id="accept"' not in page
        refused = aram.post(page_of(quote, "accept/"), yes(quote))
        assert refused.status_code == 409
        assert words(refused.content, "notice")[0].startswith("This offer has expired.")
        for _ in range(2):
            assert aram.post(page_of(quote, "again/"), form(quote)).status_code == 302
    assert Message.objects.get().text == "Please make me a new offer in place of 2026-0001."
    assert told() == ["quote.asked_again"]


def test_an_old_link_leads_to_the_newest_version(aram: Client, quote: QuoteVersion, anna: User) -> None:
    draft = next_version(quote_id=quote.quote_id, actor=Actor.of(anna), now=NOW)
    send_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW)
    newest = f"{page_of(draft)}?newer=1"
    assert aram.get(page_of(quote)).headers["Location"] == newest
    assert aram.post(page_of(quote, "accept/"), yes(quote)).headers["Location"] == newest
    assert not QuoteAcceptance.objects.exists()
    assert words(aram.get(newest).content, "done") == ["This is the newest version of the offer."]


def test_what_was_taken_back_shows_no_prices(aram: Client, quote: QuoteVersion, anna: User) -> None:
    withdraw(version_id=quote.pk, actor=Actor.of(anna), now=NOW)
    page = aram.get(page_of(quote)).content
    assert words(page, "state") == ["This offer was taken back"]
    assert words(page, "net") == []
    assert aram.get(page_of(quote, "quote.pdf")).headers["Location"] == page_of(quote)


def test_a_forged_or_old_form_asks_again(aram: Client, quote: QuoteVersion) -> None:
    for key in ("", "forged", form_key("another page")):
        assert aram.post(page_of(quote, "accept/"), {**yes(quote), "key": key}).status_code == 409
    assert not QuoteAcceptance.objects.exists()


def test_one_address_sends_so_much_and_no_more(
    aram: Client, quote: QuoteVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_pages, "SENT_IN_TEN_MINUTES", 1)
    statuses = [
        aram.post(page_of(quote, "ask/"), form(quote, question="And now?")).status_code for _ in range(2)
    ]
    assert statuses == [302, 429]


@pytest.mark.parametrize(
    ("language", "accept", "left"),
    [
        ("ru", "Принять", "осталось 15 дней"),
        ("hy", "Ընդունել", "մնացել է 15 օր"),
        ("az", "Qəbul edirəm", "15 gün qalıb"),
    ],
)
def test_the_page_speaks_the_language_of_the_quote(
    aram: Client, lead: Lead, anna: User, language: str, accept: str, left: str
) -> None:
    draft = make_draft(lead, anna, now=NOW, language=language)
    send_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW)
    page = aram.get(page_of(draft), headers={"Accept-Language": "en"}).content
    assert f'<html lang="{language}">' in page.decode()
    assert words(page, "left") == [left]
    assert accept in page.decode()


def test_the_page_costs_the_same_with_many_lines(
    aram: Client, lead: Lead, anna: User, quote: QuoteVersion, statements: Counting
) -> None:
    long = make_draft(lead, anna, *[line(f"Part {number}", 10) for number in range(60)], now=NOW)
    send_quote(version_id=long.pk, actor=Actor.of(anna), now=NOW)
    counts = []
    for version in (quote, long):
        with statements() as seen:
            assert aram.get(page_of(version)).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12
