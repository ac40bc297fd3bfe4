"""The draft of a flow: written step by step or as a whole, published, thrown away (spec 5.4).

A draft can always be read, so that it can be tried; what the linter has against it is shown, and holds up publishing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from automation.flows import editing
from automation.flows.document import parse, plain
from automation.flows.editing import Plain
from automation.flows.errors import FlowError
from automation.flows.judging import judged
from automation.flows.linter import Finding, Level
from automation.flows.models import Flow, FlowVersion, FlowVersionStatus
from automation.flows.queries import forget_published
from automation.flows.wording import Texts
from core.access.models import User
from core.errors import Conflict, Refused
from core.events.actor import Actor
from core.events.operations import record

Change = Callable[[Plain], Mapping[str, Any]]


class StaleDraft(Conflict):
    """Somebody changed or published the flow after the page was made; `newest` is what stands now."""

    def __init__(self, newest: FlowVersion, revision: int) -> None:
        self.newest, self.revision = newest, revision
        who = newest.created_by.name if newest.created_by else "Parley"
        words = _("%(who)s has changed this flow since you opened it. Look at it, then save yours again.")
        super().__init__(words % {"who": who})


class HasErrors(Refused):
    """The draft would break the flow: `findings` are the errors that it brings in."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(
            _("Not published, because it would break the flow. Mend what is marked as an error.")
        )


@transaction.atomic
def save_draft(
    *,
    flow_id: int,
    user: User | None,
    now: datetime,
    document: Mapping[str, Any] | None = None,
    yaml: str | None = None,
    texts: Mapping[str, Texts] | None = None,
    revision: int | None = None,
) -> FlowVersion:
    """Keep the whole as it is to be read from now on, given as a plain value or as YAML; `texts` are put over it.

    Raises StaleDraft where the flow is not at this `revision` any more, DocumentError for what cannot be read.
    """
    wanted = document if yaml is None else plain(yaml)

    def whole(shown: Plain) -> Mapping[str, Any]:
        given = shown if wanted is None else wanted
        parse(given)
        return editing.worded(given, texts or {})

    return _edit(flow_id, revision, user, now, whole)


@transaction.atomic
def edit_step(
    *, flow_id: int, step_id: str, step: Plain, user: User | None, now: datetime, revision: int | None = None
) -> FlowVersion:
    """Put another step in the place of this one. Raises StaleDraft, CannotEdit, DocumentError."""
    return _edit(flow_id, revision, user, now, lambda shown: editing.with_step(shown, step_id, step))


@transaction.atomic
def add_step(
    *,
    flow_id: int,
    step: Plain,
    user: User | None,
    now: datetime,
    after: str | None = None,
    revision: int | None = None,
) -> FlowVersion:
    """Add a step below `after`, at the beginning without one. Raises StaleDraft, CannotEdit, DocumentError."""
    return _edit(flow_id, revision, user, now, lambda shown: editing.inserted(shown, step, after))


@transaction.atomic
def move_step(
    *,
    flow_id: int,
    step_id: str,
    user: User | None,
    now: datetime,
    before: str | None = None,
    revision: int | None = None,
) -> FlowVersion:
    """Put a step above `before`, at the end without one. Raises StaleDraft, CannotEdit."""
    return _edit(flow_id, revision, user, now, lambda shown: editing.moved(shown, step_id, before))


@transaction.atomic
def remove_step(
    *, flow_id: int, step_id: str, user: User | None, now: datetime, revision: int | None = None
) -> FlowVersion:
    """Take a step out; what led to it leads on. Raises StaleDraft, CannotEdit."""
    return _edit(flow_id, revision, user, now, lambda shown: editing.removed(shown, step_id))


@transaction.atomic
def edit_part(
    *,
    flow_id: int,
    section: str,
    key: str,
    value: Any,
    user: User | None,
    now: datetime,
    revision: int | None = None,
) -> FlowVersion:
    """Change a goal, a side answer, a handoff rule or a phrase; None takes it out. Raises StaleDraft, DocumentError."""
    return _edit(flow_id, revision, user, now, lambda shown: editing.with_part(shown, section, key, value))


@transaction.atomic
def edit_settings(
    *,
    flow_id: int,
    settings: Mapping[str, Any],
    user: User | None,
    now: datetime,
    revision: int | None = None,
) -> FlowVersion:
    """Change what holds for the whole flow. Raises StaleDraft, DocumentError."""
    return _edit(flow_id, revision, user, now, lambda shown: editing.with_settings(shown, settings))


def _edit(
    flow_id: int, revision: int | None, user: User | None, now: datetime, change: Change
) -> FlowVersion:
    flow = locked(flow_id)
    shown = shown_version(flow)
    if revision is not None and revision != flow.revision:
        raise StaleDraft(shown, flow.revision)
    wanted = editing.cleaned(change(editing.worded(shown.document, shown.texts)))
    parse(wanted)
    wanted["flow"] = flow.key
    document, texts = editing.settled(shown.document, wanted)
    if (document, texts) == (shown.document, shown.texts):
        return shown
    draft = shown
    if shown.status != FlowVersionStatus.DRAFT:
        draft = FlowVersion(flow=flow, number=next_number(flow), status=FlowVersionStatus.DRAFT)
    draft.document, draft.texts, draft.created_by, draft.changed_at = document, texts, user, now
    draft.save()
    _touch(flow)
    return draft


@transaction.atomic
def publish_draft(
    *, flow_id: int, user: User | None, now: datetime, revision: int | None = None
) -> FlowVersion:
    """The draft is used from now on; whoever is in the flow ends on the version they began with. Without a draft: nothing
    happens, the published version is returned.

    Raises StaleDraft, and HasErrors for errors that the published version does not have already.
    """
    flow = locked(flow_id)
    draft = flow.versions.filter(status=FlowVersionStatus.DRAFT).first()
    if draft is None:
        return shown_version(flow)
    if revision is not None and revision != flow.revision:
        raise StaleDraft(draft, flow.revision)
    published = flow.versions.filter(status=FlowVersionStatus.PUBLISHED).first()
    if faults := _new_errors(draft, published):
        raise HasErrors(faults)
    _let_count(flow, draft, published, user, now)
    return draft


def _let_count(
    flow: Flow, draft: FlowVersion, published: FlowVersion | None, user: User | None, now: datetime
) -> None:
    last = next_number(flow) - 1
    if published is not None:
        published.status = FlowVersionStatus.ARCHIVED
        published.save(update_fields=["status"])
    draft.number = draft.number if draft.number == last else last + 1
    draft.status, draft.published_at = FlowVersionStatus.PUBLISHED, now
    draft.created_by = user or draft.created_by
    draft.save()
    title = parse(draft.document).title
    if published is None or title != parse(published.document).title:
        flow.name = title[:120]
        flow.save(update_fields=["name"])
    _touch(flow)
    forget_published()
    payload = {"flow": flow.key, "version": draft.number}
    record(name="flow.published", subject=flow, actor=Actor.of(user), payload=payload)


def _new_errors(draft: FlowVersion, published: FlowVersion | None) -> list[Finding]:
    before = set(_errors(published)) if published else set()
    return [each for each in _errors(draft) if each not in before]


def _errors(version: FlowVersion) -> list[Finding]:
    found = judged(parse(version.document).with_texts(version.texts))
    return [each for each in found if each.level is Level.ERROR]


@transaction.atomic
def discard_draft(*, flow_id: int, user: User | None, revision: int | None = None) -> bool:
    """Throw the draft away; False where there is none. Raises StaleDraft, and Refused where nothing else is there."""
    flow = locked(flow_id)
    draft = flow.versions.filter(status=FlowVersionStatus.DRAFT).first()
    if draft is None:
        return False
    if revision is not None and revision != flow.revision:
        raise StaleDraft(draft, flow.revision)
    if not flow.versions.exclude(pk=draft.pk).exists():
        raise Refused(_("This flow was never published. Delete it as a whole, or publish it."))
    draft.delete()
    _touch(flow)
    return True


def locked(flow_id: int) -> Flow:
    return Flow.objects.select_for_update(no_key=True).get(pk=flow_id)


def shown_version(flow: Flow) -> FlowVersion:
    """The draft, else the published version: what an editor shows."""
    order = {FlowVersionStatus.DRAFT: 0, FlowVersionStatus.PUBLISHED: 1}
    rows = flow.versions.filter(status__in=list(order)).select_related("created_by")
    found = sorted(rows, key=lambda each: order[FlowVersionStatus(each.status)])
    if not found:
        raise FlowError(f"The flow {flow.key} has no version.")
    return found[0]


def next_number(flow: Flow) -> int:
    return (flow.versions.aggregate(last=Max("number"))["last"] or 0) + 1


def _touch(flow: Flow) -> None:
    Flow.objects.filter(pk=flow.pk).update(revision=F("revision") + 1)
    flow.revision += 1
