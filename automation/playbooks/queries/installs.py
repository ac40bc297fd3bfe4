from __future__ import annotations

from automation.playbooks.models import PlaybookInstall, PlaybookSwitch


def install_of(key: str) -> PlaybookInstall | None:
    """The playbook as it is in use, None where it is not installed."""
    return PlaybookInstall.objects.filter(key=key, removed_at__isnull=True).first()


def installs() -> dict[str, PlaybookInstall]:
    """All in use, by key."""
    rows = PlaybookInstall.objects.filter(removed_at__isnull=True).select_related("installed_by")
    return {row.key: row for row in rows}


def in_use() -> bool:
    return PlaybookInstall.objects.filter(removed_at__isnull=True).exists()


def switches_of(install: PlaybookInstall) -> list[PlaybookSwitch]:
    """The accounts that it answers on, by name."""
    return list(install.switches.select_related("account").order_by("account__name", "account_id"))
