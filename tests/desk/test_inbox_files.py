"""Files that colleagues send from the inbox."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from conversations.threads.models import Attachment, Conversation, Message, MessageStatus
from core.access.models import User
from tests.factories.conversations import make_conversation, make_web_chat

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture
def conversation(db: None) -> Conversation:
    return make_conversation(make_web_chat(), name="Olga")


def write(client: Client, conversation: Conversation, *files: SimpleUploadedFile, text: str = "") -> object:
    url = reverse("desk:conversation_write", args=[conversation.public_id])
    values = {"text": text, "mode": "reply", "attachments": list(files), "after": 0, "event": 0}
    return client.post(url, values, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="messages")


def test_a_colleague_sends_a_file_with_and_without_words(
    manager: User, sign_in: Callable[[User], Client], conversation: Conversation
) -> None:
    client = sign_in(manager)
    plan = SimpleUploadedFile("plan.png", PNG)

    response = write(client, conversation, plan, text="Here is the plan")
    assert response.status_code == 200  # type: ignore[attr-defined]
    alone = write(client, conversation, SimpleUploadedFile("price.pdf", b"%PDF-1.7"))

    assert alone.status_code == 200  # type: ignore[attr-defined]
    said = Message.objects.filter(conversation=conversation, direction="out").order_by("sequence")
    assert [(each.text, [file.name for file in each.attachments.all()]) for each in said] == [
        ("Here is the plan", ["plan.png"]),
        ("", ["price.pdf"]),
    ]
    assert {each.status for each in said} <= {MessageStatus.QUEUED, MessageStatus.SCHEDULED}


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (
            SimpleUploadedFile("run.exe", b"MZ"),
            "run.exe cannot be sent: pictures, PDF, documents, sound and video can.",
        ),
        (SimpleUploadedFile("empty.png", b""), "empty.png is empty."),
    ],
)
def test_a_file_that_cannot_go_is_refused_in_words_and_nothing_is_sent(
    manager: User,
    sign_in: Callable[[User], Client],
    conversation: Conversation,
    file: SimpleUploadedFile,
    words: str,
) -> None:
    good = SimpleUploadedFile("plan.png", PNG)

    response = write(sign_in(manager), conversation, good, file, text="Both")

    assert response.status_code == 422  # type: ignore[attr-defined]
    assert json.loads(response.headers["HX-Trigger"])["toast"]["text"] == words  # type: ignore[attr-defined]
    assert not Message.objects.filter(conversation=conversation, direction="out").exists()
    assert not Attachment.objects.exists()


def test_six_files_are_too_many(
    manager: User, sign_in: Callable[[User], Client], conversation: Conversation
) -> None:
    files = [SimpleUploadedFile(f"{number}.png", PNG) for number in range(6)]

    response = write(sign_in(manager), conversation, *files)

    assert response.status_code == 422  # type: ignore[attr-defined]
    assert json.loads(response.headers["HX-Trigger"])["toast"]["text"] == "At most 5 files at once."  # type: ignore[attr-defined]
    assert not Attachment.objects.exists()
