"""Imports stand inside: this file is read before the settings know the addresses of the services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from core.access.models import User
    from crm.pipeline.models import Pipeline

Counting = Callable[[], AbstractContextManager[list[str]]]
TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@pytest.fixture
def manager(db: None) -> User:
    from tests.factories.core import ManagerFactory

    return ManagerFactory(name="Mariam Manager", language="en", timezone="Asia/Yerevan")


@pytest.fixture
def agent(db: None) -> User:
    from tests.factories.core import UserFactory

    return UserFactory(name="Aram Agent", language="en", timezone="Asia/Yerevan")


@pytest.fixture
def pipeline(db: None) -> Pipeline:
    """New, Meeting, Offer, Won, Lost."""
    from tests.factories.core import CompanyFactory
    from tests.factories.crm import sales_pipeline

    CompanyFactory()
    return sales_pipeline()


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    def client_of(user: User) -> Client:
        from django.test import Client

        client = Client()
        client.force_login(user)
        return client

    return client_of


@pytest.fixture
def statements() -> Counting:
    """`with statements() as sent:` gathers the SQL, transaction control left out."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    @contextmanager
    def gather() -> Iterator[list[str]]:
        sent: list[str] = []
        with CaptureQueriesContext(connection) as captured:
            yield sent
        sent += [query["sql"] for query in captured if not query["sql"].startswith(TRANSACTION)]

    return gather
