"""Setting up the company's own app as a channel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from conversations.accounts.models import ChannelAccount
from core.access.models import User
from tests.desk.reading import words
from tests.desk.settings.htmx import htmx
from tests.factories.conversations import make_user, make_web_chat
from tests.providers.app import App

URL = "/settings/channels/"
GIVEN = {"name": "Our app", "purpose": "sales", "team": "", "flow_key": "", "active": "on"}


@pytest.fixture
def app(settings: Any) -> Iterator[App]:
    settings.OUTGOING_LOOPBACK = True
    with App() as app:
        yield app


@pytest.fixture
def account(desk: Client, app: App) -> ChannelAccount:
    response = desk.post(f"{URL}new/api/", {**GIVEN, "url": app.url}, headers=htmx("channel-form"))
    account = ChannelAccount.objects.get(kind="api")
    assert (response.status_code, response["HX-Redirect"]) == (204, f"{URL}{account.public_id}/")
    return account


def test_an_app_gets_its_address_and_its_secret_once(desk: Client, account: ChannelAccount, app: App) -> None:
    page = desk.get(f"{URL}{account.public_id}/").content
    assert words(page, "#app-hook") == [f"http://localhost:8000/hooks/api/{account.token}/"]
    assert words(page, "#app-secret") == ["There is no secret yet, so nothing gets through. Make a secret"]
    made = desk.post(f"{URL}{account.public_id}/secret/").content
    account.refresh_from_db()
    secret = account.credentials["secret"]
    assert words(made, "#app-secret-text") == [secret]
    page = desk.get(f"{URL}{account.public_id}/").content
    assert secret.encode() not in page
    again = words(desk.post(f"{URL}{account.public_id}/secret/").content, "#app-secret-text")
    account.refresh_from_db()
    assert again == [account.credentials["secret"]] != [secret]
    assert account.credentials["previous"] == secret
    assert (
        "The secret before is good until"
        in words(desk.get(f"{URL}{account.public_id}/").content, "#app-secret")[0]
    )


def test_a_test_tells_how_the_app_answers(desk: Client, account: ChannelAccount, app: App) -> None:
    test = f"{URL}{account.public_id}/test/"
    assert b"This channel has no secret yet" in desk.post(test).content
    desk.post(f"{URL}{account.public_id}/secret/")
    account.refresh_from_db()
    app.secret = account.credentials["secret"]
    assert b"The app answered 200 in" in desk.post(test).content
    app.outcomes.append(404)
    assert words(desk.post(test).content, "text-bad") == ["The app refused the message. (HTTP 404)"]


@pytest.mark.parametrize(
    ("url", "refusal"),
    [
        ("https://10.0.0.7/", "This address leads into a private network, which is never called."),
        ("https://169.254.169.254/", "This address leads into a private network, which is never called."),
        ("http://example.com/", "The address must begin with https://."),
        (
            "https://me:pw@example.com/",
            "Leave name and password out of the address: every message is signed.",
        ),
        ("example", "This is no address. Write it as https://app.example.com/parley."),
    ],
)
def test_an_address_that_may_not_be_called_is_refused(desk: Client, url: str, refusal: str) -> None:
    response = desk.post(f"{URL}new/api/", {**GIVEN, "url": url}, headers=htmx("channel-form"))
    assert (response.status_code, words(response.content, "#id_url_error")) == (422, [refusal])
    assert not ChannelAccount.objects.exists()


def test_saving_keeps_the_secret(desk: Client, account: ChannelAccount) -> None:
    desk.post(f"{URL}{account.public_id}/secret/")
    account.refresh_from_db()
    secret = account.credentials["secret"]
    changed = {**GIVEN, "url": "https://app.example.com/parley", "name": "App"}
    response = desk.post(f"{URL}{account.public_id}/save/", changed, headers=htmx("channel-form"))
    account.refresh_from_db()
    assert response.status_code == 200
    assert (account.name, account.credentials["secret"], account.credentials["url"]) == (
        "App",
        secret,
        "https://app.example.com/parley",
    )


def test_only_admins_make_secrets_and_only_for_apps(desk: Client, account: ChannelAccount) -> None:
    manager = Client()
    manager.force_login(make_user("Boss", role="manager"))
    for what in ("secret", "test"):
        assert manager.post(f"{URL}{account.public_id}/{what}/").status_code == 403
        assert desk.get(f"{URL}{account.public_id}/{what}/").status_code == 405
    chat = make_web_chat()
    before = ChannelAccount.objects.get(pk=chat.pk).credentials
    assert desk.post(f"{URL}{chat.public_id}/secret/").status_code == 404
    assert ChannelAccount.objects.get(pk=chat.pk).credentials == before


def test_a_manager_sees_the_address_and_no_buttons(account: ChannelAccount, admin: User) -> None:
    manager = Client()
    manager.force_login(make_user("Boss", role="manager"))
    page = manager.get(f"{URL}{account.public_id}/").content
    assert words(page, "#app-secret") == ["There is no secret yet, so nothing gets through."]
    assert b"Send a test" not in page
