"""Who it was, for the history rows that triggers write.

What `pghistory.context` does, with less: it would make its JSON anew for every statement, also for those that read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from core.ids import uuid7
from core.keys.queries import KnownKey

_SIGN = "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true); "
"""The same text every time: the driver remembers how a text is split into its parts."""
_WRITES = ("INSERT", "UPDATE", "DELETE")


@contextmanager
def signed_history(key: KnownKey) -> Iterator[None]:
    """Rows that are written inside are signed with the key, and with the person whom it works as."""
    who = json.dumps({"api_key": key.prefix, **({"user": key.person.pk} if key.person else {})})
    signature = (str(uuid7()), who)

    def sign(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if many or not isinstance(sql, str) or not sql.startswith(_WRITES) or isinstance(params, dict):
            return execute(sql, params, many, context)
        result = execute(_SIGN + sql, (*signature, *(params or ())), many, context)
        while result is not None and result.nextset():
            pass
        return result

    with connection.execute_wrapper(sign):
        yield
