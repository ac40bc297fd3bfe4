import json

import pytest
import time_machine
from django.test import Client

from conversations.accounts.models import ChannelAccount
from conversations.accounts.operations import update_account
from conversations.channels.webchat import signature
from conversations.deliveries.models import RawDelivery
from conversations.deliveries.views import MAX_BODY
from tests.factories.conversations import Visitor, make_web_chat

pytestmark = pytest.mark.django_db
MESSAGE = {"version": 1, "type": "message", "client_id": "12345678", "text": "Hello"}


def test_a_forged_address_is_not_found_and_stores_nothing(client: Client, account: ChannelAccount) -> None:
    wrong = (
        "webchat/forged/",
        f"telegram/{account.token}/",
        "nothing/x/",
        "nothing",
        f"webchat/{account.token}",
    )
    for address in (f"/hooks/{each}" for each in wrong):
        answer = client.post(address, MESSAGE, content_type="application/json")
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert RawDelivery.objects.count() == 0


def test_a_channel_that_is_switched_off_is_not_found(visitor: Visitor) -> None:
    visitor.open()
    update_account(account_id=visitor.account.pk, active=False)
    assert visitor.post(json.dumps(MESSAGE)).status_code == 404


def test_a_session_of_another_account_is_refused_and_counted(visitor: Visitor) -> None:
    other = Visitor(make_web_chat(name="Other"))
    other.open()
    visitor.session = other.session
    answer = visitor.post(json.dumps(MESSAGE))
    assert (answer.status_code, answer.json()["error"]) == (403, "session")
    visitor.account.refresh_from_db()
    assert visitor.account.refused_count == 1
    assert RawDelivery.objects.count() == 0


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"\xff\xfe", b"[" * 100_000, b""])
def test_malformed_json_is_refused_and_counted(visitor: Visitor, body: bytes) -> None:
    visitor.open()
    answer = visitor.post(body)
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed")
    visitor.account.refresh_from_db()
    assert visitor.account.malformed_count == 1
    assert visitor.account.last_error.startswith("The body is not")
    assert RawDelivery.objects.count() == 0


def test_a_body_over_the_limit_is_refused_before_it_is_read(visitor: Visitor) -> None:
    visitor.open()
    assert visitor.post(b" " * (MAX_BODY + 1)).status_code == 413
    assert RawDelivery.objects.count() == 0


def test_what_is_stored_holds_no_secret(visitor: Visitor) -> None:
    visitor.say("Hello")
    delivery = RawDelivery.objects.get()
    claims = visitor.session.partition(".")[0]
    assert delivery.headers == {"X-Parley-Session": claims}
    assert delivery.lane == f"{visitor.account.pk}:{signature.claims_of(claims).visitor}"
    assert json.loads(bytes(delivery.body))["text"] == "Hello"


def test_a_visitor_who_floods_is_slowed_down(visitor: Visitor) -> None:
    update_account(account_id=visitor.account.pk, settings={"messages_per_minute": 3})
    visitor.open()
    codes = [visitor.post(json.dumps(MESSAGE)).status_code for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]


def test_the_provider_gets_its_own_answers(client: Client, api_account: ChannelAccount) -> None:
    address = f"/hooks/api/{api_account.token}/"
    assert client.get(address, {"secret": "s", "challenge": "42"}).content == b"42"
    assert client.get(address, {"secret": "x", "challenge": "42"}).status_code == 403
    answer = client.post(address, "[]", content_type="application/json", headers={"X-Secret": "s"})
    assert (answer.status_code, answer.content) == (200, b"success")
    assert client.put(address).status_code == 405
    api_account.refresh_from_db()
    assert api_account.refused_count == 1


@pytest.mark.django_db(transaction=True)
def test_accepting_costs_one_statement(
    visitor: Visitor, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    visitor.say("Hello")
    with django_assert_num_queries(1):
        visitor.say("Hello again")


def test_a_flood_of_forged_requests_is_refused_without_a_statement_for_each(visitor: Visitor) -> None:
    visitor.session = "forged"
    with time_machine.travel("2026-03-02T12:00Z", tick=False):
        codes = {visitor.post(json.dumps(MESSAGE)).status_code for _ in range(100)}
    visitor.account.refresh_from_db()
    assert (codes, visitor.account.refused_count) == ({403}, 60)
