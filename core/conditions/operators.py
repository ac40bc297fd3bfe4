"""Which operators a type knows, and the shape of the operand that each one takes."""

from collections.abc import Mapping
from enum import Enum, auto

from core.conditions.enums import TEXT_TYPES, FieldType, Operator


class Shape(Enum):
    """What stands in "value"."""

    NOTHING = auto()
    ONE = auto()
    LIST = auto()
    PAIR = auto()
    SPAN = auto()
    FLAG = auto()


_SHAPES: Mapping[Operator, Shape] = {
    Operator.IS_SET: Shape.NOTHING,
    Operator.IS_NOT_SET: Shape.NOTHING,
    Operator.IN: Shape.LIST,
    Operator.NOT_IN: Shape.LIST,
    Operator.HAS_ANY: Shape.LIST,
    Operator.HAS_ALL: Shape.LIST,
    Operator.HAS_NONE: Shape.LIST,
    Operator.BETWEEN: Shape.PAIR,
    Operator.WITHIN_LAST: Shape.SPAN,
    Operator.WITHIN_NEXT: Shape.SPAN,
    Operator.OLDER_THAN: Shape.SPAN,
    Operator.IS_OPEN: Shape.FLAG,
}

_PRESENCE = (Operator.IS_SET, Operator.IS_NOT_SET)
_EQUALITY = (Operator.IS, Operator.IS_NOT)
_MEMBERSHIP = (Operator.IN, Operator.NOT_IN)
_ORDER = (Operator.GT, Operator.GTE, Operator.LT, Operator.LTE, Operator.BETWEEN)
_DAYS = (
    Operator.BEFORE,
    Operator.AFTER,
    Operator.GTE,
    Operator.LTE,
    Operator.BETWEEN,
    Operator.WITHIN_LAST,
    Operator.WITHIN_NEXT,
    Operator.OLDER_THAN,
)
_TEXT = (*_EQUALITY, *_MEMBERSHIP, Operator.CONTAINS, Operator.STARTS_WITH, *_PRESENCE)

OPERATORS: Mapping[FieldType, tuple[Operator, ...]] = {
    **dict.fromkeys(TEXT_TYPES, _TEXT),
    FieldType.NUMBER: (*_EQUALITY, *_MEMBERSHIP, *_ORDER, *_PRESENCE),
    FieldType.DURATION: (*_EQUALITY, *_ORDER, *_PRESENCE),
    FieldType.MONEY: (*_EQUALITY, *_ORDER, *_PRESENCE),
    FieldType.CHOICE: (*_EQUALITY, *_MEMBERSHIP, *_PRESENCE),
    FieldType.MULTICHOICE: (
        Operator.HAS_ANY,
        Operator.HAS_ALL,
        Operator.HAS_NONE,
        *_PRESENCE,
    ),
    FieldType.BOOLEAN: (Operator.IS, *_PRESENCE),
    FieldType.DATE: (*_EQUALITY, *_DAYS, *_PRESENCE),
    FieldType.DATETIME: (*_EQUALITY, *_DAYS, Operator.IS_OPEN, *_PRESENCE),
}


def shape_of(operator: Operator) -> Shape:
    return _SHAPES.get(operator, Shape.ONE)
