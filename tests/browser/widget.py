"""A visitor in a real browser, and the pieces of a running product behind the page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.db import connections

from conversations.accounts.models import ChannelAccount
from conversations.outbox.operations import send_message
from conversations.sending.drafts import QuickReply
from conversations.threads import models as threads
from conversations.threads.models import AuthorKind, Conversation, Message
from conversations.threads.saving import change, save
from conversations.understanding.types import Understanding
from core.access.models import User
from tests.support import work_off

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

    def opted_out(
        self,
        *,
        conversation: Conversation,
        message: Message,
        understanding: Understanding,
        confirm: bool,
        now: datetime,
    ) -> bool:
        return False

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


def texts_in_database(account: ChannelAccount, direction: str) -> list[str]:
    """What is stored, in order."""
    rows = Message.objects.filter(account=account, direction=direction).order_by(
        "conversation_id", "sequence"
    )
    return list(rows.values_list("text", flat=True))
