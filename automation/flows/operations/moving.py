"""A customer goes on over another channel: the run follows, and only that channel goes on speaking (spec 5.3)."""

from __future__ import annotations

from automation.flows.models import FlowRun, RunStatus
from automation.flows.operations.situation import Situation
from automation.flows.queries import published
from conversations.threads.models import LIVE_STATUSES, Handler
from conversations.threads.saving import change
from core.due.operations import cancel

SILENCE = "flow.silence"


def follow(situation: Situation) -> FlowRun | None:
    """The run that waits for this customer's answer in another conversation about the same lead, moved into this one,
    where none runs. At most one statement where there is none, and none for a lead that is new.
    """
    conversation = situation.conversation
    is_new = conversation.lead_just_made is not None or situation.lead is None
    if is_new or conversation.handler == Handler.PERSON or published(conversation.account.flow_key) is None:
        return None
    waiting = FlowRun.objects.filter(
        conversation__lead=conversation.lead_id,
        conversation__contact=conversation.contact_id,
        conversation__status__in=LIVE_STATUSES,
        status=RunStatus.ACTIVE,
    )
    found = waiting.exclude(conversation=conversation).select_related("version__flow").order_by("-updated_at")
    run = found.first()
    if run is None:
        return None
    left = run.conversation_id
    if not FlowRun.objects.filter(pk=run.pk, status=RunStatus.ACTIVE).update(conversation=conversation):
        return None
    cancel(kind=SILENCE, key=str(left))
    run.conversation = conversation
    change(conversation, handler=Handler.FLOW)
    return run
