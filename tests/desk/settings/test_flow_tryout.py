"""The try-out beside a flow: what was done lies in the page, and the page shows what came of it."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client

from automation.flows.models import Flow, FlowRun
from automation.flows.operations import install_shipped
from conversations.threads.models import Conversation
from core.access.models import User
from core.due.models import DueRow
from crm.defaults import install_defaults
from tests.desk.reading import words
from tests.factories.core import CompanyFactory

HTMX = {"HX-Request": "true", "HX-Target": "tryout-body"}


@pytest.fixture
def flow(admin: User) -> Flow:
    CompanyFactory(timezone="Asia/Yerevan")
    install_defaults()
    return install_shipped("first_answer")


class Page:
    """The try-out as somebody has it open."""

    def __init__(self, client: Client, flow: Flow) -> None:
        self.client, self.address = client, f"/settings/flows/{flow.key}/try/"
        self.answer: HttpResponse = client.get(self.address, headers={"HX-Request": "true"})
        self.settings: dict[str, str] = {"starts": "2026-03-02T12:00"}

    def do(self, do: str, *, expect: int = 200, **values: str) -> None:
        given = {"script": self.script, **self.settings, "do": do, **values}
        answer = self.client.post(self.address, given, headers=HTMX)
        assert answer.status_code == expect, answer.content
        self.answer = answer

    def tap(self, label: str) -> None:
        self.do(**next(each for each in self.buttons if each["text"] == label))

    @property
    def html(self) -> str:
        return self.answer.content.decode()

    @property
    def script(self) -> str:
        found = re.search(r'name="script" value="([^"]*)"', self.html)
        assert found is not None
        return unescape(found[1])

    @property
    def buttons(self) -> list[dict[str, str]]:
        return [
            json.loads(unescape(each)) for each in re.findall(r'id="tap-\d+" hx-vals="([^"]*)"', self.html)
        ]

    @property
    def chat(self) -> list[str]:
        return words(self.answer.content, "tryout-bubble")


def test_a_chat_with_the_clock_in_hand(desk: Client, flow: Flow) -> None:
    page = Page(desk, flow)
    assert page.chat == []
    page.do("say", text="Hello")
    assert page.chat[0] == "Hello"
    assert len(page.chat) == 2
    assert "in 45 minutes" in page.html
    page.tap(page.buttons[0]["text"])
    assert len(page.chat) == 4
    assert "Waits for an answer: Interest" in page.html
    page.do("wait", minutes="45")
    assert len(page.chat) == 5
    assert "45 minutes later" in page.html
    page.do("undo")
    assert len(page.chat) == 4
    page.do("reset")
    assert page.chat == []
    assert not Conversation.objects.exists()
    assert not FlowRun.objects.exists()
    assert not DueRow.objects.exists()


def test_messages_say_which_step_said_them(desk: Client, flow: Flow) -> None:
    page = Page(desk, flow)
    page.do("say", text="Hello")
    assert 'data-mark-step="goal"' in page.html


def test_in_another_language_as_another_channel(desk: Client, flow: Flow) -> None:
    page = Page(desk, flow)
    page.settings |= {"language": "ru", "channel": "telegram"}
    page.do("say", text="👋")
    assert "Здравствуйте" in page.chat[1]
    page.tap(page.buttons[0]["text"])
    assert page.chat[2] == "Цена или заказ"
    page.settings["language"] = "en"
    page.do("again")
    assert "Hello" in page.chat[1]


def test_a_person_takes_over_and_hands_back(desk: Client, flow: Flow) -> None:
    page = Page(desk, flow)
    page.do("say", text="Hello")
    page.do("take_over")
    assert "A colleague speaks." in page.html
    page.do("hand_back")
    assert "Waits for an answer" in page.html


def test_what_cannot_be_done_is_told_and_the_chat_stays(desk: Client, flow: Flow) -> None:
    page = Page(desk, flow)
    page.do("say", text="Hello")
    for what in (
        {"do": "say", "text": "  "},
        {"do": "dance"},
        {"do": "wait", "minutes": "0"},
        {"do": "wait", "minutes": "-5"},
        {"do": "file", "text": "exe"},
        {"do": "tap", "payload": ""},
    ):
        page.do(**what, expect=422)
        assert words(page.answer.content, "tryout-fault")
        assert len(page.chat) == 2
    page.settings["starts"] = "yesterday"
    page.do("again", expect=422)
    page.settings["starts"] = "2026-03-02T12:00"
    answer = desk.post(page.address, {"script": "forged", "do": "again"}, headers=HTMX)
    assert answer.status_code == 422
    assert "Start it anew" in answer.content.decode()


def test_a_flow_without_versions_says_what_to_do(desk: Client, admin: User) -> None:
    CompanyFactory()
    empty = Flow.objects.create(key="empty", name="Empty")
    assert "neither a draft nor a published version" in Page(desk, empty).html


def test_alone_it_is_a_page(desk: Client, flow: Flow) -> None:
    answer = desk.get(f"/settings/flows/{flow.key}/try/")
    assert "<h1>Try it out</h1>" in answer.content.decode()
    assert desk.get("/settings/flows/nothing/try/").status_code == 404
