"""Use cases of playbooks: one transaction each, safe to repeat, one after the other."""

from automation.playbooks.operations.installing import Installed, install
from automation.playbooks.operations.removing import Kept, Removed, remove
from automation.playbooks.operations.switching import switch_off, switch_on
from automation.playbooks.operations.upgrading import Upgraded, upgrade

__all__ = [
    "Installed",
    "Kept",
    "Removed",
    "Upgraded",
    "install",
    "remove",
    "switch_off",
    "switch_on",
    "upgrade",
]
