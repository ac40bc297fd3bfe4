"""On which accounts a playbook answers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from automation.flows.queries import forget_published, published
from automation.playbooks.errors import NotInstalled
from automation.playbooks.models import PartKind, PlaybookInstall, PlaybookSwitch
from automation.playbooks.operations.bringing import Hands
from automation.playbooks.operations.locking import installed
from conversations.accounts.models import ChannelAccount
from conversations.accounts.operations import update_account
from core.access.models import User
from core.events.actor import Actor
from core.events.operations import record


@transaction.atomic
def switch_on(*, key: str, account_id: int, user: User | None, now: datetime) -> PlaybookSwitch:
    """New conversations of the account begin with the playbook; those that have begun finish with what they have.

    With the first account its follow-ups begin, too. Again: nothing changes. Raises NotInstalled, also where its flow
    was switched off, and ChannelAccount.DoesNotExist.
    """
    install = installed(key)
    forget_published()
    if published(key) is None:
        raise NotInstalled(_("The flow of this playbook is switched off. Switch it on in Settings, Flows."))
    account = ChannelAccount.objects.select_for_update().get(pk=account_id)
    first = not install.switches.exists()
    switch, made = PlaybookSwitch.objects.get_or_create(
        install=install, account=account, defaults={"before": _before(account, key)}
    )
    if account.flow_key != key:
        update_account(account_id=account.pk, flow_key=key)
        _tell(install, account, user, on=True)
    if first and made:
        Hands(user, now).follow_ups(own_follow_ups(install), on=True)
    return switch


@transaction.atomic
def switch_off(*, key: str, account_id: int, user: User | None, now: datetime) -> ChannelAccount:
    """The account goes back to the flow that it had. With the last account the follow-ups end, too.

    Again: nothing changes. Raises NotInstalled, ChannelAccount.DoesNotExist.
    """
    install = installed(key)
    account = ChannelAccount.objects.select_for_update().get(pk=account_id)
    switch = install.switches.filter(account=account).first()
    if switch is None:
        return account
    account = let_go(switch, account, user, gone=())
    if not install.switches.exists():
        Hands(user, now).follow_ups(own_follow_ups(install), on=False)
    return account


def let_go(
    switch: PlaybookSwitch, account: ChannelAccount, user: User | None, *, gone: Collection[str]
) -> ChannelAccount:
    """Give the locked account back. Whichever playbook came after remembers what was there before. `gone`: flows that
    are about to be switched off.
    """
    install, before = switch.install, switch.before
    later = PlaybookSwitch.objects.filter(account=account, before=install.key).exclude(pk=switch.pk)
    later.update(before=before)
    switch.delete()
    if account.flow_key == install.key:
        forget_published()
        usable = before not in gone and published(before) is not None
        account = update_account(account_id=account.pk, flow_key=before if usable else "")
        _tell(install, account, user, on=False)
    return account


def own_follow_ups(install: PlaybookInstall) -> list[str]:
    """Sequences that this playbook brought; those that were there are switched by whoever made them."""
    rows = install.parts.filter(kind=PartKind.SEQUENCE, added=True)
    return list(rows.order_by("ref").values_list("ref", flat=True))


def _before(account: ChannelAccount, key: str) -> str:
    return "" if account.flow_key == key else account.flow_key


def _tell(install: PlaybookInstall, account: ChannelAccount, user: User | None, *, on: bool) -> None:
    payload = {
        "playbook": install.key,
        "release": install.release,
        "account": str(account.public_id),
        "on": on,
    }
    record(name="playbook.switched", subject=install, actor=Actor.of(user), payload=payload)
