from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import responder
from conversations.accounts.models import ChannelAccount
from conversations.threads.errors import AnotherIsOpen, EmptyMessage
from conversations.threads.models import Conversation, Message, Urgency
from conversations.threads.operations import (
    add_note,
    assign,
    hand_back,
    hand_off,
    mark_read,
    reopen,
    reply,
    resolve,
    take_over,
)
from conversations.threads.queries import (
    Cursor,
    Tab,
    conversations,
    inbox,
    locked_conversation,
    queue_counts,
    thread,
    waiting_count,
)
from core.access.models import Membership, Role, Team, User
from core.events.models import Event
from core.notifications.models import Notification
from tests.factories.conversations import make_conversation, make_user, make_web_chat

pytestmark = pytest.mark.django_db


class Watching(responder.QueueResponder):
    def __init__(self) -> None:
        self.seen: list[str] = []

    def taken_over(self, *, conversation: Conversation, user: User | None) -> None:
        self.seen.append(f"taken over by {user}")

    def handed_back(self, *, conversation: Conversation, user: User, now: object) -> None:
        self.seen.append(f"handed back by {user}")


@pytest.fixture
def watching() -> Watching:
    found = Watching()
    responder.replace(found)
    return found


@pytest.fixture
def conversation(account: ChannelAccount) -> Conversation:
    return make_conversation(account, handler="flow", unread=2)


def test_taking_over_and_handing_back(conversation: Conversation, user: User, watching: Watching) -> None:
    taken = take_over(conversation_id=conversation.pk, user=user)
    assert (taken.handler, taken.assignee) == ("person", user)
    take_over(conversation_id=conversation.pk, user=user)
    back = hand_back(conversation_id=conversation.pk, user=user)
    assert back.handler == "flow"
    assert watching.seen == ["taken over by Anna", "handed back by Anna"]
    names = list(
        Event.objects.filter(conversation_id=conversation.pk).order_by("id").values_list("name", "payload")
    )
    assert names == [("conversation.taken_over", {"from": "flow"}), ("conversation.handed_back", {})]


def test_an_answer_takes_over_by_itself(conversation: Conversation, user: User, watching: Watching) -> None:
    reply(conversation_id=conversation.pk, user=user, text=" Good day ")
    conversation.refresh_from_db()
    assert (conversation.handler, conversation.assignee, conversation.unread) == ("person", user, 0)
    assert watching.seen == ["taken over by Anna"]
    assert Message.objects.get().text == "Good day"


def test_a_colleague_who_helps_out_does_not_become_the_assignee(
    conversation: Conversation, user: User
) -> None:
    boss = make_user("Boss", Role.MANAGER)
    take_over(conversation_id=conversation.pk, user=user)
    reply(conversation_id=conversation.pk, user=boss, text="Let me add")
    conversation.refresh_from_db()
    assert conversation.assignee == user


def test_answer_and_resolve(conversation: Conversation, user: User) -> None:
    now = timezone.now()
    reply(conversation_id=conversation.pk, user=user, text="Done", resolve=True, now=now)
    conversation.refresh_from_db()
    assert (conversation.status, conversation.solved_at, conversation.waiting_since) == ("solved", now, None)
    again = reopen(conversation_id=conversation.pk, user=user)
    assert (again.status, again.solved_at) == ("open", None)


def test_two_open_ones_on_a_thread_are_refused(conversation: Conversation, user: User) -> None:
    resolve(conversation_id=conversation.pk, user=user)
    Conversation.objects.create(
        account=conversation.account, identity=conversation.identity, contact=conversation.contact
    )
    with pytest.raises(AnotherIsOpen, match="another open conversation"):
        reopen(conversation_id=conversation.pk, user=user)


@pytest.mark.parametrize("text", ["", "  \n", "\x00"])
def test_nothing_is_not_a_message(conversation: Conversation, user: User, text: str) -> None:
    with pytest.raises(EmptyMessage):
        reply(conversation_id=conversation.pk, user=user, text=text)
    with pytest.raises(EmptyMessage):
        add_note(conversation_id=conversation.pk, user=user, text=text)


def test_a_note_is_part_of_the_thread_and_takes_nothing_over(conversation: Conversation, user: User) -> None:
    add_note(conversation_id=conversation.pk, user=user, text="Called, no answer")
    conversation.refresh_from_db()
    assert (conversation.handler, conversation.last_sequence) == ("flow", 1)
    note = thread(conversation).rows[0]
    assert (note.direction, note.author, note.text) == ("note", user, "Called, no answer")


def test_assigning_tells_the_colleague(conversation: Conversation, user: User) -> None:
    other = make_user("Davit")
    assign(conversation_id=conversation.pk, to_user=other, actor=user)
    notification = Notification.objects.get()
    assert (notification.user, notification.kind) == (other, "conversation.assigned")
    assert notification.params == {"contact": "Aram", "number": conversation.pk}
    event = Event.objects.get(name="conversation.assigned")
    assert event.payload == {"from": None, "to": other.pk}
    assert event.actor == user
    assign(conversation_id=conversation.pk, to_user=user, actor=make_user("Boss", Role.MANAGER))
    assert Notification.objects.filter(user=user).count() == 1


def test_handing_off_waits_for_a_person_and_tells_the_team(account: ChannelAccount, user: User) -> None:
    team = Team.objects.create(name="Sales")
    colleague = make_user("Davit")
    Membership.objects.create(team=team, user=colleague)
    conversation = make_conversation(account, handler="flow", team=team)
    now = timezone.now()
    row = locked_conversation(conversation.pk)
    hand_off(conversation=row, reason="human", urgency=Urgency.HIGH, card={"goal": "price"}, now=now)
    conversation.refresh_from_db()
    assert (conversation.handler, conversation.status, conversation.urgency) == ("queue", "waiting_us", 1)
    assert conversation.waiting_since == now
    assert conversation.handoff == {
        "reason": "human",
        "urgency": 1,
        "at": now.isoformat(),
        "fresh": True,
        "card": {"goal": "price"},
    }
    assert [n.user for n in Notification.objects.all()] == [colleague]
    take_over(conversation_id=conversation.pk, user=colleague)
    conversation.refresh_from_db()
    assert conversation.handoff["fresh"] is False


def test_reading(conversation: Conversation, user: User) -> None:
    assert mark_read(conversation=conversation, user=user)
    assert not mark_read(conversation=conversation, user=user)
    conversation.refresh_from_db()
    assert conversation.unread == 0


def test_what_belongs_to_others_is_out_of_reach(account: ChannelAccount, user: User) -> None:
    other = make_user("Davit")
    hidden = make_conversation(account, assignee=other, handler="person")
    with pytest.raises(Conversation.DoesNotExist):
        reply(conversation_id=hidden.pk, user=user, text="Hello")
    assert not conversations().visible_to(user).exists()
    assert conversations().visible_to(make_user("Boss", Role.MANAGER)).get() == hidden
    other.is_active = False
    assert not conversations().visible_to(other).exists()


def test_the_queues_of_the_inbox(account: ChannelAccount, user: User) -> None:
    mine = make_conversation(account, assignee=user, handler="person", unread=1)
    queued = make_conversation(account, handler="queue", status="waiting_us")
    talking = make_conversation(account, handler="flow")
    solved = make_conversation(account, handler="person", assignee=user, status="solved")
    make_conversation(account, assignee=make_user("Davit"), handler="person")
    shown = {tab: {row.pk for row in inbox(user, tab).rows} for tab in Tab}
    assert shown == {
        Tab.MINE: {mine.pk},
        Tab.QUEUE: {queued.pk},
        Tab.FLOW: {talking.pk},
        Tab.ALL: {mine.pk, queued.pk, talking.pk},
        Tab.SOLVED: {solved.pk},
    }
    assert queue_counts(user) == {Tab.MINE: 1, Tab.QUEUE: 1, Tab.FLOW: 1, Tab.ALL: 3}
    assert waiting_count(user) == 2


def test_pages_of_the_inbox_go_on_where_they_stopped(account: ChannelAccount, user: User) -> None:
    now = timezone.now()
    # Two at the same moment: the number decides.
    moments = [now, now, now - timedelta(minutes=1), now - timedelta(minutes=2), now - timedelta(minutes=3)]
    made = [make_conversation(account, last_message_at=moment) for moment in moments]
    first = inbox(user, limit=2)
    assert [row.pk for row in first.rows] == [made[1].pk, made[0].pk]
    assert first.next is not None
    second = inbox(user, limit=2, before=Cursor.read(str(first.next)))
    assert [row.pk for row in second.rows] == [made[2].pk, made[3].pk]
    third = inbox(user, limit=2, before=second.next)
    assert ([row.pk for row in third.rows], third.next) == ([made[4].pk], None)


@pytest.mark.parametrize("text", ["", "x", "2025-01-01T00:00:00~1", "2025-01-01T00:00:00+00:00~x", "~~"])
def test_a_cursor_that_is_none_reads_as_none(text: str) -> None:
    assert Cursor.read(text) is None


def test_finding_by_name_in_any_script_and_by_number(account: ChannelAccount, user: User) -> None:
    aram = make_conversation(account, name="Արամ Խաչատրյան")
    make_conversation(account, name="Davit")
    assert [row.pk for row in inbox(user, text="aram").rows] == [aram.pk]
    assert [row.pk for row in inbox(user, text="Khach").rows] == [aram.pk]
    assert [row.pk for row in inbox(user, text=f"#{aram.pk}").rows] == [aram.pk]
    assert inbox(user, text="9" * 40).rows == []


@pytest.mark.parametrize("count", [1, 12])
def test_the_inbox_and_a_thread_cost_the_same_for_any_number_of_rows(
    account: ChannelAccount, user: User, count: int, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    made = [make_conversation(account, assignee=user) for _ in range(count)]
    for _ in range(count):
        reply(conversation_id=made[0].pk, user=user, text="Hello")
    with django_assert_num_queries(1):
        rows = inbox(user).rows
        assert [str(row.contact) + row.account.name + str(row.assignee) for row in rows]
    with django_assert_num_queries(1):
        queue_counts(user)
    with django_assert_num_queries(2):
        assert [(str(row.author), list(row.attachments.all())) for row in thread(made[0]).rows]


def test_older_messages_come_page_by_page(user: User) -> None:
    conversation = make_conversation(make_web_chat())
    now = timezone.now()
    for number in range(5):
        moment = now + timedelta(seconds=number)
        reply(conversation_id=conversation.pk, user=user, text=f"m{number}", now=moment)
    newest = thread(conversation, limit=2)
    assert [row.text for row in newest.rows] == ["m3", "m4"]
    older = thread(conversation, before=newest.next, limit=2)
    assert [row.text for row in older.rows] == ["m1", "m2"]
    assert [row.text for row in thread(conversation, before=older.next, limit=2).rows] == ["m0"]
