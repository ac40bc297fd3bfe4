"""A flow begins because a lead crossed a threshold or entered a stage, not because the customer wrote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from automation.flows.models import FlowRun, RunStatus
from automation.flows.operations.running import begin, stop_watching
from automation.flows.operations.situation import Situation
from automation.flows.queries import published, published_versions, unfinished_run
from conversations.outbox.operations.judging import end_of_quiet
from conversations.threads.models import LIVE_STATUSES, Conversation, Handler
from conversations.threads.queries import locked_conversation
from conversations.threads.saving import held
from core.due.operations import schedule
from core.events.actor import FLOW
from core.events.operations import record
from crm.actions.registry import Action, Choices, Done, Occasion, Setting
from crm.consent.models import Purpose
from crm.consent.queries import may
from crm.pipeline.models import Lead

START = "flow.start"
REPLYING = timedelta(minutes=10)
"""So long after the customer's words a flow still answers them; later it follows up, unasked."""


def start_action() -> Action:
    return Action(
        "flow",
        gettext_lazy("start the flow"),
        (Setting("flow", gettext_lazy("Flow"), choices=_flows),),
        _plan,
        gettext_lazy("This flow is gone or switched off."),
    )


def _flows() -> Choices:
    return sorted(
        ((each.flow.key, each.flow.name) for each in published_versions()), key=lambda pair: pair[1]
    )


def _plan(lead: Lead, settings: Mapping[str, Any], occasion: Occasion) -> Done:
    """The flow begins right after this transaction: it needs the conversation, which is locked before its lead."""
    payload = {"flow": str(settings["flow"])}
    schedule(
        kind=START,
        key=f"{lead.pk}:{payload['flow']}",
        due_at=occasion.now,
        payload=payload,
        lead_id=lead.pk,
    )
    return Done()


@transaction.atomic
def start_for(*, lead_id: int, flow_key: str, now: datetime) -> bool:
    """Begin the flow in the lead's newest open conversation, in place of one that runs there; False, with an event that
    tells why, where a person has it, where it may not speak, or where there is none. Quiet hours put it off.
    """
    conversation = _newest(lead_id)
    reason = _hindrance(conversation, flow_key, now)
    if reason or conversation is None:
        payload = {"flow": flow_key, "reason": reason}
        lead = Lead.objects.filter(pk=lead_id).first()
        if lead is not None:
            record(name="flow.not_started", subject=lead, actor=FLOW, payload=payload)
        return False
    version = published(flow_key)
    assert version is not None, "looked for before"
    replying = _is_reply(conversation, now)
    leaves_at = now if replying else end_of_quiet(conversation.contact, now)
    if leaves_at > now:
        key, payload = f"{lead_id}:{flow_key}", {"flow": flow_key}
        schedule(kind=START, key=key, due_at=leaves_at, payload=payload, lead_id=lead_id)
        return False
    situation = Situation.of(conversation, now=now)
    if not replying:
        situation.purpose = Purpose.FOLLOW_UP
    with held(conversation):
        _end_what_runs(conversation, now)
        begin(version, None, situation)
    return True


def _newest(lead_id: int) -> Conversation | None:
    rows = Conversation.objects.filter(lead=lead_id, status__in=LIVE_STATUSES)
    pk = rows.order_by("-last_message_at", "-id").values_list("pk", flat=True).first()
    return locked_conversation(pk) if pk else None


def _hindrance(conversation: Conversation | None, flow_key: str, now: datetime) -> str:
    if published(flow_key) is None:
        return "no_flow"
    if conversation is None or conversation.status not in LIVE_STATUSES:
        return "no_conversation"
    if conversation.handler == Handler.PERSON or conversation.assignee_id is not None:
        return "person"
    run = unfinished_run(conversation)
    if run is not None and run.status == RunStatus.ACTIVE and run.version.flow.key == flow_key:
        return "running"
    purpose = Purpose.REPLY if _is_reply(conversation, now) else Purpose.FOLLOW_UP
    return "" if may(conversation.contact, purpose, conversation.account.kind) else "consent"


def _is_reply(conversation: Conversation, now: datetime) -> bool:
    """Whether the customer is there: wrote just now, or waits for an answer."""
    lead = conversation.lead
    wrote = lead.customer_wrote_at if lead else None
    return wrote is not None and now - wrote <= REPLYING


def _end_what_runs(conversation: Conversation, now: datetime) -> None:
    ended = FlowRun.objects.filter(conversation=conversation).exclude(status=RunStatus.FINISHED)
    if ended.update(status=RunStatus.FINISHED, finished_at=now, updated_at=now):
        stop_watching(conversation)
