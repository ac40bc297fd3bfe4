"""Two admins at the same instant: one playbook, one of each part."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from automation.flows.models import FlowVersion
from automation.playbooks.errors import NotInstalled
from automation.playbooks.models import PlaybookInstall
from automation.playbooks.operations import install, remove, switch_on
from core.company.models import CompanyProfile
from crm.qualification.models import Criterion
from crm.scoring.models import ScoringRule
from tests.factories.conversations import make_pipeline, make_user, make_web_chat

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], object]) -> list[object]:
    """Each in a thread of its own with a connection of its own, let go together; what each gave or was refused with."""
    gate = threading.Barrier(len(works))
    found: list[object] = []

    def run(work: Callable[[], object]) -> None:
        try:
            gate.wait(timeout=10)
            found.append(work())
        except NotInstalled as refusal:
            found.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return found


def test_installed_at_once_it_is_installed_once() -> None:
    CompanyProfile.objects.create(id=1, name="Aregak Interiors", currency="AMD")
    make_pipeline()
    anna, boris = make_user("Anna", role="admin"), make_user("Boris", role="admin")
    now = timezone.now()
    made = at_once(
        lambda: install(key="inbound", user=anna, now=now),
        lambda: install(key="inbound", user=boris, now=now),
        lambda: install(key="qualify", user=boris, now=now),
        lambda: install(key="qualify", user=anna, now=now),
    )
    assert sorted((each.install.key, each.made) for each in made) == [  # type: ignore[attr-defined]
        ("inbound", False),
        ("inbound", True),
        ("qualify", False),
        ("qualify", True),
    ]
    assert PlaybookInstall.objects.count() == 2
    assert Criterion.objects.filter(key="start").count() == 1
    assert FlowVersion.objects.filter(flow__key="inbound").count() == 1
    counted = ScoringRule.objects.filter(rule_set__status="published")
    assert counted.filter(name="Starts within a week").count() == 1


def test_removed_while_another_switches_it_on_no_account_is_left_with_it() -> None:
    CompanyProfile.objects.create(id=1, name="Aregak Interiors", currency="AMD")
    make_pipeline()
    anna = make_user("Anna", role="admin")
    now = timezone.now()
    for _round in range(3):
        site = make_web_chat(flow_key="")
        install(key="inbound", user=anna, now=now)
        at_once(
            lambda pk=site.pk: switch_on(key="inbound", account_id=pk, user=anna, now=now),  # type: ignore[misc]
            lambda: remove(key="inbound", edited_too=False, user=anna, now=now),
        )
        site.refresh_from_db()
        assert site.flow_key == ""
        assert not PlaybookInstall.objects.filter(removed_at__isnull=True).exists()
