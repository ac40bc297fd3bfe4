import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django_htmx.middleware import HtmxDetails

from core.access.models import Role, User
from core.http import Request, render_page, require, required_role, signed_in, toast

TEMPLATE = "core/notifications.html"


def person(role: Role = Role.AGENT) -> User:
    return User(pk=7, email="ani@example.com", role=role, language="ru", timezone="Asia/Baku")


def request_of(user: User | AnonymousUser, path: str = "/board/?q=1", **headers: str) -> HttpRequest:
    request = RequestFactory(headers=headers).get(path)
    request.user = user
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
    return request


@signed_in
def page(request: Request, number: int = 0) -> HttpResponse:
    return HttpResponse(f"{translation.get_language()} {timezone.get_current_timezone_name()} {number}")


@require(role=Role.MANAGER)
def numbers(request: Request) -> HttpResponse:
    return HttpResponse("numbers")


def test_a_page_is_made_in_the_persons_language_and_zone() -> None:
    response = page(request_of(person()), number=3)

    assert response.content == b"ru Asia/Baku 3"  # type: ignore[attr-defined]
    assert response["Content-Language"] == "ru"
    assert translation.get_language() == "en"


def test_strangers_are_sent_to_sign_in_and_back() -> None:
    response = page(request_of(AnonymousUser()))

    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/board/%3Fq%3D1"


def test_a_fragment_sends_the_whole_page_to_sign_in() -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "https://elsewhere.example/inbox/?tab=mine"}
    response = page(request_of(AnonymousUser(), **headers))

    assert response.status_code == 204
    assert response["HX-Redirect"] == "/accounts/login/?next=%2Finbox%2F%3Ftab%3Dmine"


@pytest.mark.parametrize(("role", "allowed"), [(Role.AGENT, False), (Role.MANAGER, True), (Role.ADMIN, True)])
def test_a_role_includes_the_ones_below(role: Role, allowed: bool) -> None:
    if allowed:
        assert numbers(request_of(person(role))).status_code == 200
    else:
        with pytest.raises(PermissionDenied):
            numbers(request_of(person(role)))


def test_guards_say_what_they_ask_for() -> None:
    assert required_role(page) == Role.AGENT
    assert required_role(numbers) == Role.MANAGER
    assert required_role(render_page) is None


@pytest.mark.parametrize(
    ("headers", "is_whole"),
    [
        ({}, True),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Target": "count"}, False),
        ({"HX-Request": "true", "HX-Target": "something-else"}, True),
        ({"HX-Request": "true", "HX-Target": "count", "HX-Boosted": "true"}, True),
        ({"HX-Request": "true", "HX-Target": "count", "HX-History-Restore-Request": "true"}, True),
        ({"HX-Target": "count"}, True),
    ],
)
def test_a_page_or_its_fragment(headers: dict[str, str], is_whole: bool) -> None:
    request = request_of(person(), **headers)
    response = render_page(request, TEMPLATE, {"unread": 5, "lines": []}, partial=("list", "count"))  # type: ignore[arg-type]

    text = response.content.decode()
    assert "5 unread notifications" in text
    assert ("notifications-list" in text) == is_whole
    assert {"HX-Request", "HX-Target"} <= set(response["Vary"].split(", "))


def test_a_toast_is_an_event_for_the_page() -> None:
    response = toast(toast(HttpResponse(), _("Saved")), "Գրված է «ահա»", undo_url="/undo/1/")

    assert json.loads(response["HX-Trigger"]) == {"toast": {"text": "Գրված է «ահա»", "undo": "/undo/1/"}}
    assert response["HX-Trigger"].isascii()


@pytest.mark.django_db
def test_the_ticket_is_for_signed_in_people_only(client: Client) -> None:
    assert client.get("/live/ticket/").status_code == 302

    user = User.objects.create_user("ani@example.com", name="Ani")
    client.force_login(user)
    answer = client.get("/live/ticket/").json()
    assert sorted(answer) == ["sequence", "ticket", "url"]
    assert answer["sequence"] == 0
