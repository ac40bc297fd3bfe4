from datetime import UTC, datetime
from decimal import Decimal

import pytest

from core.conditions import (
    DuplicateFieldError,
    Field,
    FieldRegistry,
    FieldType,
    Moment,
    MoneyOrm,
    Operator,
    Text,
    answer_field,
)

AT = Moment(datetime(2025, 3, 1, 8, tzinfo=UTC), "Asia/Yerevan")


def field(key: str = "score", kind: FieldType = FieldType.NUMBER, **more: object) -> Field:
    defaults = {"label": "Score", "subjects": ("lead",), "getter": lambda obj, at: obj}
    return Field(key=key, type=kind, **(defaults | more))  # type: ignore[arg-type]


def test_fields_of_a_subject_come_from_declarations_and_providers() -> None:
    registry = FieldRegistry()
    score, language = field(), field("language", FieldType.CHOICE, subjects=("lead", "contact"))
    budget = answer_field("budget", FieldType.MONEY, "Budget")
    registry.register(score, language)
    registry.provide("lead", lambda: [budget])
    assert registry.fields("lead") == {"score": score, "language": language, "answer.budget": budget}
    assert registry.fields("contact") == {"language": language}


def test_one_key_means_one_thing_per_subject() -> None:
    registry = FieldRegistry()
    registry.register(field())
    registry.register(field(subjects=("contact",)))
    with pytest.raises(DuplicateFieldError, match="'score' is already registered for subject 'lead'"):
        registry.register(field())
    registry.provide("lead", lambda: [field()])
    with pytest.raises(DuplicateFieldError):
        registry.fields("lead")


def test_an_unknown_subject_is_an_error_of_the_caller() -> None:
    with pytest.raises(LookupError, match="no fields for subject 'planet'"):
        FieldRegistry().fields("planet")


def test_a_field_may_narrow_but_not_widen_its_operators() -> None:
    assert field(operators=(Operator.GTE,)).operators == (Operator.GTE,)
    with pytest.raises(ValueError, match="do not suit number"):
        field(operators=(Operator.CONTAINS,))


def test_money_names_two_columns() -> None:
    with pytest.raises(ValueError, match="MoneyOrm belongs to money"):
        field(kind=FieldType.MONEY, orm="value")
    with pytest.raises(ValueError, match="MoneyOrm belongs to money"):
        field(orm=MoneyOrm("value", "currency"))


@pytest.mark.parametrize(
    ("kind", "got", "value"),
    [
        (FieldType.NUMBER, 0.1, Decimal("0.1")),
        (FieldType.NUMBER, None, None),
        (FieldType.CHOICE, "", None),
        (FieldType.MULTICHOICE, [], ()),
        (FieldType.TEXT, "erevan", Text("erevan", "erevan")),
    ],
)
def test_a_value_is_typed(kind: FieldType, got: object, value: object) -> None:
    assert field(kind=kind).value(got, AT) == value


@pytest.mark.parametrize(
    ("kind", "got"),
    [
        (FieldType.NUMBER, "7"),
        (FieldType.NUMBER, True),
        (FieldType.DATE, AT.now),
        (FieldType.MULTICHOICE, "vip"),
    ],
)
def test_a_getter_that_breaks_its_contract_is_found(kind: FieldType, got: object) -> None:
    with pytest.raises(TypeError, match="field 'score' of type"):
        field(kind=kind).value(got, AT)


def test_a_moment_is_aware_and_in_a_known_zone() -> None:
    with pytest.raises(ValueError, match="must be aware"):
        Moment(datetime(2025, 3, 1), "UTC")  # noqa: DTZ001
    with pytest.raises(KeyError):
        Moment(AT.now, "Asia/Atlantis")


def test_days_begin_in_the_zone_of_the_moment() -> None:
    late = Moment(datetime(2025, 2, 28, 21, tzinfo=UTC), "Asia/Yerevan")
    assert late.today.isoformat() == "2025-03-01"
    assert late.start_of(late.today) == datetime(2025, 2, 28, 20, tzinfo=UTC)
    jump = Moment(datetime(2024, 3, 10, 12, tzinfo=UTC), "America/Havana")  # midnight does not exist
    assert jump.start_of(jump.today) == datetime(2024, 3, 10, 5, tzinfo=UTC)
