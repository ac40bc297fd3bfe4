"""Playbooks as the company has them."""

from automation.playbooks.queries.installs import (
    in_use,
    install_of,
    installs,
    switches_of,
)
from automation.playbooks.queries.standing import Line, State, standing

__all__ = ["Line", "State", "in_use", "install_of", "installs", "standing", "switches_of"]
