from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from automation.flows.operations import install_shipped
from conversations.accounts.models import ChannelAccount
from conversations.accounts.queries import account_by_token
from conversations.deliveries.models import DeliveryStatus, RawDelivery
from conversations.outbox.models import OutboxItem, OutboxStatus
from conversations.threads.models import AuthorKind, Direction, Message, MessageStatus
from core.events.models import Event
from tests.desk.conftest import Counting
from tests.desk.reading import words
from tests.desk.settings.htmx import htmx, toast_of
from tests.factories.conversations import make_conversation, make_web_chat
from tests.factories.core import CompanyFactory, TeamFactory

URL = "/settings/channels/"
NOW = datetime(2026, 5, 5, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_one_moment() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def park(account: ChannelAccount, error: str = "The body is not JSON.") -> RawDelivery:
    return RawDelivery.objects.create(
        account=account, body=b"{", status=DeliveryStatus.PARKED, error=error, attempts=8
    )


def fail(account: ChannelAccount, *, name: str = "Aram", at: datetime = NOW) -> OutboxItem:
    conversation = make_conversation(account, name=name)
    message = Message.objects.create(
        conversation=conversation,
        account=account,
        sequence=1,
        direction=Direction.OUT,
        author_kind=AuthorKind.FLOW,
        text="Good morning!",
        status=MessageStatus.FAILED,
        error="The visitor is gone.",
        sent_at=NOW,
    )
    return OutboxItem.objects.create(
        message=message,
        account=account,
        conversation_id=conversation.pk,
        status=OutboxStatus.FAILED,
        error="The visitor is gone.",
        finished_at=at,
    )


def test_each_account_says_how_it_fares(desk: Client) -> None:
    well = make_web_chat(name="A shop")
    ChannelAccount.objects.filter(pk=well.pk).update(last_event_at=NOW - timedelta(minutes=3))
    ill = make_web_chat(name="B site", team=TeamFactory(name="Sales"))
    ChannelAccount.objects.filter(pk=ill.pk).update(last_error="No answer", malformed_count=2)
    park(ill)
    fail(ill)
    fail(ill, name="Long ago", at=NOW - timedelta(days=20))
    RawDelivery.objects.create(account=ill, body=b"{}", received_at=NOW - timedelta(minutes=9))
    make_web_chat(name="C new")
    off = make_web_chat(name="D old")
    ChannelAccount.objects.filter(pk=off.pk).update(active=False)

    assert words(desk.get(URL).content, "list-group-item") == [
        "A shop Web chat · Sales last event 3 min works",
        (
            "B site Web chat · Sales · Sales oldest waits since 9 min 1 delivery given up "
            "1 message not delivered 2 unreadable requests No answer needs attention"
        ),
        "C new Web chat · Sales nothing came in yet",
        "D old Web chat · Sales switched off",
    ]


def test_the_list_costs_the_same_with_many_accounts(desk: Client, statements: Counting) -> None:
    fail(make_web_chat())
    desk.get(URL)
    with statements() as few:
        desk.get(URL)
    for number in range(8):
        account = make_web_chat(name=f"Site {number}", team=TeamFactory())
        park(account)
        fail(account)
    with statements() as many:
        desk.get(URL)

    assert len(many) == len(few) <= 6


def test_a_web_chat_is_made_and_shown_with_its_line_of_code(desk: Client) -> None:
    CompanyFactory()
    install_shipped("first_answer")
    team = TeamFactory()
    given = {
        "name": "Shop",
        "title": "Ask us",
        "purpose": "support",
        "team": team.pk,
        "flow_key": "first_answer",
        "origins": "https://Shop.example/page\nwww.shop.example\n\nhttp://localhost:3000",
        "active": "on",
    }
    answer = desk.post(f"{URL}new/webchat/", given, headers=htmx("channel-form"))

    account = ChannelAccount.objects.get()
    assert answer.headers["HX-Redirect"] == f"{URL}{account.public_id}/"
    assert (account.kind, account.purpose, account.team, account.flow_key) == (
        "webchat",
        "support",
        team,
        "first_answer",
    )
    assert account.settings == {
        "origins": ["https://shop.example", "https://www.shop.example", "http://localhost:3000"],
        "title": "Ask us",
    }
    page = desk.get(f"{URL}{account.public_id}/").content
    assert words(page, "#snippet") == [
        f'<script src="http://localhost:8000/static/webchat/widget.js" data-account="{account.token}" async></script>'
    ]
    assert f'href="http://localhost:8000/chat/{account.token}/"' in page.decode()
    assert Client().get(f"/chat/{account.token}/").status_code == 200


def test_saving_keeps_what_the_form_does_not_show(desk: Client) -> None:
    account = make_web_chat(settings={"demo": True})
    secret = account.credentials["session_secret"]
    given = {"name": "Renamed", "purpose": "sales", "origins": "", "title": ""}

    answer = desk.post(f"{URL}{account.public_id}/save/", given, headers=htmx("channel-form"))

    assert toast_of(answer) == "Saved."
    account.refresh_from_db()
    assert account.settings == {"messages_per_minute": 0, "demo": True, "origins": [], "title": ""}
    assert (account.name, account.active, account.credentials["session_secret"]) == ("Renamed", False, secret)
    assert account_by_token("webchat", account.token) is None


@pytest.mark.parametrize(
    "line", ["javascript:alert(1)", "https://", "a b", "https://exa_mple", "ftp://example.com", "*"]
)
def test_a_site_that_is_none(desk: Client, line: str) -> None:
    account = make_web_chat()
    given = {"name": "Site", "purpose": "sales", "origins": f"https://fine.example\n{line}"}

    answer = desk.post(f"{URL}{account.public_id}/save/", given, headers=htmx("channel-form"))

    assert answer.status_code == 422
    assert words(answer.content, "#id_origins_error") == [
        f"“{line}” is no address of a site. Write it as https://www.example.com."
    ]
    account.refresh_from_db()
    assert "origins" not in account.settings


def test_parked_deliveries_are_replayed_one_or_all(desk: Client) -> None:
    account, other = make_web_chat(), make_web_chat(name="Other")
    first, second, third = park(account), park(account, "Again"), park(account)
    elsewhere = park(other)
    url = f"{URL}{account.public_id}/replay/"

    one = desk.post(url, {"delivery": str(second.public_id)}, headers=htmx("channel-health"))
    assert toast_of(one) == "1 delivery is tried again."
    second.refresh_from_db()
    assert (second.status, second.attempts, second.error) == (DeliveryStatus.PENDING, 0, "")
    assert len(words(one.content, "fault")) == 2

    rest = desk.post(url, headers=htmx("channel-health"))
    assert toast_of(rest) == "2 deliveries are tried again."
    statuses = {each.pk: each.status for each in RawDelivery.objects.all()}
    assert statuses == {
        first.pk: "pending",
        second.pk: "pending",
        third.pk: "pending",
        elsewhere.pk: "parked",
    }


def test_a_message_that_failed_is_sent_once_more(desk: Client, admin: Any) -> None:
    account = make_web_chat()
    item = fail(account)
    page = desk.get(f"{URL}{account.public_id}/").content
    assert words(page, "fault") == ["Aram: Good morning! The visitor is gone. now Send again"]

    url = f"{URL}{account.public_id}/retry/"
    answer = desk.post(url, {"message": item.pk}, headers=htmx("channel-health"))

    assert toast_of(answer) == "The message is sent once more."
    item.refresh_from_db()
    assert (item.status, item.attempts, item.message.status) == ("pending", 0, MessageStatus.QUEUED)
    assert Event.objects.get(name="message.queued").actor == admin
    again = desk.post(url, {"message": item.pk}, headers=htmx("channel-health"))
    assert toast_of(again) == "This message has not failed any more."


def test_an_error_is_seen_to(desk: Client) -> None:
    account = make_web_chat()
    ChannelAccount.objects.filter(pk=account.pk).update(last_error="No answer", last_error_at=NOW)
    assert "No answer" in desk.get(f"{URL}{account.public_id}/").content.decode()

    answer = desk.post(f"{URL}{account.public_id}/seen/", headers=htmx("channel-health"))

    assert "No answer" not in answer.content.decode()
    account.refresh_from_db()
    assert account.last_error == ""


def test_who_can_reach_us(desk: Client, settings: Any) -> None:
    cases = {
        "http://localhost:8000": "opens on this machine only",
        "http://127.0.0.1:8000": "opens on this machine only",
        "http://192.168.1.5": "opens in your own network only",
        "http://crm.example.com": "is not encrypted (http)",
    }
    for address, sentence in cases.items():
        settings.BASE_URL = address
        assert sentence in words(desk.get(URL).content, "alert-info")[0]
    settings.BASE_URL = "https://crm.example.com"
    assert words(desk.get(URL).content, "alert-info") == []


def test_an_empty_list_teaches(desk: Client) -> None:
    assert words(desk.get(URL).content, "empty-hint")[0].startswith("Nobody can write to you yet")
