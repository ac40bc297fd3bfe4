"""Who it was, for the history rows that triggers write, where no person's request says it."""

from __future__ import annotations

import json

from django.db import connection

from core.ids import uuid7

SIGN = (
    "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)"
)


def sign(**who: str | int | None) -> None:
    """Every change until the end of this transaction is signed so; one statement. `user`: key of the person behind it."""
    told = {name: value for name, value in who.items() if value is not None}
    with connection.cursor() as cursor:
        cursor.execute(SIGN, [str(uuid7()), json.dumps(told)])
