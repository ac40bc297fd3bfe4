"""A playbook is added: what is missing is brought, what is there stays as it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from automation.playbooks.models import PlaybookInstall, PlaybookPart
from automation.playbooks.operations.bringing import Hands
from automation.playbooks.operations.locking import one_at_a_time
from automation.playbooks.queries.standing import Line, State, standing
from automation.playbooks.reading import playbook
from core.access.models import User
from core.events.actor import Actor
from core.events.operations import record


@dataclass(frozen=True, slots=True)
class Installed:
    """`made` is False where it was installed already: then nothing has changed. `added` are the parts that are new."""

    install: PlaybookInstall
    made: bool
    added: tuple[Line, ...] = ()
    stayed: tuple[Line, ...] = ()


@transaction.atomic
def install(*, key: str, user: User | None, now: datetime, follow_ups: bool = False) -> Installed:
    """Install a playbook. It answers nowhere before it is switched on for an account, or another playbook goes on in it.
    `follow_ups`: those that it brings begin at once, not with its first account. Raises UnknownPlaybook.
    """
    shipped = playbook(key)
    one_at_a_time()
    row, made = PlaybookInstall.objects.get_or_create(
        key=key, removed_at=None, defaults={"release": shipped.release, "installed_by": user}
    )
    if not made:
        return Installed(row, made=False)
    lines = standing(shipped, None)
    hands = Hands(user, now)
    added = [line for line in lines if line.found is None]
    hands.add([line.part for line in added])
    hands.renew([line for line in lines if line.state is State.OLDER])
    for line in lines:
        if line.added:
            hands.wake(line)
    write_down(row, lines)
    if follow_ups:
        brought = (line.part.ref for line in lines if line.found is None or line.added)
        hands.follow_ups(sorted(brought), on=True)
    payload = {"playbook": key, "release": row.release, "added": len(added)}
    record(name="playbook.installed", subject=row, actor=Actor.of(user), payload=payload)
    stayed = [line for line in lines if line.found is not None]
    return Installed(row, made=True, added=tuple(added), stayed=tuple(stayed))


def write_down(install: PlaybookInstall, lines: Iterable[Line]) -> None:
    """Where each part came from and what it was when it did."""
    PlaybookPart.objects.bulk_create(
        [
            PlaybookPart(
                install=install,
                kind=line.part.kind,
                ref=line.found.ref if line.found else line.part.ref,
                digest=line.part.digest,
                added=line.found is None or line.added,
            )
            for line in lines
        ],
        update_conflicts=True,
        unique_fields=["install", "kind", "ref"],
        update_fields=["digest"],
    )
