"""What a try-out shows of its customer before everything is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext as _

from automation.flows.models import Flow, FlowRun, FlowVersion, FlowVersionStatus
from automation.tryout.kinds import kind_of
from automation.tryout.transcript import Coming, Judged, Learned, Standing, Transcript
from conversations.channels import registry
from conversations.outbox.models import OutboxItem
from conversations.threads.models import Conversation
from core.company.queries import company
from core.due.models import DueRow
from crm.contacts.queries import points_of_contact
from crm.pipeline.models import Lead
from crm.qualification.queries import answer_lines


class Waiting(Protocol):
    def coming(self) -> list[DueRow]: ...

    def waiting(self) -> list[OutboxItem]: ...


def channels() -> tuple[str, ...]:
    """Kinds of channel that a flow can be tried out as."""
    return registry.kinds()


def version_to_play(flow: Flow, number: int | None = None) -> FlowVersion | None:
    """The version of that number; else the draft, else the published one."""
    rows = flow.versions.select_related("flow")
    if number is not None:
        return rows.filter(number=number).first()
    known = {each.status: each for each in rows.exclude(status=FlowVersionStatus.ARCHIVED).order_by("number")}
    return known.get(FlowVersionStatus.DRAFT) or known.get(FlowVersionStatus.PUBLISHED)


def read_standing(
    version: FlowVersion, conversation: Conversation, waiting: Waiting, now: datetime
) -> Transcript:
    """Where everything stands in the newest conversation of this one's account."""
    talks = Conversation.objects.select_related("contact").filter(account_id=conversation.account_id)
    talk = talks.order_by("-created_at", "-pk")[0]
    lead = Lead.objects.select_related("stage").filter(contact_id=talk.contact_id).order_by("-pk").first()
    return Transcript(
        version=version.number,
        is_draft=version.status == FlowVersionStatus.DRAFT,
        now=now,
        timezone=talk.contact.timezone or company().timezone,
        learned=tuple(_learned(talk, lead)),
        judged=_judged(lead),
        standing=_standing(talk),
        coming=tuple(sorted(_coming(waiting), key=lambda each: each.at)),
        handoff=talk.handoff,
        goal=talk.goal,
    )


def _standing(talk: Conversation) -> Standing:
    run = FlowRun.objects.filter(conversation=talk).order_by("-pk").first()
    if run is None:
        return Standing(handler=talk.handler)
    state = run.state
    return Standing(state["step"], state.get("pending") or "", state["status"], talk.handler)


def _learned(talk: Conversation, lead: Lead | None) -> Iterator[Learned]:
    points = points_of_contact(talk.contact)
    contact = (
        (_("Name"), talk.contact.name),
        (_("Phone"), points.get("phone", "")),
        (_("Email"), points.get("email", "")),
    )
    yield from (Learned(name, text) for name, text in contact if text)
    for line in answer_lines(lead) if lead else ():
        if line.row is not None or line.is_missing:
            yield Learned(line.criterion.name, line.text)


def _judged(lead: Lead | None) -> Judged | None:
    if lead is None:
        return None
    qualification = str(lead.get_qualification_display()) if lead.qualification else ""
    return Judged(lead.stage.name, lead.score, lead.grade, qualification)


def _coming(waiting: Waiting) -> Iterator[Coming]:
    for row in waiting.coming():
        kind = kind_of(row.kind)
        if kind.label:
            yield Coming(row.due_at, str(kind.label), kind.carried_out)
    for item in waiting.waiting():
        yield Coming(
            item.next_attempt_at, _("Leaves after quiet hours: %(text)s") % {"text": item.message.text[:80]}
        )
