"""What a screen can listen to. A hint says that something about a topic changed, never what."""

from collections.abc import Iterable

INBOX = "inbox"
BOARD = "board"
CALENDAR = "calendar"
EVERY_CONVERSATION = "conversation:*"
EVERY_LEAD = "lead:*"
EVERY_JOB = "job:*"


def conversation(conversation_id: int) -> str:
    return f"conversation:{conversation_id}"


def lead(lead_id: int) -> str:
    return f"lead:{lead_id}"


def job(job_id: int) -> str:
    return f"job:{job_id}"


def user(user_id: int) -> str:
    return f"user:{user_id}"


def visitor(identity_public_id: object) -> str:
    return f"visitor:{identity_public_id}"


def of_person(user_id: int) -> tuple[str, ...]:
    """What a signed-in person's browser may hear.

    It hears of every conversation and lead, by number alone: one stream serves all tabs, and each fragment
    that a hint makes a screen fetch goes through `visible_to`.
    """
    return (INBOX, BOARD, CALENDAR, user(user_id), EVERY_CONVERSATION, EVERY_LEAD, EVERY_JOB)


class Filter:
    """Topics that were allowed, as exact names or as "prefix:*"."""

    def __init__(self, allowed: Iterable[str]) -> None:
        names = list(allowed)
        self._exact = frozenset(name for name in names if not name.endswith(":*"))
        self._prefixes = tuple(name[:-1] for name in names if name.endswith(":*"))

    def allows(self, topic: str) -> bool:
        return topic in self._exact or topic.startswith(self._prefixes)
