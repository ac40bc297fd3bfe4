from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from automation.playbooks.errors import NotInstalled
from automation.playbooks.models import PlaybookInstall
from automation.playbooks.queries import install_of


def one_at_a_time() -> None:
    """Whoever installs, removes or switches a playbook waits for whoever does until the end of its transaction: two of
    them may bring or take the same part.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('automation.playbooks', 0))")


def installed(key: str) -> PlaybookInstall:
    """The install in use, with others waiting. Raises NotInstalled."""
    one_at_a_time()
    found = install_of(key)
    if found is None:
        raise NotInstalled(_("This playbook is not installed. Install it first."))
    return found
