"""What orders add to the registries of this room."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from conversations.orders.operations import tell
from core.due.models import DueRow
from core.due.registry import handler
from core.notifications.registry import register
from crm.orders.operations.noticing import NOTICE


def register_all() -> None:
    handler(NOTICE)(_tell)
    untold = _(
        "Call %(contact)s: the order %(number)s comes later or is not complete, and no chat can tell it"
    )
    register("order.untold", text=untold)
    answered = _("%(contact)s on the order %(number)s: %(answer)s")
    register("order.notice_answered", text=answered)


def _tell(row: DueRow, now: datetime) -> None:
    tell(notice_id=int(row.key), now=now)
