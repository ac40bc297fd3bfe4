"""A playbook is taken away: its own unedited parts go, what is edited or used by others stays and is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from automation.flows.models import Flow
from automation.playbooks.models import PartKind, PlaybookInstall, PlaybookPart
from automation.playbooks.operations.bringing import Hands
from automation.playbooks.operations.locking import installed
from automation.playbooks.operations.switching import let_go
from automation.playbooks.queries.standing import Line, standing
from automation.playbooks.reading import playbooks
from conversations.accounts.models import ChannelAccount
from conversations.accounts.operations import update_account
from core.access.models import User
from core.events.actor import Actor
from core.events.operations import record
from core.languages import in_active_language
from crm.errors import InUse

ORDER = (PartKind.FLOW, PartKind.SEQUENCE, PartKind.RULE, PartKind.CRITERION)
"""What others lean on goes last."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A part that stays, and why."""

    kind: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Removed:
    install: PlaybookInstall
    gone: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()


@transaction.atomic
def remove(*, key: str, edited_too: bool, user: User | None, now: datetime) -> Removed:
    """Take the playbook away. Conversations that have begun finish with its flow; accounts go back to the flow that they
    had. Parts that the company edited stay unless `edited_too`; what was there before, what another playbook uses and
    criteria that leads have answered always stay. Raises NotInstalled.
    """
    row = installed(key)
    _give_accounts_back(row, user)
    gone, kept = _take_parts(row, Hands(user, now), edited_too=edited_too)
    _free_the_rest(row)
    row.removed_at = now
    row.save(update_fields=["removed_at"])
    payload = {"playbook": key, "release": row.release, "removed": len(gone), "kept": len(kept)}
    record(name="playbook.removed", subject=row, actor=Actor.of(user), payload=payload)
    return Removed(row, tuple(gone), tuple(kept))


def _give_accounts_back(install: PlaybookInstall, user: User | None) -> None:
    switches = {row.account_id: row for row in install.switches.select_related("install")}
    accounts = ChannelAccount.objects.filter(pk__in=list(switches)).order_by("pk")
    for account in accounts.select_for_update():
        let_go(switches[account.pk], account, user, gone=(install.key,))


def _free_the_rest(install: PlaybookInstall) -> None:
    """Accounts that were given the flow by hand have none once it is off."""
    if Flow.objects.filter(key=install.key, active=True).exists():
        return
    accounts = ChannelAccount.objects.filter(flow_key=install.key).order_by("pk")
    for pk in accounts.values_list("pk", flat=True):
        update_account(account_id=pk, flow_key="")


def _take_parts(install: PlaybookInstall, hands: Hands, *, edited_too: bool) -> tuple[list[str], list[Kept]]:
    shipped = playbooks().get(install.key)
    lines = {(each.part.kind, each.part.ref): each for each in standing(shipped, install)} if shipped else {}
    users = _other_users(install)
    gone, kept = [], []
    rows = sorted(
        install.parts.filter(added=True), key=lambda row: (ORDER.index(PartKind(row.kind)), row.ref)
    )
    for part in rows:
        line = lines.get((part.kind, part.ref))
        name = line.found.name if line and line.found else part.ref
        if line is not None and line.found is None:
            part.delete()
        elif why := _hindrance(part, line, users, edited_too=edited_too) or _taken(part, hands):
            kept.append(Kept(part.kind, name, why))
        else:
            gone.append(name)
    return gone, kept


def _hindrance(
    part: PlaybookPart, line: Line | None, users: Mapping[tuple[str, str], str], *, edited_too: bool
) -> str:
    if other := users.get((part.kind, part.ref)):
        return _("“%(playbook)s” uses it") % {"playbook": other}
    if not edited_too and (line is None or line.edited):
        return _("you have changed it")
    return ""


def _taken(part: PlaybookPart, hands: Hands) -> str:
    """Take it back; where that is refused, why."""
    try:
        with transaction.atomic():
            is_gone = hands.take(part.kind, part.ref)
    except InUse as refusal:
        uses = ", ".join(str(use) for use in refusal.uses)
        return _("still used by %(uses)s") % {"uses": uses}
    if is_gone:
        part.delete()
    return ""


def _other_users(install: PlaybookInstall) -> dict[tuple[str, str], str]:
    """Parts that other playbooks in use count on, with the title of one."""
    rows = PlaybookPart.objects.filter(install__removed_at__isnull=True).exclude(install=install)
    known = playbooks()
    return {
        (row.kind, row.ref): in_active_language(known[row.install.key].title, row.install.key)
        if row.install.key in known
        else row.install.key
        for row in rows.select_related("install")
    }
