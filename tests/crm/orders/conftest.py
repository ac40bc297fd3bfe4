from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from core.access.models import User
    from crm.pipeline.models import Lead


@pytest.fixture
def anna(db: None) -> User:
    from tests.factories.core import CompanyFactory, UserFactory

    CompanyFactory()
    return UserFactory(name="Anna")


@pytest.fixture
def lead(anna: User) -> Lead:
    from tests.factories.crm import LeadFactory

    return LeadFactory(owner=anna, title="Kitchen", currency="USD")
