"""How long a stranger waits for the first automatic reply at 20 new visitors a second."""

from __future__ import annotations

from statistics import median, quantiles

from benchmarks.chat import account_token, message, open_sessions
from benchmarks.load import open_loop
from benchmarks.table import Row
from tests.stack import RunningStack, wait_for

RATE = 20.0
COUNT = 240
BUDGET_MS = 1000

# From the arrival of the first message to the moment at which its reply was handed over.
_WAITS = """
    SELECT EXTRACT(EPOCH FROM outbox.finished_at - said.created_at) * 1000,
           EXTRACT(EPOCH FROM outbox.finished_at - said.sent_at) * 1000
      FROM conversations_message AS said
      JOIN conversations_message AS answer
        ON answer.conversation_id = said.conversation_id AND answer.sequence = 2 AND answer.direction = 'out'
      JOIN conversations_outboxitem AS outbox ON outbox.message_id = answer.id AND outbox.status = 'sent'
     WHERE said.sequence = 1 AND said.text = 'barev, inch arji? (bench)'
"""


def measure(stack: RunningStack) -> list[Row]:
    token = account_token(stack)
    sessions = open_sessions(stack, token, COUNT)
    _warm_up(stack, token)
    load = open_loop(
        stack.port,
        lambda number: message(stack, token, sessions[number], "barev, inch arji? (bench)"),
        rate=RATE,
        count=COUNT,
    )
    waits = wait_for(lambda: _all_answered(stack), seconds=60, what="every reply")
    p95 = quantiles(waits, n=20)[-1]
    accepted = f"accepted in {load.p50:.1f} ms" + (f", {load.refused} refused" if load.refused else "")
    return [
        Row(
            f"first reply, {RATE:.0f} new visitors a second, p95",
            f"{p95:.0f} ms",
            accepted,
            f"median {median(waits):.0f} ms",
            f"{BUDGET_MS} ms",
            p95 <= BUDGET_MS and not load.refused,
        )
    ]


def _warm_up(stack: RunningStack, token: str) -> None:
    """The first message of a worker reads phrases and flows from disk."""
    sessions = open_sessions(stack, token, 6)
    open_loop(stack.port, lambda number: message(stack, token, sessions[number], "hello"), rate=6, count=6)


def _all_answered(stack: RunningStack) -> list[float] | None:
    waits = [float(row[1]) for row in stack.query(_WAITS)]
    return waits if len(waits) == COUNT else None
