"""`?filter=`: a condition as JSON that narrows a list beside its other parameters."""

from __future__ import annotations

import json

from core.api.filters import BadValue, Kind
from core.api.parameters import Parameter
from core.conditions import Condition, ConditionError, parse


def condition_parameter(subject: str, *, example: str) -> Parameter:
    """Reads a condition over the subject; what cannot be read, or is not stored, is refused with what to write."""

    def read(text: str) -> Condition:
        try:
            condition = parse(json.loads(text), subject)
        except ConditionError as error:
            raise BadValue(f"a condition over {subject}s as JSON. {error}") from error
        except (ValueError, RecursionError) as error:
            raise BadValue(f"a condition over {subject}s as JSON. {example}") from error
        if condition.python_only:
            raise BadValue("a condition over what is stored")
        return condition

    schema = {"type": "string", "contentMediaType": "application/json"}
    return Parameter(
        "filter",
        Kind(read, (), schema),
        f"{example} It narrows the list beside the other parameters.",
    )
