"""A visitor in a real browser, and the pieces of a running product behind the page."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.db import connections
from playwright.sync_api import Frame, Locator, Page, expect

from conversations.accounts.models import ChannelAccount
from conversations.outbox.operations import send_message
from conversations.sending.drafts import QuickReply
from conversations.threads import models as threads
from conversations.threads.models import AuthorKind, Conversation, Message
from conversations.threads.saving import change, save
from conversations.understanding.types import Understanding
from core.access.models import User
from tests.support import work_off

ANSWER_SECONDS = 15
REPLIES = (QuickReply("Yes, please", "answer:ok:yes"), QuickReply("Not now", "answer:ok:no"))


class Echo:
    """Answers each message with its own words and two quick replies, and is quiet once a person speaks."""

    def customer_wrote(
        self, *, conversation: Conversation, message: Message, understanding: Understanding, now: datetime
    ) -> None:
        if conversation.handler != threads.Handler.PERSON:
            self._answer(conversation, f"Heard: {message.text or 'a file'}", now)

    def _answer(self, conversation: Conversation, text: str, now: datetime) -> None:
        kind = AuthorKind.FLOW
        send_message(conversation=conversation, text=text, author_kind=kind, quick_replies=REPLIES, now=now)

    def taken_over(self, *, conversation: Conversation, user: User | None) -> None:
        return None

    def handed_back(self, *, conversation: Conversation, user: User, now: datetime) -> None:
        change(conversation, handler=threads.Handler.FLOW)
        save(conversation)


@contextmanager
def working(pause: float = 0.05) -> Iterator[None]:
    """The tasks of all nudges in a thread of this process, as a worker would run them."""
    ending = threading.Event()
    faults: list[BaseException] = []

    def work() -> None:
        try:
            while not ending.wait(pause):
                work_off()
        except BaseException as fault:
            faults.append(fault)
            raise
        finally:
            connections.close_all()

    thread = threading.Thread(target=work, name="worker of the test")
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
    assert faults == []


@contextmanager
def foreign_site(page: str, policy: str) -> Iterator[str]:
    """The address of a site that is not ours: one page, with a Content-Security-Policy."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.partition("?")[0] == "/"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(page.encode() if found else b"nothing here")

        def log_message(self, *args: Any) -> None:
            return None

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@dataclass
class Widget:
    """The chat on a page, as the visitor sees it."""

    page: Page

    @property
    def launcher(self) -> Locator:
        return self.page.locator("[data-parley-chat] .launcher")

    @property
    def panel(self) -> Locator:
        return self.page.locator("[data-parley-chat] .panel")

    @property
    def chat(self) -> Any:
        return self.page.frame_locator("[data-parley-chat] iframe")

    @property
    def frame(self) -> Frame:
        """The document in the iframe, for what locators cannot ask."""
        found = self.page.locator("[data-parley-chat] iframe").element_handle().content_frame()
        assert found is not None
        return found

    @property
    def field(self) -> Locator:
        found: Locator = self.chat.locator("#field")
        return found

    @property
    def own(self) -> Locator:
        found: Locator = self.chat.locator(".entry.own .bubble")
        return found

    @property
    def theirs(self) -> Locator:
        found: Locator = self.chat.locator(".entry.theirs .bubble")
        return found

    @property
    def choices(self) -> Locator:
        found: Locator = self.chat.locator(".choice")
        return found

    def open(self) -> Widget:
        self.launcher.click()
        expect(self.panel).not_to_have_class("shut")
        expect(self.field).to_be_visible()
        return self

    def say(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def expect_said(self, own: Sequence[str], theirs: Sequence[str]) -> None:
        expect(self.own).to_have_text(list(own), timeout=1000 * ANSWER_SECONDS)
        expect(self.theirs).to_have_text(list(theirs), timeout=1000 * ANSWER_SECONDS)


def texts_in_database(account: ChannelAccount, direction: str) -> list[str]:
    """What is stored, in order."""
    rows = Message.objects.filter(account=account, direction=direction).order_by(
        "conversation_id", "sequence"
    )
    return list(rows.values_list("text", flat=True))
