"""What two transactions do to each other when each holds what the other waits for."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction

ATTEMPTS = 5
PAUSE_SECONDS = 0.05
_DEADLOCK, _SERIALIZATION = "40P01", "40001"

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def retried(operation: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Run the operation as one transaction, again from its beginning when the database broke it off for another one.

    Inside a caller's transaction it is a savepoint: rolling back to it gives back the locks that it took.
    """

    @wraps(operation)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        for attempt in range(1, ATTEMPTS):
            try:
                with transaction.atomic():
                    return operation(*args, **kwargs)
            except OperationalError as error:
                if not is_contention(error):
                    raise
                time.sleep(random.uniform(0, PAUSE_SECONDS * attempt))
        with transaction.atomic():
            return operation(*args, **kwargs)

    return run


def is_contention(error: OperationalError) -> bool:
    """A deadlock, or two transactions that could not be put in an order."""
    return getattr(error.__cause__, "sqlstate", None) in (_DEADLOCK, _SERIALIZATION)
