import asyncio
import json
from typing import Any

import pytest
import time_machine

from core.live import tickets, topics
from core.live.hub import MEMORY_SECONDS, MOST_WAITING, Client, Hub

GAP = ("gap", {"sequence": 9})


def hint(*names: str, sequence: int = 9, **extra: Any) -> dict[str, Any]:
    return {**extra, "topics": list(names), "sequence": sequence}


def taken(client: Client) -> list[tuple[str, Any]]:
    chunk = asyncio.run(client.take(0)).decode()
    found = []
    for block in chunk.split("\n\n")[:-1]:
        event, data = block.split("\n")
        found.append((event.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


@pytest.fixture
def hub() -> Hub:
    hub = Hub()
    hub.connected(now=0)
    return hub


def join(hub: Hub, *allowed: str, back: float = 0, now: float = 100) -> Client:
    client = Client(allowed)
    hub.join(client, back=back, now=now)
    return client


def test_a_client_hears_what_its_ticket_allows(hub: Hub) -> None:
    person = join(hub, *topics.of_person(7))
    visitor = join(hub, topics.visitor("abc"))
    hub.hear(hint("inbox", topics.conversation(3), topics.visitor("abc"), topics.user(8)), now=101)
    hub.hear(hint(topics.user(8)), now=101)
    hub.hear(hint(topics.visitor("abc"), typing=True, sequence=0), now=101)

    assert taken(person) == [("hint", {"topics": ["inbox", "conversation:3"], "sequence": 9})]
    assert taken(visitor) == [
        ("hint", {"topics": ["visitor:abc"], "sequence": 9}),
        ("hint", {"topics": ["visitor:abc"], "sequence": 0, "typing": True}),
    ]
    assert hub.sequence == 9


def test_a_pattern_allows_no_other_kind() -> None:
    allowed = topics.Filter(["conversation:*", "user:7"])

    assert [
        allowed.allows(name) for name in ("conversation:1", "user:7", "user:77", "conversation", "lead:1")
    ] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_client_that_takes_nothing_is_told_to_fetch(hub: Hub) -> None:
    slow = join(hub, "inbox")
    for _ in range(MOST_WAITING):
        hub.hear(hint("inbox"), now=101)
    assert len(taken(slow)) == MOST_WAITING

    for _ in range(MOST_WAITING + 2):
        hub.hear(hint("inbox"), now=102)
    assert taken(slow) == [GAP, ("hint", {"topics": ["inbox"], "sequence": 9})]


def test_a_returning_client_gets_what_it_missed_in_one_hint(hub: Hub) -> None:
    hub.hear(hint("board", sequence=1), now=90)
    hub.hear(hint("inbox", "lead:1", sequence=2), now=96)
    hub.hear(hint("inbox", "user:8", sequence=3), now=99)

    assert taken(join(hub, "inbox", "board", "lead:*", back=5)) == [
        ("hint", {"topics": ["inbox", "lead:1"], "sequence": 3})
    ]
    assert taken(join(hub, "inbox", back=0.5)) == []
    assert taken(join(hub, "other", back=5)) == []


@pytest.mark.parametrize("back", [101, MEMORY_SECONDS + 1])
def test_who_was_away_longer_than_the_memory_is_told_to_fetch(hub: Hub, back: float) -> None:
    hub.hear(hint("inbox"), now=99)

    assert taken(join(hub, "inbox", back=back)) == [GAP]


def test_the_memory_is_short(hub: Hub) -> None:
    hub.hear(hint("inbox"), now=10)
    hub.hear(hint("board"), now=11 + MEMORY_SECONDS)

    assert taken(join(hub, "inbox", "board", back=30, now=11 + MEMORY_SECONDS)) == [
        ("hint", {"topics": ["board"], "sequence": 9})
    ]


def test_after_an_interruption_every_client_fetches(hub: Hub) -> None:
    hub.hear(hint("inbox"), now=90)
    stayed = join(hub, "inbox", "user:7", back=1, now=95)
    hub.disconnected()
    came_meanwhile = join(hub, "inbox", back=1, now=96)
    assert taken(came_meanwhile) == [GAP]
    hub.connected(now=97)

    assert taken(stayed) == [GAP]
    assert taken(came_meanwhile) == [GAP]
    assert taken(join(hub, "inbox", back=5, now=98)) == [GAP]
    assert taken(join(hub, "inbox", back=5, now=110)) == []


def test_a_published_gap_reaches_all_and_those_who_return(hub: Hub) -> None:
    client = join(hub, "inbox")
    hub.hear({"gap": True, "topics": [], "sequence": 9}, now=101)

    assert taken(client) == [GAP]
    assert taken(join(hub, "inbox", back=5, now=102)) == [GAP]


def test_closing_ends_the_waiting(hub: Hub) -> None:
    client = join(hub, "inbox")
    hub.close()

    assert asyncio.run(client.take(60)) == b""
    assert client.is_closed
    assert join(hub, "inbox").is_closed
    hub.leave(client)
    assert client not in hub.clients


def test_a_ticket_carries_its_topics_for_a_minute() -> None:
    with time_machine.travel(1_000, tick=False) as clock:
        ticket = tickets.issue(["inbox", "board"])
        clock.move_to(1_060)
        assert tickets.read(ticket) == ["board", "inbox"]
        clock.move_to(1_061)
        with pytest.raises(tickets.BadTicket, match="expired"):
            tickets.read(ticket)


@pytest.mark.parametrize("forged", ["", "x", "W10:1abc:xyz"])
def test_a_forged_ticket_is_refused(forged: str) -> None:
    with pytest.raises(tickets.BadTicket, match="not ours"):
        tickets.read(forged)
