"""A rating that comes when the run is over: the button under an old question still counts."""

from __future__ import annotations

from automation.flows.document import standard_phrases
from automation.flows.events import CustomerMessage
from automation.flows.models import FlowRun
from automation.flows.operations.situation import Situation
from automation.flows.service import RATING
from automation.flows.wording import choose
from conversations.outbox.operations import send_message
from conversations.ratings.models import HIGHEST, LOWEST
from conversations.ratings.operations import rate
from conversations.threads.models import AuthorKind, ConversationStatus, Handler
from conversations.threads.operations.tickets import close
from core.events.actor import FLOW


def rated_late(event: CustomerMessage, situation: Situation, run: FlowRun | None) -> bool:
    """Keep it and say thanks; False for whatever is no rating that was asked for here."""
    payload, conversation = event.payload or "", situation.conversation
    if run is not None or not payload.startswith(RATING):
        return False
    figure, what = payload.removeprefix(RATING), _asked(situation)
    if not what or not figure.isdecimal() or not LOWEST <= int(figure) <= HIGHEST:
        return False
    rate(conversation=conversation, what=what, value=int(figure), now=situation.now)
    thanks = standard_phrases()["phrases.rate_thanks"]
    language = conversation.language or situation.company.language
    send_message(
        conversation=conversation,
        text=choose(thanks, language),
        author_kind=AuthorKind.FLOW,
        now=situation.now,
    )
    if conversation.handler == Handler.FLOW and conversation.assignee_id is None:
        close(conversation, ConversationStatus.SOLVED, actor=FLOW, now=situation.now)
    return True


def _asked(situation: Situation) -> str:
    """What was asked about last in this conversation."""
    rows = FlowRun.objects.filter(conversation=situation.conversation).order_by("-id")
    state = rows.values_list("state", flat=True).first() or {}
    given_up = [each for each in state.get("declined", ()) if each.startswith(RATING)]
    named = [*state.get("ratings", {}), *(each.removeprefix(RATING) for each in given_up)]
    return str(named[-1]) if named else ""
