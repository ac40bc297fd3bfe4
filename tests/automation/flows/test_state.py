from __future__ import annotations

import json

import pytest

from automation.flows.engine import advance
from automation.flows.errors import StateError
from automation.flows.events import Takeover
from automation.flows.state import RunState, RunStatus
from tests.automation.flows.builders import context, flow

FULL = RunState(
    flow="first_answer",
    version=2,
    step="budget",
    language="hy",
    status=RunStatus.WAITING,
    goal="sales",
    pending="budget",
    asked={"goal": 1, "budget": 2},
    declined=("start",),
    notes={"detail": "կոտրված է"},
    misses=1,
    all_misses=2,
    side="price",
    side_repeats=1,
    answered=("price",),
    media="file",
    reminded=True,
    opted_out=False,
    messages=4,
    steps=9,
)


def test_survives_json() -> None:
    assert RunState.from_json(json.loads(json.dumps(FULL.to_json()))) == FULL


def test_reads_a_state_of_an_earlier_release() -> None:
    data = {"flow": "f", "version": 1, "step": "a", "language": "en", "forgotten_field": 5}
    assert RunState.from_json(data) == RunState("f", 1, "a", "en")


@pytest.mark.parametrize(
    "change",
    [
        {"status": "asleep"},
        {"version": "1"},
        {"version": True},
        {"asked": []},
        {"declined": "start"},
        {"pending": 5},
        {"reminded": 1},
    ],
)
def test_refuses_what_is_not_a_state(change: dict[str, object]) -> None:
    with pytest.raises(StateError):
        RunState.from_json(FULL.to_json() | change)


@pytest.mark.parametrize("data", [None, [], "x", {}, {"flow": "f", "version": 1}])
def test_refuses_incomplete_states(data: object) -> None:
    with pytest.raises(StateError):
        RunState.from_json(data)


def test_a_run_does_not_change_its_version() -> None:
    with pytest.raises(StateError, match="first_answer v2 cannot go on in first_answer v1"):
        advance(flow(), FULL, Takeover(), context())
