from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from core.access.models import User


@pytest.fixture
def company(db: None) -> None:
    """A company with a pipeline and nothing of its own yet: no criteria, no rules, no flows."""
    from core.company.models import CompanyProfile
    from tests.factories.conversations import make_pipeline

    CompanyProfile.objects.create(id=1, name="Aregak Interiors", currency="AMD", timezone="Asia/Yerevan")
    make_pipeline()


@pytest.fixture
def anna(company: None) -> User:
    from tests.factories.conversations import make_user

    return make_user("Anna", role="admin")
