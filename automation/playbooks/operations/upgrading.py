"""A playbook gets the parts of this release; what the company has edited stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from automation.playbooks.manifest import Playbook
from automation.playbooks.models import PlaybookInstall
from automation.playbooks.operations.bringing import Hands
from automation.playbooks.operations.installing import write_down
from automation.playbooks.operations.locking import installed
from automation.playbooks.queries.standing import Line, State, standing
from automation.playbooks.reading import playbook
from core.access.models import User
from core.events.actor import Actor
from core.events.operations import record


@dataclass(frozen=True, slots=True)
class Upgraded:
    install: PlaybookInstall
    renewed: tuple[Line, ...] = ()
    kept: tuple[Line, ...] = ()


def upgrade(*, key: str, user: User | None, now: datetime) -> Upgraded:
    """Bring a playbook to what this release ships. Raises UnknownPlaybook, NotInstalled."""
    return upgrade_to(playbook(key), user=user, now=now)


@transaction.atomic
def upgrade_to(shipped: Playbook, *, user: User | None, now: datetime) -> Upgraded:
    """Bring what is new and publish new versions of what nobody has edited. What a colleague has edited or taken out
    stays so. Again: nothing changes. Raises NotInstalled.
    """
    key = shipped.key
    row = installed(key)
    if row.release == shipped.release:
        return Upgraded(row)
    lines = standing(shipped, row)
    hands = Hands(user, now)
    older = [line for line in lines if line.state is State.OLDER]
    fresh = [line for line in lines if line.state is State.NEW]
    hands.renew(older)
    hands.add([line.part for line in fresh])
    write_down(row, (*older, *fresh))
    row.release = shipped.release
    row.save(update_fields=["release"])
    kept = tuple(line for line in lines if line.added and line.state in (State.OTHER, State.OUT))
    renewed = (*older, *fresh)
    payload = {"playbook": key, "release": row.release, "renewed": len(renewed), "kept": len(kept)}
    record(name="playbook.upgraded", subject=row, actor=Actor.of(user), payload=payload)
    return Upgraded(row, renewed, kept)
