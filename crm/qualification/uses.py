"""Who relies on a criterion: each room that may mention one in rules or scripts registers how to find that
out.
"""

from collections.abc import Callable, Iterable

from crm.errors import Use

Finder = Callable[[str, str | None], Iterable[Use]]

_finders: list[Finder] = []


def register(finder: Finder) -> Finder:
    """`finder(key, choice)` names the places that mention the criterion, or that choice of it; called at
    start.
    """
    if finder in _finders:
        raise ValueError(f"{finder.__name__} is already registered")
    _finders.append(finder)
    return finder


def uses_of(key: str, choice: str | None = None) -> list[Use]:
    return [use for finder in _finders for use in finder(key, choice)]
