"""Tickets for the live stream: which topics a browser may hear, signed, for a minute.

The live process has no database and no session; the page's server says what is allowed and the browser
carries it across.
"""

import time
from collections.abc import Iterable

from django.core import signing

LIFETIME_SECONDS = 60
_SALT = "core.live.ticket"


class BadTicket(Exception):
    """Forged, mangled or too old."""


def issue(topics: Iterable[str], seconds: int = LIFETIME_SECONDS) -> str:
    """A URL-safe ticket that opens a stream of these topics for so many seconds."""
    return signing.dumps({"topics": sorted(topics), "until": int(time.time()) + seconds}, salt=_SALT)


def read(ticket: str) -> list[str]:
    """The topics of a ticket. Raises BadTicket."""
    try:
        content = signing.loads(ticket, salt=_SALT)
    except signing.BadSignature as error:
        raise BadTicket("The ticket is not ours.") from error
    if content["until"] < time.time():
        raise BadTicket("The ticket has expired.")
    return [str(topic) for topic in content["topics"]]
