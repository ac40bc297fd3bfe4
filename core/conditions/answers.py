"""Fields over canonical JSON: answers to criteria, custom fields."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from . import canonical
from .canonical import Value
from .enums import FieldType
from .fields import Choices, Field
from .json_source import json_source
from .moment import Moment

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

    `json_path_column` is a path from the subject ("answers", "lead__answers"). ValueError for a key
    that is not an identifier: a numeric one would address an array element in SQL.
    """
    if not key.isidentifier():
        raise ValueError(f"not an identifier: {key!r}")
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
