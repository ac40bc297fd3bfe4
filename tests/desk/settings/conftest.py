"""Imports stand inside: this file is read before the settings know the addresses of the services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from core.access.models import User


@pytest.fixture
def admin(db: None) -> User:
    from tests.factories.core import AdminFactory

    return AdminFactory(name="Anna Admin", email="anna@example.com", language="en")


@pytest.fixture
def desk(admin: User) -> Client:
    """An admin who is signed in."""
    from django.test import Client

    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def reader(manager: User) -> Client:
    """A manager who is signed in."""
    from django.test import Client

    client = Client()
    client.force_login(manager)
    return client
