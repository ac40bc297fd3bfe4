from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from core.access.models import User


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


@pytest.fixture
def anna(db: None) -> User:
    from tests.factories.core import CompanyFactory, ManagerFactory

    CompanyFactory()
    return ManagerFactory(name="Anna")
