"""What a program gives with a move, and what it is told when that is not enough."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from rest_framework import serializers

from core.access.api import person_named
from core.api.drafts import Draft, Money, Reference, When, Words, prototype
from core.api.endpoint import Call
from core.api.problems import Fault, Problem
from core.conditions import FieldType, dump, load
from core.conditions import Money as Amount
from crm.pipeline.errors import BadGiven, StageIsFull, StageWants
from crm.pipeline.steps import LENGTH, Step
from crm.pipeline.wants import Want, offered
from crm.qualification.errors import BadAnswer

MOST = 50


class GivenField(serializers.Field[Any, Any, Any, Any]):
    """Values by key: "lead.value" money, "lead.owner" the id of a person, "lead.next_step" {"text", "at"}, "contact.phone",
    "contact.email", "answer.<key>", "custom.<key>".
    """

    default_error_messages = {"not_given": 'Write {{"<key of a field>": value}}, with 50 of them at most.'}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict) or len(data) > MOST:
            self.fail("not_given")
        return dict(data)


class StepDraft(Draft):
    text = Words(max_length=LENGTH)
    at = When()


class _Value(Draft):
    value = Money()


class _Person(Draft):
    value = Reference()


def given_of(call: Call, sent: Mapping[str, Any]) -> dict[str, Any]:
    """As the operation takes them. Raises Problem 400 with the path of the fault."""
    wants = offered()
    return {key: _read(call, wants.get(key), key, value) for key, value in sent.items()}


def _read(call: Call, want: Want | None, key: str, value: Any) -> Any:
    path = f"/given/{key}"
    if want is None:
        call.refuse(path, "unknown", "No stage can ask for this.")
    try:
        if key == "lead.owner":
            person = prototype(_Person).run_validation({"value": value})["value"]
            return person_named(call, person, path)
        if key == "lead.next_step":
            step = prototype(StepDraft).run_validation(value)
            return Step(step["text"], step["at"])
        if want.type is FieldType.MONEY:
            amount, currency = prototype(_Value).run_validation({"value": value})["value"]
            return dump(FieldType.MONEY, Amount(amount, currency))
        return _canonical(want, value)
    except serializers.ValidationError:
        call.refuse(path, "invalid", f"This does not suit “{want.label}”.")
    except (ValueError, TypeError, BadAnswer):
        call.refuse(path, "invalid", f"This does not suit “{want.label}”.")


def _canonical(want: Want, value: Any) -> Any:
    kind = want.type
    assert kind is not None, "a want without a type has a reader of its own"
    if value is None:
        raise ValueError("null gives nothing")
    return value if load(kind, value) is not None else dump(kind, value)


def refuse_move(error: StageWants | StageIsFull | BadGiven) -> NoReturn:
    """422 with a line for each field that is missing, 409 where the stage is full."""
    if isinstance(error, StageWants):
        faults = tuple(Fault(f"/given/{want.key}", "required", str(want.label)) for want in error.missing)
        raise Problem(422, "stage_wants", str(error), faults) from error
    if isinstance(error, StageIsFull):
        more = {"count": error.count, "limit": error.stage.wip_limit}
        raise Problem(409, "stage_full", str(error), more=more) from error
    raise Problem(
        422, "refused", str(error), (Fault(f"/given/{error.key}", "invalid", str(error)),)
    ) from error
