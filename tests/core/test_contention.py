from __future__ import annotations

import pytest
from django.db import OperationalError
from psycopg import errors

from core import contention
from core.contention import retried


def broken_off(cause: Exception) -> OperationalError:
    error = OperationalError("broken off")
    error.__cause__ = cause
    return error


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contention, "PAUSE_SECONDS", 0.0)


@pytest.mark.django_db
@pytest.mark.usefixtures("_at_once")
@pytest.mark.parametrize("cause", [errors.DeadlockDetected("x"), errors.SerializationFailure("x")])
def test_what_was_broken_off_for_another_one_begins_again(cause: Exception) -> None:
    attempts = []

    @retried
    def work(word: str) -> str:
        attempts.append(word)
        if len(attempts) < 3:
            raise broken_off(cause)
        return word

    assert work("done") == "done"
    assert attempts == ["done"] * 3


@pytest.mark.django_db
@pytest.mark.usefixtures("_at_once")
def test_it_gives_up_in_the_end_and_lets_other_faults_through() -> None:
    attempts = []

    @retried
    def work(cause: Exception) -> None:
        attempts.append(1)
        raise broken_off(cause)

    with pytest.raises(OperationalError):
        work(errors.DeadlockDetected("x"))
    assert len(attempts) == contention.ATTEMPTS
    with pytest.raises(OperationalError):
        work(errors.AdminShutdown("x"))
    assert len(attempts) == contention.ATTEMPTS + 1
