"""One call of the service: guarded, bounded in time and size, never redirected, never repeated."""

from __future__ import annotations

from conversations.assistant.enums import Outcome
from conversations.assistant.wire import BadReply, Completion, read_reply, said_in_error
from core.outgoing.addresses import NotAllowed
from core.outgoing.client import Answer, NotReached, TooLarge, Unanswered, post

MOST_BYTES = 128 * 1024
PATH = "/chat/completions"
_BUSY = 429


class CallFailed(Exception):
    """`outcome` says how; `retry_after`: seconds that the service asks to be left alone. `charged`: it may have worked."""

    def __init__(
        self, outcome: Outcome, detail: str, *, retry_after: float | None = None, charged: bool = False
    ) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.retry_after = retry_after
        self.charged = charged


def complete(*, endpoint: str, key: str, body: bytes, seconds: float) -> Completion:
    """Ask once. Raises CallFailed."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    try:
        answer = post(
            endpoint.rstrip("/") + PATH, body=body, headers=headers, seconds=seconds, most=MOST_BYTES
        )
    except NotAllowed as error:
        raise CallFailed(Outcome.REFUSED, "The address may not be called.") from error
    except NotReached as error:
        raise CallFailed(Outcome.UNREACHABLE, "No connection to the service.") from error
    except Unanswered as error:
        raise CallFailed(Outcome.TIMEOUT, f"No whole answer in {seconds:g} seconds.", charged=True) from error
    except TooLarge as error:
        raise CallFailed(Outcome.TOO_LARGE, "The answer was cut off.", charged=True) from error
    if not answer.ok:
        raise _refusal(answer)
    try:
        return read_reply(answer.body, asked=len(body))
    except BadReply as error:
        raise CallFailed(Outcome.BAD_ANSWER, str(error), charged=True) from error


def _refusal(answer: Answer) -> CallFailed:
    said = f"{answer.status} {said_in_error(answer.body)}".strip()
    if answer.status == _BUSY:
        return CallFailed(Outcome.BUSY, said, retry_after=answer.retry_after)
    return CallFailed(Outcome.BROKEN if answer.status >= 500 else Outcome.REFUSED, said)
