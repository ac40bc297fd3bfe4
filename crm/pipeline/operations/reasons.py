"""Why leads are lost, for admins."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core.events.actor import Actor
from core.events.operations import record
from core.text import clean
from crm.pipeline.errors import BadReason
from crm.pipeline.models import LostReason


@transaction.atomic
def save_lost_reason(
    *, name: str, actor: Actor, active: bool = True, reason_id: int | None = None
) -> LostReason:
    """Add a reason or change the one of that id; one that is not active is not offered any more. Raises
    BadReason.
    """
    name = " ".join(clean(name).split())[:100]
    if not name:
        raise BadReason(_("Give it a name."))
    if LostReason.objects.filter(name=name).exclude(pk=reason_id or 0).exists():
        raise BadReason(_("There is a reason “%(name)s” already.") % {"name": name})
    reason = LostReason.objects.select_for_update().get(pk=reason_id) if reason_id else LostReason()
    reason.name, reason.active = name, active
    reason.save()
    record(
        name="pipeline.changed",
        subject=reason,
        actor=actor,
        payload={"what": "lost reason changed" if reason_id else "lost reason created", "name": name},
    )
    return reason
