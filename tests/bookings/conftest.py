"""Imports stand inside: this file is read before the settings know the addresses of the services."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.desk.conftest import statements as statements  # a fixture that these tests share

if TYPE_CHECKING:
    from datetime import datetime

    from core.company.models import CompanyProfile


@pytest.fixture
def firm(db: None) -> CompanyProfile:
    from tests.factories.core import CompanyFactory

    return CompanyFactory(name="Aregak Interiors")


@pytest.fixture
def work_due() -> Callable[[datetime], int]:
    """Let a worker do what is due at that moment; returns how many rows it worked."""
    from core.due.operations import Runner

    def work(now: datetime) -> int:
        runner, worked = Runner(), 0
        while runner.work_next(now=now):
            worked += 1
        return worked

    return work
