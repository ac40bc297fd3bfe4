"""What is answered beside the flow, before it: talk about meetings (spec 9.4) and about quotes that were sent (8.4)."""

from __future__ import annotations

from collections.abc import Mapping

from automation.flows.document import standard_phrases, standard_words
from automation.flows.events import CustomerMessage
from automation.flows.models import FlowRun, RunStatus
from automation.flows.operations.situation import Situation
from automation.flows.phrases import says, typed
from automation.flows.queries import document_of, has_run, published
from automation.flows.script import MEETING
from automation.flows.wording import Texts
from automation.meetings import choosing, talk
from automation.meetings.choosing import Words
from automation.meetings.operations import Talk
from automation.meetings.talk import Decision, Open
from automation.quotes import talk as quotes
from automation.quotes.operations.answering import QuoteTalk
from conversations.threads.models import Handler


def talk_first(event: CustomerMessage, situation: Situation, run: FlowRun | None) -> bool:
    """Answer what is about a meeting that stands, or a new one outside a run; False leaves the message to the flow.

    While a person speaks only buttons act. An offer that a flow has open is the flow's own.
    """
    if _about_a_quote(event, situation):
        return True
    waiting = Open.of(situation.conversation.talk)
    decision = talk.button(event.payload)
    if decision is None and waiting is not None:
        decision = talk.pressed(waiting, event.payload)
    if decision is None and not event.payload and situation.conversation.handler != Handler.PERSON:
        decision = _in_words(event, situation, run, waiting)
    if decision is None or situation.message is None:
        return False
    conversation = situation.conversation
    about = Talk(
        conversation=conversation,
        message=situation.message,
        lead=situation.lead,
        timezone=situation.timezone,
        now=situation.now,
        phrases=phrases_of(conversation.account.flow_key),
        goal=conversation.goal,
    )
    return about.act(decision, waiting)


def _about_a_quote(event: CustomerMessage, situation: Situation) -> bool:
    """Answer a button under a question about a sent quote, or the words that answer it while it is the open one."""
    conversation = situation.conversation
    decision = quotes.button(event.payload)
    waiting = quotes.Open.of(conversation.talk)
    listens = waiting is not None and not event.payload and conversation.handler != Handler.PERSON
    if decision is None and waiting is not None and listens:
        has_words = any(char.isalnum() for char in event.text)
        decision = quotes.answer(waiting, event.reading.intents, has_words=has_words)
    if decision is None or situation.message is None:
        return False
    return QuoteTalk(conversation, situation.message, situation.lead, situation.now).act(decision)


def _in_words(
    event: CustomerMessage, situation: Situation, run: FlowRun | None, waiting: Open | None
) -> Decision | None:
    asking = run is not None and run.status == RunStatus.ACTIVE
    if asking and run is not None and str(run.state.get("pending") or "").startswith(MEETING):
        return None
    coming = says(event.text, standard_words("coming"))
    words = _words(event, situation, waiting)
    if waiting is not None:
        found = talk.answer(waiting, words, timezone=situation.timezone, coming=coming)
        if found is not None:
            return found
    main = next(iter(event.reading.intents), "")
    may_book = main == "booking" and not asking and _is_after_a_run(situation, run)
    if asking and not (coming or main in ("reschedule", "cancel_booking")):
        return None
    return talk.opening(words, coming=coming, may_book=may_book)


def _is_after_a_run(situation: Situation, run: FlowRun | None) -> bool:
    """A wish for a meeting is the flow's to meet as long as it has not spoken."""
    conversation = situation.conversation
    if run is not None or published(conversation.account.flow_key) is None:
        return True
    return conversation.last_sequence > 1 and has_run(conversation)


def _words(event: CustomerMessage, situation: Situation, waiting: Open | None) -> Words:
    text, table = event.text, waiting.table if waiting else None
    payload, number = None, None
    if table is not None:
        options = choosing.options(table, timezone=situation.timezone, phrases=standard_phrases())
        payload = typed(text, [(each, list(labels.values())) for each, labels in options])
        number = situation.place_named(text, len(table.times))
    return Words(
        payload=payload,
        intents=event.reading.intents,
        wish=situation.wish(text),
        number=number,
        wants_others=says(text, standard_words("others")),
        gives_up=says(text, standard_words("skip")),
    )


def phrases_of(flow_key: str) -> Mapping[str, Texts]:
    """In the words of the account's flow, which an admin may have changed."""
    version = published(flow_key)
    return document_of(version).table if version else standard_phrases()
