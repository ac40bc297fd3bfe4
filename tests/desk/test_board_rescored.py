"""An open board after the rules were published: cards change, one by one while they are few."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from core.access.models import User
from core.events.models import Event
from core.events.sequencer import sequence
from crm.pipeline.models import Pipeline, Stage
from crm.scoring import tasks
from crm.scoring.operations import RuleDraft, publish_rules
from crm.scoring.scoring import Thresholds
from desk.board import queries
from tests.desk.reading import words
from tests.factories.crm import CriterionFactory, LeadFactory
from tests.support import work_off

SOON = RuleDraft("Soon", "fit", {"field": "answer.start", "op": "lte", "value": 7}, 9)


@pytest.fixture
def changes(
    manager: User, pipeline: Pipeline, sign_in: Callable[[User], Client]
) -> Callable[[], tuple[list[str], bool]]:
    """The titles of the cards that come after publishing, and whether all columns are to be fetched."""
    CriterionFactory(key="start", kind="number", name="Start")
    stage = Stage.objects.get(pipeline=pipeline, name="New")
    for title, answers in (("First", {"start": 5}), ("Second", {"start": 6}), ("Silent", {})):
        LeadFactory(stage=stage, title=title, answers=answers)

    def published() -> tuple[list[str], bool]:
        sequence()
        since = Event.objects.order_by("-position").values_list("position", flat=True).first() or 0
        publish_rules(rules=[SOON], thresholds=Thresholds(), user=manager)
        work_off(["jobs"])
        sequence()
        address = reverse("desk:board_changes", args=[pipeline.public_id])
        answer = sign_in(manager).get(address, {"since": since})
        titles = [each.split(" ")[0] for each in words(answer.content, "card-lead")]
        return titles, answer.headers.get("HX-Trigger") == "board:reload"

    return published


def test_few_come_as_cards(changes: Callable[[], tuple[list[str], bool]]) -> None:
    assert changes() == (["First", "Second"], False)


def test_those_of_several_batches_too(
    changes: Callable[[], tuple[list[str], bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "BATCH", 1)
    assert changes() == (["First", "Second"], False)


def test_many_are_fetched_with_their_columns(
    changes: Callable[[], tuple[list[str], bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_CHANGES", 1)
    assert changes() == ([], True)
