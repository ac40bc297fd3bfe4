"""What a customer says to a follow-up is heard before the flow; a yes goes at once to a meeting, the quote, the flow or a
person.
"""

from __future__ import annotations

from collections.abc import Callable

from automation.flows.events import CustomerMessage
from automation.flows.models import FlowRun, FlowVersion, RunStatus
from automation.flows.operations.beside import phrases_of
from automation.flows.operations.situation import Situation
from automation.flows.queries import published
from automation.meetings.operations import Talk
from automation.meetings.talk import Act, Decision
from automation.quotes import talk as quotes
from automation.quotes.operations.answering import QuoteTalk
from automation.sequences.operations.answering import Heard, Said, hear, to_person
from automation.sequences.operations.paying import ask_to_pay
from crm.quotes.queries import waiting_of_lead

WIN_BACK = "win_back"
"""The flow that begins where a yes goes on with a chat and no question is open any more."""
Resume = Callable[[FlowRun], None]
Begin = Callable[[FlowVersion], None]


def follow_up_first(
    event: CustomerMessage, situation: Situation, run: FlowRun | None, resume: Resume, begin: Begin
) -> bool:
    """False leaves the message to what comes next. `resume` lets the run ask its open question again, `begin` lets a flow
    speak where none runs.
    """
    message = situation.message
    if message is None:
        return False
    asking = run is not None and run.status == RunStatus.ACTIVE and bool(run.state.get("pending"))
    said = Said(
        conversation=situation.conversation,
        message=message,
        lead=situation.lead,
        intents=event.reading.intents,
        now=situation.now,
        asking=asking,
    )
    heard = hear(said, lambda: situation.wish(event.text))
    if heard is Heard.NOTHING:
        return False
    if heard is Heard.FLOW and run is not None and asking:
        resume(run)
    elif heard is Heard.FLOW and run is None and (version := published(WIN_BACK)) is not None:
        begin(version)
    elif (
        (heard is Heard.BOOKING and _offer(event, situation))
        or (heard is Heard.QUOTE and _quote(situation))
        or (heard is Heard.PAYMENT and ask_to_pay(said))
    ):
        return True
    elif heard is not Heard.DONE:
        to_person(said)
    return True


def _quote(situation: Situation) -> bool:
    """The quote that waits for its answer once more, with the way to accept it; False where none does."""
    version = waiting_of_lead(situation.lead.pk) if situation.lead is not None else None
    if version is None or situation.message is None:
        return False
    about = QuoteTalk(situation.conversation, situation.message, situation.lead, situation.now)
    return about.act(quotes.Decision(quotes.Act.YES, str(version.public_id)))


def _offer(event: CustomerMessage, situation: Situation) -> bool:
    """Times for a meeting; False where nothing can be booked."""
    assert situation.message is not None
    about = Talk(
        conversation=situation.conversation,
        message=situation.message,
        lead=situation.lead,
        timezone=situation.timezone,
        now=situation.now,
        phrases=phrases_of(situation.conversation.account.flow_key),
        goal=situation.conversation.goal,
    )
    return about.act(Decision(Act.BOOK, wish=situation.wish(event.text)), None)
