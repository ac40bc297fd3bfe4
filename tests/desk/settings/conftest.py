"""Imports stand inside: this file is read before the settings know the addresses of the services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from core.access.models import User
    from crm.pipeline.models import Pipeline
    from crm.scoring.models import ScoringRule


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


@pytest.fixture
def rules(pipeline: Pipeline) -> list[ScoringRule]:
    """Version 1: a large budget for fit, a phone for engagement."""
    from crm.scoring.operations import RuleDraft, publish_rules
    from crm.scoring.scoring import Thresholds
    from tests.desk.settings.rules import BIG, PHONE
    from tests.factories.crm import CriterionFactory

    CriterionFactory(key="budget", kind="money", name="Budget")
    CriterionFactory(key="interest", kind="choice", name="Interest", values=["kitchen", "sofa", "wardrobe"])
    drafts = [RuleDraft("Large budget", "fit", BIG, 3), RuleDraft("Left a phone", "engagement", PHONE, 2)]
    rule_set = publish_rules(rules=drafts, thresholds=Thresholds(), user=None).rule_set
    return list(rule_set.rules.order_by("position"))
