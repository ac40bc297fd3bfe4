"""A POST with an Idempotency-Key happens once, however often it is sent (spec 14.1).

The answer is written in the transaction of what was done: either both are there or neither. Requests that were refused
are not remembered, for they changed nothing and may be mended and sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from django.db import connection
from django.http import HttpRequest

from core.api.problems import Fault, Problem, bad_request
from core.keys.models import AnsweredRequest
from core.keys.queries import KnownKey

LONGEST = 255
REPLAYED = "Idempotent-Replayed"

# The lock is taken in the statement that looks: who comes at the same moment does not wait, and who comes in the
# instant between another's commit and this look meets the unique constraint.
_LOOK = """
    SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0)), found.fingerprint, found.status, found.body, found.etag
    FROM (VALUES (1)) AS one LEFT JOIN core_answeredrequest AS found
    ON found.api_key_id = %s AND found.path = %s AND found.idempotency_key = %s
"""


@dataclass(frozen=True)
class Answered:
    """What was answered the first time."""

    status: int
    body: str
    etag: str


@dataclass(frozen=True)
class Once:
    """One request with its key; inside the transaction of what it does."""

    api_key_id: int
    path: str
    idempotency_key: str
    fingerprint: str

    @classmethod
    def of(cls, request: HttpRequest, key: KnownKey) -> Once | None:
        """None where the header is not sent."""
        given = request.headers.get("Idempotency-Key")
        if given is None or request.method != "POST":
            return None
        if not (given.isascii() and given.isprintable() and 0 < len(given) <= LONGEST):
            detail = f"An Idempotency-Key has 1 to {LONGEST} printable ASCII characters."
            raise bad_request([Fault("Idempotency-Key", "bad_key", detail)])
        asked = f"{request.META.get('QUERY_STRING', '')}\n".encode() + request.body
        return cls(key.pk, request.path[:300], given, sha256(asked).hexdigest())

    def look(self) -> Answered | None:
        """The first answer, None when there is none yet. Raises Problem 409 while it is being made, 422 when the key was
        used for something else.
        """
        name = f"{self.api_key_id} {self.path} {self.idempotency_key}"
        with connection.cursor() as cursor:
            cursor.execute(_LOOK, [name, self.api_key_id, self.path, self.idempotency_key])
            locked, fingerprint, status, body, etag = cursor.fetchone()
        if status is None:
            if not locked:
                raise self.in_flight()
            return None
        if fingerprint != self.fingerprint:
            detail = (
                "This Idempotency-Key was sent with another body before. Use a new one for a new request."
            )
            raise Problem(422, "key_reused", detail)
        return Answered(status, body, etag)

    def remember(self, status: int, body: str, etag: str) -> None:
        AnsweredRequest.objects.create(
            api_key_id=self.api_key_id,
            path=self.path,
            idempotency_key=self.idempotency_key,
            fingerprint=self.fingerprint,
            status=status,
            body=body,
            etag=etag,
        )

    @staticmethod
    def in_flight() -> Problem:
        detail = (
            "The first request with this Idempotency-Key is still being worked on. Ask again in a moment."
        )
        return Problem(409, "in_flight", detail, headers={"Retry-After": "1"})
