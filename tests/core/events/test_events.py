import threading
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from core import valkey
from core.access.models import Team, User
from core.events import sequencer
from core.events.actor import CUSTOMER, SYSTEM, Actor
from core.events.documentation import as_markdown
from core.events.enums import ActorKind
from core.events.models import Event
from core.events.operations import EventDraft, gathered, record, record_all
from core.events.queries import last_position
from core.events.registry import EventType, UnknownEvent, register
from core.live import publish, routes, topics
from core.nudge import registered
from tests.support import work_off

register(EventType("test.happened", 2, "Something happened.", {"what": "what it was", "amount": "how much"}))
routes.register("test.happened", lambda event: {f"team:{event.subject_id}"})


@pytest.fixture
def team() -> Team:
    return Team.objects.create(name="Sales")


@pytest.mark.django_db
def test_record_is_one_insert(team: Team, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user = User.objects.create_user("ani@example.com", name="Ani")
    with django_assert_num_queries(1):
        event = record(
            name="test.happened",
            subject=team,
            actor=Actor.of(user),
            payload={"what": "a thing"},
            conversation_id=42,
        )

    event = Event.objects.get(pk=event.pk)
    assert (event.name, event.version, event.payload) == ("test.happened", 2, {"what": "a thing"})
    assert (event.subject_type, event.subject_id) == ("team", team.pk)
    assert (event.lead_id, event.contact_id, event.conversation_id) == (None, None, 42)
    assert (event.actor_kind, event.actor_id) == (ActorKind.USER, user.pk)
    assert event.position is None


@pytest.mark.django_db
def test_record_all_is_one_insert_in_order(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    drafts = [
        EventDraft(name="test.happened", subject=team, actor=actor, payload={"amount": n}, lead_id=n)
        for n, actor in enumerate([CUSTOMER, SYSTEM, CUSTOMER], start=1)
    ]
    with django_assert_num_queries(1):
        events = record_all(drafts)

    assert [event.pk for event in events] == sorted(event.pk for event in events)
    found = Event.objects.order_by("id").values_list("payload__amount", "actor_kind", "lead_id")
    assert list(found) == [(1, "customer", 1), (2, "system", 2), (3, "customer", 3)]
    assert record_all([]) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "payload"), [("test.unheard_of", {}), ("test.happened", {"what": "a", "secret": "b"})]
)
def test_what_is_not_documented_is_not_recorded(team: Team, name: str, payload: dict[str, str]) -> None:
    with pytest.raises(UnknownEvent):
        record(name=name, subject=team, payload=payload)
    assert Event.objects.count() == 0


def told() -> list[int]:
    return [event.payload["amount"] for event in Event.objects.order_by("id")]


def tell(team: Team, amount: int) -> None:
    record(name="test.happened", subject=team, payload={"amount": amount})


@pytest.mark.django_db
def test_events_of_a_block_are_one_insert_in_order(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1), gathered():
        tell(team, 1)
        with gathered():
            tell(team, 2)
        tell(team, 3)

    assert told() == [1, 2, 3]


def stumble(team: Team, *amounts: int) -> None:
    """In a savepoint of its own: the first amount is told at once, the others gathered, then all goes wrong."""
    with transaction.atomic():
        tell(team, amounts[0])
        with gathered():
            for amount in amounts[1:]:
                tell(team, amount)
        raise ZeroDivisionError


@pytest.mark.django_db
def test_what_a_savepoint_took_back_is_not_told(team: Team) -> None:
    with transaction.atomic(), gathered():
        tell(team, 1)
        with pytest.raises(ZeroDivisionError):
            stumble(team, 2, 3)
        with transaction.atomic():
            tell(team, 4)
            with pytest.raises(ZeroDivisionError):
                stumble(team, 5, 6)
        tell(team, 7)

    assert told() == [1, 4, 7]


@pytest.mark.django_db
def test_a_block_that_fails_tells_nothing(team: Team) -> None:
    with pytest.raises(ZeroDivisionError), gathered():
        stumble(team, 1, 2)
    tell(team, 3)

    assert told() == [3]


@pytest.mark.django_db(transaction=True)
def test_events_are_gathered_only_inside_a_transaction() -> None:
    with pytest.raises(transaction.TransactionManagementError), gathered():
        pass


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered already"):
        register(EventType("test.happened", 1, "Again."))


def happen(team: Team, count: int = 1, **ids: int) -> list[Event]:
    return record_all(EventDraft(name="test.happened", subject=team, **ids) for _ in range(count))


def positions() -> list[int | None]:
    return list(Event.objects.order_by("id").values_list("position", flat=True))


@pytest.mark.django_db
def test_the_sequencer_numbers_without_gaps_in_two_statements(
    team: Team, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    happen(team, 3)
    assert sequencer.sequence() == 3
    happen(team, 2)
    with django_assert_max_num_queries(7):  # lock, update, savepoint and release of the test, last, new ones
        assert sequencer.sequence() == 2

    assert positions() == [1, 2, 3, 4, 5]
    assert last_position() == 5
    assert sequencer.sequence() == 0


@pytest.mark.django_db
def test_more_than_a_batch_is_numbered_in_turns(team: Team) -> None:
    happen(team, sequencer.BATCH + 7)

    assert work_off(["events"]) == sequencer.BATCH + 7
    assert positions() == list(range(1, sequencer.BATCH + 8))


@pytest.mark.django_db(transaction=True)
def test_a_slow_transaction_gets_a_later_place_and_no_gap(team: Team) -> None:
    started, finish = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                happen(team, lead_id=1)
                started.set()
                finish.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    started.wait(10)
    happen(team, lead_id=2)
    assert sequencer.sequence() == 1
    finish.set()
    thread.join()
    assert sequencer.sequence() == 1

    assert list(Event.objects.order_by("position").values_list("lead_id", "position")) == [(2, 1), (1, 2)]


@pytest.mark.django_db(transaction=True)
def test_many_sequencers_at_once_leave_no_gap_and_no_double(team: Team) -> None:
    def write_and_sequence() -> None:
        try:
            for _ in range(20):
                happen(team, 3)
                sequencer.sequence()
        finally:
            connection.close()

    threads = [threading.Thread(target=write_and_sequence) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sequencer.sequence()

    found = sorted(Event.objects.values_list("position", flat=True))
    assert found == list(range(1, 241))


class Subscription:
    def __init__(self) -> None:
        self.subscription = valkey.client().pubsub()
        self.subscription.subscribe(valkey.live_channel())
        assert self.subscription.get_message(timeout=1)["type"] == "subscribe"

    def messages(self) -> list[str]:
        found = []
        while message := self.subscription.get_message(timeout=0.05):
            found.append(message["data"])
        return found


@pytest.fixture
def subscription() -> Iterator[Subscription]:
    subscription = Subscription()
    yield subscription
    subscription.subscription.close()


@pytest.mark.django_db
def test_each_event_is_announced_once_to_its_topics(team: Team, subscription: Subscription) -> None:
    publish.note_announced(0)
    happen(team, conversation_id=7, lead_id=9)
    happen(team, lead_id=9)
    sequencer.sequence()
    sequencer.sequence()

    names = sorted(
        ["inbox", "board", topics.conversation(7), topics.lead(9), f"team:{team.pk}"], key=lambda name: name
    )
    listed = ",".join(f'"{name}"' for name in names)
    assert subscription.messages() == [f'{{"topics":[{listed}],"sequence":2}}']


@pytest.mark.django_db
def test_hints_that_a_killed_worker_left_unsaid_are_made_up_for(
    team: Team, subscription: Subscription
) -> None:
    publish.note_announced(0)
    happen(team, conversation_id=7)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_event SET position = 1")

    work_off(["events"])

    assert len(subscription.messages()) == 1
    assert publish.announced() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("mark", [None, 10_000])
def test_a_lost_or_foreign_mark_makes_every_screen_fetch(
    team: Team, subscription: Subscription, mark: int | None
) -> None:
    if mark is not None:
        publish.note_announced(mark)
    happen(team, 2)
    sequencer.sequence()

    assert subscription.messages() == ['{"gap":true,"topics":[],"sequence":2}']
    assert publish.announced() == 2


def test_the_document_tells_name_version_summary_and_payload() -> None:
    types = [
        EventType("lead.won", 1, "A lead was won."),
        EventType("lead.lost", 2, "A lead was lost.", {"reason": "why"}),
    ]

    assert as_markdown(types).partition("## lead\n")[2] == (
        "\n### lead.lost\n\nVersion 2. A lead was lost.\n\n- `reason`: why\n"
        "\n### lead.won\n\nVersion 1. A lead was won.\n"
    )


def test_nudges_lead_to_tasks_that_exist() -> None:
    assert registered()["events"] == "core.events.tasks.sequence"
