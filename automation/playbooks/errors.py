"""What can be wrong with a playbook, or with what somebody wants to do with one."""

from __future__ import annotations

from collections.abc import Sequence

from automation.flows.errors import Problem
from core.errors import Refused


class BadPlaybook(Exception):
    """The files of a playbook cannot be used; `problems` holds every fault, its path beginning with the file."""

    def __init__(self, key: str, problems: Sequence[Problem]) -> None:
        self.key = key
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{key}/{problem}" for problem in problems))


class UnknownPlaybook(Refused):
    """No playbook of this key comes with Parley."""


class NotInstalled(Refused):
    """What was asked for needs the playbook to be installed first."""
