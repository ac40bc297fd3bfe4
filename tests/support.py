"""What tests of several rooms share."""

from collections.abc import Iterable

from django.utils.module_loading import import_string

from core import nudge

_MOST_ROUNDS = 100


def work_off(names: Iterable[str] | None = None) -> int:
    """Run the tasks of all nudges (or of these) in this process until nothing is left; returns the rows
    worked.

    Commit first: in a test without real transactions the rows are seen anyway. Time is what `timezone.now`
    says.
    """
    tasks = [import_string(nudge.registered()[name]) for name in names or nudge.registered()]
    worked = 0
    for _ in range(_MOST_ROUNDS):
        count = sum(task() or 0 for task in tasks)
        if count == 0:
            return worked
        worked += count
    raise AssertionError(f"Work is still left after {_MOST_ROUNDS} rounds.")
