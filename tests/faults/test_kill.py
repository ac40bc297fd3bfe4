"""kill -9 in the middle of a story: back within 5 s, nothing missing, nothing doubled (spec 3.3)."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.customers import Customer
from tests.stack import RunningStack, wait_for

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("stack")]

BACK_SECONDS = 5.0


def children(stack: RunningStack) -> dict[str, int]:
    """Process ids of the programs by name, as the supervisor knows them."""
    known = json.loads((stack.folder / "supervisor.json").read_text())
    return {child["name"]: child["pid"] for child in known["children"]}


def kill(stack: RunningStack, name: str) -> int:
    """kill -9 the program and all its own processes; returns the pid that died."""
    pid = children(stack)[name]
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for process in family:
        if process.is_running():
            os.kill(process.pid, signal.SIGKILL)
    return pid


def is_back(stack: RunningStack, name: str, before: int) -> bool:
    pid = children(stack).get(name)
    return pid is not None and pid != before and psutil.pid_exists(pid) and stack.answers()


def messages(stack: RunningStack, customer: Customer) -> list[tuple[str, str]]:
    """(direction, text) of the customer's conversation in the order of the thread, from the database."""
    return stack.query(
        """
        SELECT message.direction, message.text
          FROM conversations_message message
         WHERE message.conversation_id = (
               SELECT conversation_id FROM conversations_message WHERE text = %s AND direction = 'in' LIMIT 1)
         ORDER BY message.sent_at, message.sequence
        """,
        customer.sent[0],
    )


@pytest.mark.parametrize("victim", ["worker", "web", "valkey", "postgres", "beat", "live"])
def test_a_killed_program_comes_back_and_the_story_goes_on(
    stack: RunningStack, customer: Customer, victim: str
) -> None:
    customer.say(f"Hello, how much is a kitchen? ({victim})")
    customer.wait_for_answer(1)

    died = kill(stack, victim)
    begun = time.monotonic()
    customer.say("my phone is +374 91 234567")
    wait_for(lambda: is_back(stack, victim, died), seconds=BACK_SECONDS + 10, what=f"{victim} to come back")
    assert time.monotonic() - begun < BACK_SECONDS

    customer.wait_for_answer(2)
    customer.say("in two weeks")
    customer.wait_for_answer(3)

    thread = messages(stack, customer)
    assert [text for direction, text in thread if direction == "in"] == customer.sent
    answers = [text for direction, text in thread if direction == "out"]
    assert len(answers) == 3
    assert len(set(answers)) == 3
    assert [direction for direction, _text in thread] == ["in", "out"] * 3


def test_after_the_supervisor_was_killed_the_next_run_cleans_up_and_goes_on(
    stack: RunningStack, customer: Customer
) -> None:
    customer.say("Hello, how much is a wardrobe?")
    customer.wait_for_answer(1)
    assert stack.process is not None
    before = children(stack)

    os.kill(stack.process.pid, signal.SIGKILL)
    stack.process.wait(timeout=10)
    stack.start()

    assert set(before.values()) & set(children(stack).values()) == set()
    assert [
        name for name, pid in before.items() if psutil.pid_exists(pid) and _is_ours(pid, stack.folder)
    ] == []
    customer.say("my phone is +374 91 234568")
    customer.wait_for_answer(2)
    assert [text for direction, text in messages(stack, customer) if direction == "in"] == customer.sent


def _is_ours(pid: int, folder: Path) -> bool:
    try:
        return str(folder) in " ".join(psutil.Process(pid).cmdline())
    except psutil.NoSuchProcess:
        return False
