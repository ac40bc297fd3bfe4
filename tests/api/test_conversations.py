from __future__ import annotations

from conversations.outbox.models import OutboxItem
from conversations.threads.models import Conversation
from core.events.models import Event
from core.keys.scopes import Scope
from tests.api.program import Program, make_program
from tests.factories.conversations import Visitor, make_conversation, make_user, make_web_chat
from tests.support import work_off


def test_a_conversation_is_read_and_answered_by_the_company(program: Program) -> None:
    visitor = Visitor(make_web_chat())
    visitor.say("Hello")
    work_off()
    found = program.get("conversations/?channel=webchat&expand=contact,lead,account")["results"]
    assert [(row["account"]["name"], row["status"]) for row in found] == [("Site", "waiting_us")]
    path = f"conversations/{found[0]['id']}/"

    sent = program.post(
        f"{path}messages/", {"text": "We call you", "quick_replies": [{"label": "Yes", "payload": "yes"}]}
    )

    assert (sent["direction"], sent["author_kind"], sent["author"], sent["status"]) == (
        "out",
        "system",
        None,
        "queued",
    )
    assert sent["quick_replies"] == [{"label": "Yes", "payload": "yes"}]
    assert OutboxItem.objects.filter(message__public_id=sent["id"]).count() == 1
    event = Event.objects.get(name="message.queued", payload__message=sent["id"])
    assert event.api_key_id is not None
    messages = program.get(f"{path}messages/")["results"]
    assert [row["sequence"] for row in messages] == list(range(1, len(messages) + 1))
    assert (messages[0]["text"], messages[0]["direction"], messages[-1]["text"]) == (
        "Hello",
        "in",
        "We call you",
    )
    assert [row["text"] for row in program.get(f"{path}messages/?direction=in")["results"]] == ["Hello"]


def test_a_person_takes_over_by_writing(program: Program) -> None:
    anna = make_user("Anna")
    conversation = make_conversation()
    path = f"conversations/{conversation.public_id}/"

    sent = program.post(
        f"{path}messages/?expand=author", {"text": "It is Anna", "person": str(anna.public_id)}
    )

    assert (sent["author_kind"], sent["author"]["name"]) == ("user", "Anna")
    conversation.refresh_from_db()
    assert (conversation.handler, conversation.assignee) == ("person", anna)
    event = Event.objects.get(name="conversation.taken_over")
    assert (event.actor_kind, event.actor_id) == ("user", anna.pk)
    problem = program.post(
        f"{path}messages/", {"text": "x", "person": str(anna.public_id), "purpose": "marketing"}, expect=400
    )
    assert problem["errors"][0]["path"] == "/purpose"


def test_what_may_not_leave_says_why(program: Program) -> None:
    conversation = make_conversation()
    path = f"conversations/{conversation.public_id}/"

    sent = program.post(f"{path}messages/", {"text": "Sale!", "purpose": "marketing"})

    assert sent["status"] == "failed"
    assert sent["error"]
    assert program.post(f"{path}messages/", {"text": " \n"}, expect=400)["errors"][0]["path"] == "/text"
    later = program.post(f"{path}messages/", {"text": "Later", "send_at": "2090-01-01T00:00:00Z"})
    assert (later["status"], later["sent_at"]) == ("scheduled", "2090-01-01T00:00:00Z")


def test_a_ticket_is_noted_given_away_closed_and_opened(program: Program) -> None:
    anna = make_user("Anna")
    conversation = make_conversation()
    path = f"conversations/{conversation.public_id}/"

    note = program.post(f"{path}notes/", {"text": "Paid by card"})
    assert (note["direction"], note["author"], note["text"]) == ("note", None, "Paid by card")
    given = program.post(f"{path}assign/", {"assignee": str(anna.public_id)}, expect=200)
    assert given["assignee"] == str(anna.public_id)
    assert program.post(f"{path}close/", expect=200)["status"] == "solved"
    assert program.post(f"{path}reopen/", expect=200)["status"] == "open"
    assert program.post(f"{path}close/", {"status": "spam"}, expect=200)["status"] == "spam"
    actors = Event.objects.filter(conversation_id=conversation.pk).values_list("actor_kind", flat=True)
    assert set(actors) == {"api"}


def test_a_key_of_a_person_writes_as_that_person_alone(company: None) -> None:
    anna, other = make_user("Anna"), make_user("Other")
    own = make_program(person=anna)
    mine, theirs = make_conversation(name="A"), make_conversation(name="B", assignee=other)

    sent = own.post(f"conversations/{mine.public_id}/messages/?expand=author", {"text": "Hello"})
    assert sent["author"]["name"] == "Anna"
    body = {"text": "Hello", "person": str(other.public_id)}
    problem = own.post(f"conversations/{mine.public_id}/messages/", body, expect=400)
    assert problem["errors"][0]["code"] == "somebody_else"
    for method, tail in (("GET", ""), ("POST", "messages/"), ("POST", "notes/"), ("POST", "close/")):
        own.ask(
            method,
            f"conversations/{theirs.public_id}/{tail}",
            {"text": "x"} if tail[0:1] in "mn" else {},
            expect=404,
        )
    assert Conversation.objects.get(pk=theirs.pk).status == "open"


def test_reading_does_not_allow_sending(company: None) -> None:
    reader = make_program([Scope.CONVERSATIONS_READ, Scope.CONVERSATIONS_WRITE])
    conversation = make_conversation()

    reader.post(f"conversations/{conversation.public_id}/messages/", {"text": "x"}, expect=403)
