from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from conversations.accounts.models import ChannelAccount
from conversations.accounts.operations import update_account
from conversations.channels.webchat.operations import remove_unused_uploads
from conversations.threads.models import Attachment, Conversation, Message
from conversations.threads.operations import add_note
from core.access.models import User
from core.live import tickets, topics
from tests.factories.conversations import Visitor, at, make_web_chat
from tests.support import work_off

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 plan"


@pytest.fixture(autouse=True)
def _files_of_the_test(settings: pytest.FixtureRequest, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


@time_machine.travel(at("2026-11-23T12:00:00+00:00"), tick=False)
def test_what_a_new_visitor_is_told(visitor: Visitor) -> None:
    opened = visitor.open(language="hy")
    assert opened["resumed"] is False
    assert opened["company"] == {"name": "Ararat Interiors", "color": "#0f766e"}
    assert (opened["title"], opened["language"], opened["handler"]) == ("Ararat Interiors", "hy", "")
    assert opened["expires_at"] == "2026-12-23T12:00:00Z"
    assert [goal["key"] for goal in opened["goals"]] == ["sales", "support", "billing"]
    assert opened["contact"] == {"ask": True, "name": "", "has_phone": False, "has_email": False}
    assert opened["availability"]["open"] is True
    assert (opened["messages"], opened["cursor"]) == ([], "")
    assert opened["limits"]["upload_bytes"] == 10 * 1024 * 1024


def test_a_session_is_renewed_and_a_forged_one_starts_anew(visitor: Visitor) -> None:
    visitor.open()
    first = visitor.session
    with time_machine.travel(timezone.now() + timedelta(days=20), tick=False):
        assert visitor.open()["resumed"] is True
    with time_machine.travel(timezone.now() + timedelta(days=45), tick=False):
        assert visitor.open()["resumed"] is True
    visitor.session = f"{first}x"
    assert visitor.open()["resumed"] is False
    address = f"/chat/{visitor.account.token}/session/"
    assert visitor.client.post(address, "", content_type="application/json").status_code == 200
    answer = visitor.client.post(address, "[", content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed")


def test_own_goals_and_title_of_an_account(db: None) -> None:
    goals = [{"key": "rent", "label": {"en": "Rent", "ru": "Аренда", "hy": "Վարձել", "az": "İcarə"}}]
    opened = Visitor(make_web_chat(settings={"goals": goals, "title": "Rent a van"})).open()
    assert (opened["goals"], opened["title"]) == (goals, "Rent a van")


def test_a_contact_is_kept_early_and_not_asked_for_again(visitor: Visitor) -> None:
    visitor.send({"type": "contact", "contact": {"name": "Anna", "phone": "+374 99 123456"}})
    work_off()
    opened = visitor.open()
    assert opened["contact"] == {"ask": False, "name": "Anna", "has_phone": True, "has_email": False}
    assert Conversation.objects.get().contact.name == "Anna"


@pytest.mark.parametrize(
    ("method", "name"), [("get", "messages"), ("post", "upload"), ("post", "ticket"), ("post", "typing")]
)
def test_every_address_wants_a_session(client: Client, visitor: Visitor, method: str, name: str) -> None:
    address = f"/chat/{visitor.account.token}/{name}/"
    answer = getattr(client, method)(address)
    assert (answer.status_code, answer.json()["error"]) == (403, "session")
    other = Visitor(make_web_chat(name="Other"))
    other.open()
    assert getattr(client, method)(address, headers=other.headers).status_code == 403
    assert getattr(client, method)(f"/chat/forged/{name}/").status_code == 404


def test_a_file_travels_with_its_message_and_only_its_visitor_gets_it(
    visitor: Visitor, client: Client
) -> None:
    visitor.open()
    uploaded = visitor.upload("../План.pdf", PDF).json()
    assert {**uploaded, "id": ""} == {
        "id": "",
        "name": "План.pdf",
        "mime": "application/pdf",
        "size": len(PDF),
        "kind": "file",
    }
    visitor.send({"type": "attachment", "text": "", "attachments": [uploaded["id"]]})
    work_off()
    (message,) = visitor.fetch()["messages"]
    (file,) = message["attachments"]
    assert (file["id"], file["name"]) == (uploaded["id"], "План.pdf")
    answer = client.get(file["url"])
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%D0%9F")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client.get(file["url"].replace("key=", "key=x")).status_code == 404
    assert client.get(file["url"].partition("?")[0]).status_code == 404
    path = Attachment.objects.get().file.name
    assert "План" not in path
    assert path.endswith(".pdf")


def test_nobody_sends_another_visitors_file(visitor: Visitor) -> None:
    visitor.open()
    uploaded = visitor.upload("plan.pdf", PDF).json()
    other = Visitor(visitor.account)
    other.send({"type": "attachment", "text": "mine", "attachments": [uploaded["id"]]})
    work_off()
    assert other.fetch()["messages"][0]["attachments"] == []
    assert Attachment.objects.get().message is None


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("page.html", b"<script>", 415, "type_not_allowed"),
        ("plan.pdf", b"MZ", 415, "type_not_allowed"),
        ("plan.pdf", b"", 400, "malformed"),
        ("plan.pdf", b"%PDF-" + b"x" * (10 * 1024 * 1024), 413, "too_large"),
    ],
)
def test_what_is_not_taken(visitor: Visitor, name: str, content: bytes, status: int, code: str) -> None:
    visitor.open()
    answer = visitor.upload(name, content)
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert Attachment.objects.count() == 0


def test_an_upload_without_a_file_and_one_that_announces_too_much(visitor: Visitor) -> None:
    visitor.open()
    address = f"/chat/{visitor.account.token}/upload/"
    assert visitor.client.post(address, {"other": "x"}, headers=visitor.headers).status_code == 400
    answer = visitor.client.post(address, {}, headers=visitor.headers, CONTENT_LENGTH="99999999")
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


def test_a_visitor_who_uploads_too_often_is_slowed_down(visitor: Visitor) -> None:
    visitor.open()
    codes = {visitor.upload("plan.pdf", PDF).status_code for _ in range(20)}
    answer = visitor.upload("plan.pdf", PDF)
    assert codes == {200}
    assert (answer.status_code, answer["Retry-After"]) == (429, "600")


def test_uploads_that_nobody_sent_are_removed_after_a_day(visitor: Visitor) -> None:
    visitor.open()
    kept, stale = (visitor.upload("plan.pdf", PDF).json()["id"] for _ in range(2))
    visitor.send({"type": "attachment", "attachments": [kept]})
    work_off()
    path = Attachment.objects.get(public_id=stale).file.name
    assert remove_unused_uploads(now=timezone.now() + timedelta(hours=23)) == 0
    assert remove_unused_uploads(now=timezone.now() + timedelta(hours=25)) == 1
    assert str(Attachment.objects.get().public_id) == kept
    assert not default_storage.exists(path)


def test_a_ticket_hears_of_this_visitor_alone(visitor: Visitor) -> None:
    visitor.say("Hello")
    work_off()
    answer = visitor.client.post(f"/chat/{visitor.account.token}/ticket/", headers=visitor.headers).json()
    identity = Conversation.objects.get().identity
    assert tickets.read(answer["ticket"]) == [topics.visitor(identity.external_id)]
    assert (answer["url"], answer["expires_in"]) == ("http://localhost:8001/stream", 60)


def test_typing_is_heard_and_answers_nothing(visitor: Visitor) -> None:
    visitor.open()
    answer = visitor.client.post(f"/chat/{visitor.account.token}/typing/", headers=visitor.headers)
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_file_in_a_note_is_not_for_visitors(visitor: Visitor, user: User) -> None:
    visitor.say("Hello")
    work_off()
    visitor.upload("plan.pdf", PDF)
    note = add_note(conversation_id=Conversation.objects.get().pk, user=user, text="see file")
    Attachment.objects.update(message=note)
    from conversations.channels.webchat.queries import file_for, file_key

    identity = Conversation.objects.get().identity
    public_id = str(Attachment.objects.get().public_id)
    key = file_key(visitor.account, identity.external_id, public_id)
    assert file_for(visitor.account, public_id, key) is None


def test_only_the_accounts_sites_may_embed_the_page(client: Client, account: ChannelAccount) -> None:
    anywhere = client.get(f"/chat/{account.token}/", {"lang": "ru"})
    assert "frame-ancestors *;" in f"{anywhere['Content-Security-Policy']};"
    assert not anywhere.has_header("X-Frame-Options")
    update_account(account_id=account.pk, settings={"origins": ["https://shop.am", "https://www.shop.am"]})
    limited = client.get(f"/chat/{account.token}/")
    assert "frame-ancestors https://shop.am https://www.shop.am;" in f"{limited['Content-Security-Policy']};"
    assert client.get("/chat/forged/").status_code == 404
    assert Message.objects.count() == 0
