from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from core.company.models import CompanyProfile

AtMost = Callable[[int], AbstractContextManager[None]]
TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@pytest.fixture
def company(db: None) -> CompanyProfile:
    from tests.factories.core import CompanyFactory

    return CompanyFactory()


@pytest.fixture
def at_most() -> AtMost:
    """`with at_most(5):` fails when more statements are sent; transaction control is not counted."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    @contextmanager
    def budget(most: int) -> Iterator[None]:
        with CaptureQueriesContext(connection) as sent:
            yield
        statements = [query["sql"] for query in sent if not query["sql"].startswith(TRANSACTION)]
        assert len(statements) <= most, "\n".join(statements)

    return budget
