"""kill -9 while updates are fetched and while a reply is being sent: nothing lost, nothing doubled (docs/telegram.md)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.test_kill import is_back, kill
from tests.providers.telegram import TOKEN, TelegramStandIn, slow
from tests.providers.telegram_customer import Customer
from tests.stack import RunningStack, wait_for

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("stack")]

_CONNECT = """
from conversations.accounts.operations import create_account
create_account(kind="telegram", name="Bot", flow_key="first_answer", settings={{"updates": "polling"}},
               credentials={{"token": {token!r}, "secret": "s", "api_url": {url!r}}})
"""


@pytest.fixture(scope="module")
def telegram(stack: RunningStack) -> Iterator[TelegramStandIn]:
    with TelegramStandIn() as stand_in:
        stack.manage("shell", "-v", "0", "-c", _CONNECT.format(token=TOKEN, url=stand_in.url))
        yield stand_in
        stack.query("UPDATE conversations_channelaccount SET active = false WHERE kind = 'telegram'")


def heard(stack: RunningStack, customer: Customer) -> list[str]:
    sql = """
        SELECT text FROM conversations_message
         WHERE direction = 'in' AND split_part(external_id, ':', 1) = %s ORDER BY id
    """
    return [row[0] for row in stack.query(sql, str(customer.number))]


def test_a_killed_poller_loses_and_doubles_nothing(stack: RunningStack, telegram: TelegramStandIn) -> None:
    customer = Customer(telegram)
    customer.say("hello, how much is a kitchen?")
    wait_for(lambda: len(customer.texts) == 1, seconds=30, what="the first answer")
    said = []
    for number in range(6):
        died = kill(stack, "poller") if number % 2 else 0
        said.append(f"and one more thing, number {number}")
        customer.say(said[-1])
        if died:
            wait_for(lambda died=died: is_back(stack, "poller", died), seconds=15, what="the poller")  # type: ignore[misc]
    wait_for(lambda: len(heard(stack, customer)) == 7, seconds=40, what="every message")
    assert heard(stack, customer)[1:] == said


def test_a_worker_killed_while_it_sends_doubles_nothing(
    stack: RunningStack, telegram: TelegramStandIn
) -> None:
    """Telegram took the reply, the worker died before it knew: people are told, and nothing is sent again."""
    customer = Customer(telegram, name="Aram")
    telegram.outcomes["sendMessage"].append(slow(4))
    customer.say("hello, how much is a sofa?")
    wait_for(lambda: not telegram.outcomes["sendMessage"], seconds=30, what="the call")
    died = kill(stack, "worker")
    wait_for(lambda: is_back(stack, "worker", died), seconds=15, what="the worker")
    wait_for(lambda: len(customer.texts) == 1, seconds=15, what="what Telegram had taken")
    stack.query("UPDATE conversations_outboxitem SET claimed_until = now() WHERE status = 'pending'")
    sql = "SELECT error FROM conversations_message WHERE direction = 'out' AND status = 'failed' AND text LIKE %s"
    words = wait_for(lambda: stack.query(sql, "%Aram%") or None, seconds=30, what="the failed message")
    assert words[0][0].startswith("The connection broke before it was confirmed")
    customer.say("+374 99 123456")
    wait_for(lambda: len(customer.texts) == 2, seconds=30, what="the next answer")
    assert len(set(customer.texts)) == 2
