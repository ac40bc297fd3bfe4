"""Fields over canonical JSON: answers to criteria, custom fields."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from core.conditions import canonical
from core.conditions.canonical import Value
from core.conditions.enums import FieldType
from core.conditions.fields import Choices, Field
from core.conditions.json_source import json_source
from core.conditions.moment import Moment

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise


def answer_field(
    key: str,
    type: FieldType,
    label: "StrOrPromise",
    choices: "Choices | Callable[[], Choices] | None" = None,
    *,
    json_path_column: str = "answers",
    prefix: str = "answer.",
    subjects: tuple[str, ...] = ("lead",),
) -> Field:
    """A field "answer.<key>" that reads `canonical` JSON at `key` of a jsonb column, in both backends.

    `json_path_column` is a path from the subject ("answers", "lead__answers").
    """
    path = json_path_column.split("__")

    def read(obj: object, at: Moment) -> Value | None:
        for name in path:
            obj = None if obj is None else getattr(obj, name)
        return canonical.load(type, obj.get(key)) if isinstance(obj, Mapping) else None

    return Field(
        key=f"{prefix}{key}",
        type=type,
        label=label,
        subjects=subjects,
        getter=read,
        orm=json_source(type, json_path_column, key),
        choices=choices,
    )
