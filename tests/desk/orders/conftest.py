from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from core.access.models import User
    from crm.pipeline.models import Lead, Pipeline


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    import time_machine

    from tests.factories.quotes import NOW

    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead(manager: User, pipeline: Pipeline) -> Lead:
    from tests.factories.crm import ContactFactory, LeadFactory

    anahit = ContactFactory(name="Anahit", language="en")
    stage = pipeline.stages.first()
    return LeadFactory(owner=manager, contact=anahit, title="Kitchen", currency="USD", stage=stage)


@pytest.fixture
def client(manager: User) -> Client:
    from django.test import Client

    made = Client()
    made.force_login(manager)
    return made
