"""How a next step travels in the address of an undo button, and comes back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from crm.pipeline.steps import Step


def undo_of(step: Step) -> dict[str, str]:
    if not step.text:
        return {"clear": "1"}
    due = {"due_at": step.due_at.isoformat()} if step.due_at else {}
    return {"next_step": step.text, **due}


def restored_step(asked: Mapping[str, str]) -> Step | None:
    """The step of such an address, None where it names none or a moment that is none."""
    if asked.get("clear"):
        return Step()
    if not asked.get("next_step"):
        return None
    try:
        due_at = datetime.fromisoformat(asked["due_at"]) if asked.get("due_at") else None
    except ValueError:
        return None
    return Step(asked["next_step"], due_at if due_at and due_at.tzinfo else None)
