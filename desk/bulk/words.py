"""A change to many leads in the reader's words: what it does, what became of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core.access.models import Team
from crm.bulk.enums import BulkKind, Outcome, Reason, Undone
from crm.bulk.models import BulkItem
from crm.pipeline.models import LostReason, Stage, StageKind
from crm.pipeline.wants import offered
from desk import formats
from desk.colleagues.queries import names

Options = Mapping[str, Any]


def what(kind: str, options: Options) -> str:
    """What is done, as the head of a sentence."""
    return _WHAT[kind](options)


def _assign(options: Options) -> str:
    if options.get("owner") is None:
        return _("Give to nobody")
    return _("Assign to %(person)s") % {"person": names().get(options["owner"], "?")}


def _share(options: Options) -> str:
    team = Team.objects.filter(pk=options["team"]).first()
    return _("Share among %(team)s, in turn") % {"team": team.name if team else "?"}


def _move(options: Options) -> str:
    stage = Stage.objects.filter(pk=options["stage"]).first()
    words = _("Move to “%(stage)s”") % {"stage": stage.name if stage else "?"}
    return _with_reason(words, options)


def _close(options: Options) -> str:
    won = options["outcome"] == StageKind.WON
    return _with_reason(_("Close as won") if won else _("Close as lost"), options)


def _with_reason(words: str, options: Options) -> str:
    reason = LostReason.objects.filter(pk=options["reason"]).first() if options.get("reason") else None
    return _("%(what)s: %(reason)s") % {"what": words, "reason": reason.name} if reason else words


def _tag(options: Options) -> str:
    parts = []
    if options["add"]:
        parts.append(_("Add the tags: %(tags)s") % {"tags": ", ".join(options["add"])})
    if options["remove"]:
        parts.append(_("Take away the tags: %(tags)s") % {"tags": ", ".join(options["remove"])})
    return "; ".join(parts)


def _next_step(options: Options) -> str:
    due_at = _at(options.get("due_at"))
    if not options["text"] or due_at is None:
        return _("Clear the next step")
    words = {"step": options["text"], "when": formats.when(due_at, timezone.now())}
    return _("Next: %(step)s, %(when)s") % words


_WHAT: Mapping[str, Callable[[Options], str]] = {
    BulkKind.ASSIGN: _assign,
    BulkKind.SHARE: _share,
    BulkKind.MOVE: _move,
    BulkKind.CLOSE: _close,
    BulkKind.TAG: _tag,
    BulkKind.NEXT_STEP: _next_step,
}


def became(item: BulkItem, wants: Mapping[str, Any] | None = None) -> str:
    """What became of one lead, with the reason why it was left. Pass `wants` for several."""
    if item.undone:
        return str(Undone(item.undone).label)
    if item.outcome != Outcome.REFUSED:
        return str(Outcome(item.outcome).label)
    told = item.told or {}
    if item.reason == Reason.CHANGED_SINCE and told:
        return _overtaken(told)
    if item.reason == Reason.MISSING and told.get("fields"):
        known = offered() if wants is None else wants
        labels = [str(known[key].label) if key in known else key for key in told["fields"]]
        return _("The stage asks for: %(fields)s") % {"fields": ", ".join(labels)}
    return str(Reason(item.reason).label)


def _overtaken(told: Mapping[str, Any]) -> str:
    at = _at(told.get("at"))
    words = {
        "who": told.get("who") or _("Somebody else"),
        "stage": told.get("stage", ""),
        "time": formats.moment(at) if at else "",
    }
    if words["stage"]:
        return _("%(who)s moved it to “%(stage)s” meanwhile (%(time)s)") % words
    return _("%(who)s changed it meanwhile (%(time)s)") % words


def _at(text: Any) -> datetime | None:
    return parse_datetime(text) if text else None
