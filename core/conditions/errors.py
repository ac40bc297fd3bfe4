"""What can go wrong between a stored condition and its answer."""


class ConditionError(ValueError):
    """The JSON is not a condition of this subject.

    `path` names the fault ("all[1].any[0].value", "" for the whole), `message` says what to do in
    the active language, `code` is stable: shape, unknown_key, too_deep, too_many, unknown_field,
    unknown_operator, operator_type, value_missing, value_unexpected, value_type, value_empty,
    value_range, value_order, value_currency, value_choice, value_list.
    """

    def __init__(self, path: str, message: str, code: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message
        self.code = code


class PythonOnlyCondition(ValueError):
    """The condition reads fields that no stored column can answer, so there is no query for it."""

    def __init__(self, keys: frozenset[str]) -> None:
        super().__init__(f"no query for: {', '.join(sorted(keys))}")
        self.keys = keys


class DuplicateFieldError(ValueError):
    """Two declarations of one key for one subject."""

    def __init__(self, subject: str, key: str) -> None:
        super().__init__(f"field {key!r} is already registered for subject {subject!r}")
        self.subject = subject
        self.key = key
