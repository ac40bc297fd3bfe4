"""A change is taken back: each lead that nobody has changed since gets what it had before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import pghistory
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core.access.models import Team, User
from core.events.actor import Actor
from core.events.operations import EventDraft, record_all
from crm.bulk.actions import ACTIONS, Action, remind
from crm.bulk.enums import BulkKind, Outcome, Undone
from crm.bulk.models import BulkItem, LeadBulk
from crm.bulk.operations.working import STEP, actor_of, locked, signature, write_changed
from crm.bulk.rows import column_values, set_columns, update_rows
from crm.pipeline.models import Lead, Stage
from crm.scoring.operations import rescore_together

_KEPT = (Undone.CHANGED_SINCE, Undone.GONE)


def undo_all(bulk: LeadBulk, user: User | None) -> None:
    """All that was changed, in the caller's transaction."""
    while undo_next(bulk, user):
        pass


@transaction.atomic
def undo_next(bulk: LeadBulk, user: User | None, limit: int = STEP) -> bool:
    """One step; False when nothing is left. Doing it again does no harm."""
    rows = BulkItem.objects.select_for_update(no_key=True)
    left = rows.filter(bulk=bulk, outcome=Outcome.CHANGED, undone=Undone.NOT)
    items = {item.lead_id: item for item in left.order_by("pk")[:limit]}
    now = timezone.now()
    if items:
        signed = {**signature(bulk), "undo": True, **({"user": user.pk} if user else {})}
        with pghistory.context(**signed):
            _undo(bulk, items, Actor.of(user) if user else actor_of(bulk), now)
        update_rows(BulkItem, [{"id": item.pk, "undone": item.undone} for item in items.values()])
    _count(bulk, items.values(), finished=None if len(items) == limit else now)
    return bulk.undo_finished_at is None


def _undo(bulk: LeadBulk, items: dict[int, BulkItem], actor: Actor, now: datetime) -> None:
    action, leads = ACTIONS[bulk.kind](bulk.options), locked(items)
    names = _Names(items.values())
    back: list[Lead] = []
    drafts: list[EventDraft] = []
    for item in items.values():
        item.undone = Undone.GONE
    for lead in leads:
        item, change = items[lead.pk], items[lead.pk].change or {"before": {}, "after": {}}
        if lead.revision != item.revision_after or not _stands(lead, change["after"], action):
            item.undone = Undone.CHANGED_SINCE
        elif names.know(change["before"]):
            told = names.event(bulk.kind, lead, change["before"])
            set_columns(lead, change["before"])
            item.undone = Undone.UNDONE
            back.append(lead)
            drafts.append(EventDraft(name=told[0], subject=lead, actor=actor, payload=told[1]))
    write_changed(back, action)
    record_all(drafts)
    remind([lead for lead in back if "next_step_at" in (items[lead.pk].change or {})["before"]], actor)
    rescore_together(leads=back, changed=action.concerned, now=now)


def _stands(lead: Lead, after: dict[str, Any], action: Action) -> bool:
    """What a rule has changed since without raising the revision stays as well."""
    now = column_values(lead, action.columns)
    return all(now[name] == value for name, value in after.items())


class _Names:
    """What the leads go back to, as far as it is still there; a statement for each kind of thing."""

    def __init__(self, items: Iterable[BulkItem]) -> None:
        both = [item.change for item in items if item.change]
        self._stages = Stage.objects.in_bulk(_ids(both, "stage_id"))
        self._people = User.objects.in_bulk(_ids(both, "owner_id"))
        self._teams = Team.objects.in_bulk(_ids(both, "team_id"))

    def know(self, before: dict[str, Any]) -> bool:
        known: Sequence[tuple[str, dict[int, Any]]] = (
            ("stage_id", self._stages),
            ("owner_id", self._people),
            ("team_id", self._teams),
        )
        return all(before.get(name) is None or before[name] in rows for name, rows in known)

    def event(self, kind: str, lead: Lead, before: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """As the operation on a single lead would tell it."""
        if kind in (BulkKind.ASSIGN, BulkKind.SHARE):
            owner = before.get("owner_id", lead.owner_id)
            team = before.get("team_id", lead.team_id)
            return "lead.assigned", {
                "owner_id": owner,
                "owner": str(self._people.get(owner) or ""),
                "team_id": team,
                "team": str(self._teams.get(team) or ""),
            }
        if kind == BulkKind.TAG:
            return "lead.updated", {"changes": ["tags"]}
        if kind == BulkKind.NEXT_STEP:
            text = before.get("next_step", lead.next_step)
            due = before.get("next_step_at", lead.next_step_at and lead.next_step_at.isoformat())
            return "lead.next_step_set", {"next_step": text, "due_at": due}
        left, entered = self._stages.get(lead.stage_id), self._stages[before["stage_id"]]
        return "lead.stage_changed", {
            "from": left.name if left else "",
            "from_id": lead.stage_id,
            "to": entered.name,
            "to_id": entered.pk,
            "kind": entered.kind,
            "lost_reason": "",
        }


def _ids(changes: Collection[dict[str, Any]], name: str) -> set[int]:
    return {side[name] for each in changes for side in each.values() if side.get(name) is not None}


def _count(bulk: LeadBulk, items: Iterable[BulkItem], finished: datetime | None) -> None:
    rows = list(items)
    undone = sum(item.undone == Undone.UNDONE for item in rows)
    kept = sum(item.undone in _KEPT for item in rows)
    grown: dict[str, Any] = {"undone": F("undone") + undone, "kept": F("kept") + kept}
    if finished is not None:
        grown["undo_finished_at"] = finished
    LeadBulk.objects.filter(pk=bulk.pk).update(**grown)
    bulk.undone, bulk.kept, bulk.undo_finished_at = bulk.undone + undone, bulk.kept + kept, finished
