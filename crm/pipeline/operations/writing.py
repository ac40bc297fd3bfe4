"""How every operation on a lead ends: one UPDATE, one INSERT of events; or begins: with the revision that was seen."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from core import clock
from core.events.actor import Actor
from core.events.operations import EventDraft, record_all
from crm.actions.registry import Done
from crm.chances.operations import refresh
from crm.pipeline.entering import go_on
from crm.pipeline.errors import StaleLead
from crm.pipeline.models import Lead
from crm.pipeline.queries import last_personal_change
from crm.pipeline.queries.leads import who
from crm.scoring.operations import assess_if_concerned


def save_changed(
    lead: Lead,
    columns: Collection[str],
    event: str,
    payload: dict[str, Any],
    actor: Actor,
    concerned: Collection[str],
    done: Done | None = None,
) -> None:
    """One UPDATE of the lead, one INSERT of its events; scored again where a rule asks for what changed, and let in where
    it waits before a stage that asked for it.
    """
    lead.revision += 1
    done = done or Done()
    assessment = assess_if_concerned(lead=lead, changed=concerned, actor=actor)
    let_in = go_on(lead, now=clock.now()) if assessment.result is None else Done()
    changed = {*columns, "revision", *done.changed, *assessment.changed_fields, *let_in.changed}
    lead.save(update_fields=sorted(changed))
    happened = EventDraft(name=event, subject=lead, actor=actor, payload=payload)
    record_all([happened, *done.drafts, *assessment.drafts, *let_in.drafts])
    moved = "lead.stage" in concerned or "stage" in changed
    refresh([lead], changed=None if moved else concerned)


def check_revision(lead: Lead, expected: int | None) -> None:
    """Raises StaleLead where somebody changed the lead after it was seen."""
    if expected is not None and lead.revision != expected:
        raise _stale(lead)


def _stale(lead: Lead) -> StaleLead:
    event = last_personal_change(lead)
    person = who(event)
    when = event.created_at if event else None
    words = {
        "who": person or _("Somebody else"),
        "stage": lead.stage.name,
        "time": formats.date_format(timezone.localtime(when), "SHORT_DATETIME_FORMAT") if when else "",
    }
    if event is not None and event.name == "lead.stage_changed":
        sentence = _("%(who)s moved this lead to “%(stage)s” (%(time)s).") % words
    else:
        sentence = _("%(who)s changed this lead (%(time)s); it stands in “%(stage)s”.") % words
    return StaleLead(sentence, stage=lead.stage.name, who=person, when=when)
