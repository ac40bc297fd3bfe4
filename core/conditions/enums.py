"""The vocabulary of the condition language. The values are stored in JSON: never rename one."""

from enum import StrEnum


class FieldType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    CHOICE = "choice"
    MULTICHOICE = "multichoice"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    DURATION = "duration"
    PHONE = "phone"
    EMAIL = "email"
    PLACE = "place"

    @property
    def is_text(self) -> bool:
        """Compared on a normalised form that is stored beside what the customer typed."""
        return self in TEXT_TYPES


TEXT_TYPES = frozenset({FieldType.TEXT, FieldType.PHONE, FieldType.EMAIL, FieldType.PLACE})


class Operator(StrEnum):
    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    NOT_IN = "not_in"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    BETWEEN = "between"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    BEFORE = "before"
    AFTER = "after"
    WITHIN_LAST = "within_last"
    WITHIN_NEXT = "within_next"
    OLDER_THAN = "older_than"
    HAS_ANY = "has_any"
    HAS_ALL = "has_all"
    HAS_NONE = "has_none"
    IS_OPEN = "is_open"
    IS_SET = "is_set"
    IS_NOT_SET = "is_not_set"


class GroupKind(StrEnum):
    ALL = "all"
    ANY = "any"
    NONE = "none"
