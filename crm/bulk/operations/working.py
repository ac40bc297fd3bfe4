"""The next leads of a change: locked in order, changed in memory each by its rules, written together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import pghistory
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core.access.queries import visible
from core.events.actor import Actor
from core.events.enums import ActorKind
from core.events.models import Event
from core.events.operations import EventDraft, record_all
from crm.bulk.actions import ACTIONS, Action
from crm.bulk.enums import Outcome, Reason
from crm.bulk.errors import NotNow
from crm.bulk.models import BulkItem, LeadBulk
from crm.bulk.rows import column_values, update_rows
from crm.pipeline.models import Lead
from crm.pipeline.queries.leads import PERSONAL, who
from crm.scoring.operations import rescore_together

STEP = 500
"""Leads of one transaction: large enough to cost little, small enough that nobody waits for their locks."""
_COUNTED = (Outcome.CHANGED, Outcome.ALREADY, Outcome.REFUSED)


def work_all(bulk: LeadBulk) -> None:
    """All that waits, in the caller's transaction."""
    while work_next(bulk):
        pass


@transaction.atomic
def work_next(bulk: LeadBulk, limit: int = STEP) -> bool:
    """One step, with its figures; False when nothing waits any more. Doing it again does no harm: what has an outcome
    does not wait.
    """
    rows = BulkItem.objects.select_for_update(no_key=True).filter(bulk=bulk, outcome=Outcome.WAITING)
    waiting = rows.order_by("pk")[:limit]
    items = {item.lead_id: item for item in waiting}
    now = timezone.now()
    if items:
        with pghistory.context(**signature(bulk)):
            _work(bulk, items, now)
        update_rows(BulkItem, [_item_row(item) for item in items.values()])
    _count(bulk, items.values(), finished=None if len(items) == limit else now)
    return bulk.finished_at is None


def signature(bulk: LeadBulk) -> dict[str, Any]:
    """Who it was, for the history."""
    return {"bulk": str(bulk.public_id), **({"user": bulk.created_by_id} if bulk.created_by_id else {})}


def actor_of(bulk: LeadBulk) -> Actor:
    if bulk.created_by_id is not None:
        return Actor(ActorKind.USER, bulk.created_by_id, bulk.api_key_id)
    return Actor(ActorKind.API, None, bulk.api_key_id)


def _work(bulk: LeadBulk, items: dict[int, BulkItem], now: datetime) -> None:
    action, actor = ACTIONS[bulk.kind](bulk.options), actor_of(bulk)
    action.hold()
    leads = locked(items)
    in_sight = _in_sight(bulk, items)
    action.prepare(leads)
    before: dict[int, dict[str, Any]] = {}
    drafts: list[EventDraft] = []
    changed: list[Lead] = []
    for lead in leads:
        item, old = items[lead.pk], column_values(lead, action.columns)
        try:
            _check(lead, item, in_sight, action)
            told = action.apply(lead, now)
        except NotNow as refusal:
            _refuse(item, refusal.reason, refusal.told)
            continue
        item.outcome = Outcome.CHANGED if told else Outcome.ALREADY
        if told:
            name, payload = told
            before[lead.pk] = old
            changed.append(lead)
            drafts.append(EventDraft(name=name, subject=lead, actor=actor, payload=payload))
    write_changed(changed, action)
    record_all(drafts)
    action.plan(changed, actor)
    rescore_together(leads=changed, changed=action.concerned, now=now)
    for lead in changed:
        item = items[lead.pk]
        item.change = _difference(before[lead.pk], column_values(lead, action.columns))
        item.revision_after = lead.revision
    _name_who_was_quicker(items)


def locked(ids: Collection[int]) -> list[Lead]:
    """The leads, locked in the one order that all steps keep."""
    return list(Lead.objects.select_for_update(no_key=True).filter(pk__in=list(ids)).order_by("pk"))


def write_changed(leads: Sequence[Lead], action: Action) -> None:
    """One statement; each lead's revision rises."""
    for lead in leads:
        lead.revision += 1
    columns = (*action.columns, "revision")
    update_rows(Lead, [{"id": lead.pk, **column_values(lead, columns)} for lead in leads])


def _in_sight(bulk: LeadBulk, ids: Collection[int]) -> set[int]:
    """Asked under the locks: what the person sees may have changed since the leads were chosen."""
    if bulk.created_by is None:
        return set(ids)
    seen = Lead.objects.filter(visible(bulk.created_by, person="owner"), pk__in=list(ids))
    return set(seen.values_list("pk", flat=True))


def _check(lead: Lead, item: BulkItem, in_sight: set[int], action: Action) -> None:
    if lead.pk not in in_sight:
        raise NotNow(Reason.NO_SIGHT)
    if action.careful and lead.revision != item.revision:
        raise NotNow(Reason.CHANGED_SINCE)


def _refuse(item: BulkItem, reason: Reason, told: dict[str, Any]) -> None:
    item.outcome, item.reason, item.told = Outcome.REFUSED, reason, told or None


def _difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    names = [name for name in before if before[name] != after[name]]
    return {
        "before": {name: before[name] for name in names},
        "after": {name: after[name] for name in names},
    }


def _name_who_was_quicker(items: dict[int, BulkItem]) -> None:
    """One statement for all, and none where nobody was."""
    for item in items.values():
        if item.outcome == Outcome.WAITING:
            _refuse(item, Reason.NO_SIGHT, {})
    beaten = {pk: item for pk, item in items.items() if item.reason == Reason.CHANGED_SINCE}
    if not beaten:
        return
    last = Event.objects.filter(lead_id__in=beaten, name__in=PERSONAL).select_related("actor")
    for event in last.order_by("lead_id", "-id").distinct("lead_id"):
        item = beaten[event.lead_id or 0]
        moved = {"stage": event.payload.get("to", "")} if event.name == "lead.stage_changed" else {}
        item.told = {"who": who(event), "at": event.created_at.isoformat(), **moved}


def _item_row(item: BulkItem) -> dict[str, Any]:
    return {
        "id": item.pk,
        "outcome": item.outcome,
        "reason": item.reason,
        "told": item.told,
        "change": item.change,
        "revision_after": item.revision_after,
    }


def _count(bulk: LeadBulk, items: Iterable[BulkItem], finished: datetime | None) -> None:
    rows = list(items)
    found = {outcome.value: sum(item.outcome == outcome for item in rows) for outcome in _COUNTED}
    grown: dict[str, Any] = {name: F(name) + count for name, count in found.items() if count}
    if finished is not None:
        grown["finished_at"] = finished
    if grown:
        LeadBulk.objects.filter(pk=bulk.pk).update(**grown)
    for name, count in found.items():
        setattr(bulk, name, getattr(bulk, name) + count)
    bulk.finished_at = finished
