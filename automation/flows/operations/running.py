"""The responder: what a customer wrote goes to the engine, what the engine wants done is carried out.

Everything happens in the caller's transaction with the conversation locked, so that an event is answered once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from automation.flows import engine
from automation.flows.engine import Outcome
from automation.flows.engine.hearing import NOT_A_TOPIC
from automation.flows.engine.rating import WAIT_MINUTES
from automation.flows.events import CustomerMessage, Event, HandBack, OptedOut, Silence, Takeover
from automation.flows.models import FlowRun, FlowVersion, RunStatus
from automation.flows.operations.beside import talk_first
from automation.flows.operations.carrying import carry_out
from automation.flows.operations.following import follow_up_first
from automation.flows.operations.moving import SILENCE, follow
from automation.flows.operations.rating import rated_late
from automation.flows.operations.situation import Situation
from automation.flows.operations.watching import held_language
from automation.flows.queries import flow_of, has_run, published, unfinished_run
from automation.flows.reading import reading
from automation.flows.service import RATING
from automation.flows.state import RunState
from automation.flows.state import RunStatus as State
from automation.orders.talk import answer_first
from conversations.goals.queries import book
from conversations.outbox.operations.judging import end_of_quiet
from conversations.threads.models import LIVE_STATUSES, Conversation, Handler, Message
from conversations.threads.queries import locked_conversation
from conversations.threads.saving import change, held, save
from conversations.understanding import Understanding, language_of
from core.access.models import User
from core.due.operations import cancel, schedule
from core.events.actor import FLOW
from core.events.operations import EventDraft
from core.text import has_hidden_card
from crm.consent.models import Purpose
from crm.consent.queries import may
from crm.contacts.models import Contact
from crm.pipeline.models import StageKind

_STORED = {
    State.RUNNING: RunStatus.ACTIVE,
    State.WAITING: RunStatus.ACTIVE,
    State.PAUSED: RunStatus.PAUSED,
    State.HANDED_OFF: RunStatus.PAUSED,
    State.DONE: RunStatus.FINISHED,
}


class FlowResponder:
    """Answers customers by the flow of their account; where there is none, people do."""

    def customer_wrote(
        self, *, conversation: Conversation, message: Message, understanding: Understanding, now: datetime
    ) -> None:
        with held(conversation):
            run = unfinished_run(conversation) if conversation.last_sequence > 1 else None
            situation = Situation.of(conversation, now=now, message=message)
            event = _event(conversation, message, understanding, situation.currency)
            if answer_first(event, situation):
                return
            if follow_up_first(
                event,
                situation,
                run,
                resume=lambda paused: _ask_again(paused, situation),
                begin=lambda version: begin(version, None, situation),
            ):
                return
            if talk_first(event, situation, run) or rated_late(event, situation, run):
                return
            run = run or follow(situation)
            if run is not None:
                _go_on(run, event, situation)
            elif version := self._flow_to_start(conversation) or _flow_of_goal(event, conversation):
                begin(version, event, situation)
            elif conversation.handler == Handler.FLOW:
                change(conversation, handler=Handler.QUEUE)

    def opted_out(
        self,
        *,
        conversation: Conversation,
        message: Message,
        understanding: Understanding,
        confirm: bool,
        now: datetime,
    ) -> bool:
        """The run goes quiet for good; the flow confirms in its own words."""
        run = unfinished_run(conversation) if conversation.last_sequence > 1 else None
        if run is None:
            return False
        situation = Situation.of(conversation, now=now, message=message)
        said = _event(conversation, message, understanding, situation.currency)
        with held(conversation):
            _go_on(run, OptedOut(said, confirm), situation)
        return confirm

    def taken_over(self, *, conversation: Conversation, user: User | None) -> None:
        run = unfinished_run(conversation)
        if run is not None:
            _go_on(run, Takeover(), Situation.of(conversation, now=run.updated_at))

    def handed_back(self, *, conversation: Conversation, user: User, now: datetime) -> None:
        run = unfinished_run(conversation)
        version = run.version if run else published(conversation.account.flow_key)
        if version is None:
            change(conversation, handler=Handler.QUEUE)
            save(conversation)
            return
        with held(conversation):
            change(conversation, handler=Handler.FLOW)
            situation = Situation.of(conversation, now=now)
            if run is not None:
                _go_on(run, HandBack(), situation)
            else:
                begin(version, None, situation)

    def _flow_to_start(self, conversation: Conversation) -> FlowVersion | None:
        """A flow begins once in a conversation, and never where a person speaks already."""
        version = published(conversation.account.flow_key)
        if version is None or conversation.handler == Handler.PERSON:
            return None
        return None if conversation.last_sequence > 1 and has_run(conversation) else version


def _flow_of_goal(event: CustomerMessage, conversation: Conversation) -> FlowVersion | None:
    """Whose run is over, and who comes with a goal that has a flow of its own, is led on there."""
    if conversation.handler != Handler.FLOW:
        return None
    flows = book().flows
    main = next((each for each in event.reading.intents if each not in NOT_A_TOPIC), "")
    return published(flows.get(main, ""))


@transaction.atomic
def remind(*, conversation_id: int, now: datetime) -> None:
    """The customer has been silent: repeat the last unanswered question once (spec 5.3), unless all is over.

    It follows up, unasked: whoever wants no more is left alone, and quiet hours put it off.
    """
    conversation = locked_conversation(conversation_id)
    run = unfinished_run(conversation)
    if run is None or conversation.handler != Handler.FLOW or conversation.status not in LIVE_STATUSES:
        return
    situation = Situation.of(conversation, now=now)
    if not _rates(run) and not _may_remind(situation):
        return
    situation.purpose = Purpose.FOLLOW_UP
    minutes = int((now - run.updated_at).total_seconds() // 60)
    with held(conversation):
        _go_on(run, Silence(minutes), situation)


def _rates(run: FlowRun) -> bool:
    """A rating is never reminded of: the run ends without a word, which nobody has to allow."""
    return str(run.state.get("pending") or "").startswith(RATING)


def _may_remind(situation: Situation) -> bool:
    """Quiet hours put it off."""
    conversation, now = situation.conversation, situation.now
    if not may(conversation.contact, Purpose.FOLLOW_UP, conversation.account.kind):
        return False
    leaves_at = end_of_quiet(conversation.contact, now)
    if leaves_at > now:
        _remind_at(conversation, leaves_at)
        return False
    return situation.lead is None or situation.lead.stage_kind == StageKind.OPEN


def tell_run(conversation: Conversation, event: Event, *, now: datetime) -> None:
    """Something happened that a run in the locked conversation waits for; what it says then, nobody has to ask for."""
    run = unfinished_run(conversation)
    if run is None or conversation.status not in LIVE_STATUSES:
        return
    situation = Situation.of(conversation, now=now)
    situation.purpose = Purpose.TRANSACTIONAL
    with held(conversation):
        _go_on(run, event, situation)


def _event(
    conversation: Conversation, message: Message, understanding: Understanding, currency: str
) -> CustomerMessage:
    text = message.words
    language = held_language() or language_of(text, otherwise=conversation.language)
    return CustomerMessage(
        text=text,
        reading=reading(understanding, text=text, currency=currency, language=language),
        payload=message.payload or None,
        attachments=message.attachment_kinds,
        upset=understanding.tone.wants_person,
        threat=understanding.tone.threat,
        card=has_hidden_card(text),
        document=message.has_document,
    )


def begin(version: FlowVersion, first: CustomerMessage | None, situation: Situation) -> None:
    """The flow speaks from now on in a locked conversation where none runs."""
    flow = flow_of(version)
    change(situation.conversation, handler=Handler.FLOW)
    outcome = engine.start(flow, situation.context(begins=True), first)
    events = [_started(flow.key, flow.version, situation), *_entered(outcome, situation)]
    carry_out(outcome.effects, situation, events=events)
    _keep(None, version, outcome, situation, before=None)


def _go_on(run: FlowRun, event: Event, situation: Situation) -> None:
    before = RunState.from_json(run.state)
    outcome = engine.advance(flow_of(run.version), before, event, situation.context())
    carry_out(outcome.effects, situation, events=_entered(outcome, situation))
    _keep(run, run.version, outcome, situation, before=before)


def _started(flow: str, version: int, situation: Situation) -> EventDraft:
    conversation = situation.conversation
    payload = {"flow": flow, "version": version}
    return EventDraft(
        name="flow.started",
        subject=conversation,
        actor=FLOW,
        payload=payload,
        lead_id=conversation.lead_id,
    )


def _entered(outcome: Outcome, situation: Situation) -> list[EventDraft]:
    """The flows in which the run went on."""
    states = [*outcome.left[1:], outcome.state] if outcome.left else []
    return [_started(state.flow, state.version, situation) for state in states]


def _keep(
    run: FlowRun | None,
    version: FlowVersion,
    outcome: Outcome,
    situation: Situation,
    *,
    before: RunState | None,
) -> None:
    """One run for each flow on the way: those that were left are over, the last one goes on."""
    for state in (*outcome.left, outcome.state):
        version = situation.entered.get((state.flow, state.version), version)
        _save(run, version, state, situation)
        run = None
    minutes = flow_of(version).reminder_after
    if (outcome.state.pending or "").startswith(RATING):
        minutes = WAIT_MINUTES
    _watch_silence(outcome.state, minutes, situation, before=before)


def _save(run: FlowRun | None, version: FlowVersion, state: RunState, situation: Situation) -> None:
    values = {
        "state": state.to_json(),
        "status": _STORED[state.status],
        "updated_at": situation.now,
        "finished_at": situation.now if state.status is State.DONE else None,
    }
    if run is None:
        FlowRun.objects.create(conversation=situation.conversation, version=version, **values)
        return
    for name, value in values.items():
        setattr(run, name, value)
    run.save(update_fields=list(values))


def _ask_again(run: FlowRun, situation: Situation) -> None:
    """The customer wants to go on after a long silence: the open question once more."""
    _go_on(run, Takeover(), situation)
    _go_on(run, HandBack(), situation)


def _watch_silence(state: RunState, minutes: int, situation: Situation, *, before: RunState | None) -> None:
    """One due row per conversation while a question is open, never due in the customer's quiet hours."""
    conversation = situation.conversation
    waits = state.status is State.WAITING and state.pending is not None and not state.reminded
    if waits:
        _remind_at(
            conversation, end_of_quiet(conversation.contact, situation.now + timedelta(minutes=minutes))
        )
    elif before is not None and before.status is State.WAITING:
        cancel(kind=SILENCE, key=str(conversation.pk))


def _remind_at(conversation: Conversation, due_at: datetime) -> None:
    schedule(
        kind=SILENCE,
        key=str(conversation.pk),
        due_at=due_at,
        conversation_id=conversation.pk,
        lead_id=conversation.lead_id,
    )


def stop_watching(conversation: Conversation) -> None:
    cancel(kind=SILENCE, key=str(conversation.pk))


def stop_reminding(contact: Contact) -> None:
    """The contact wants no more: no question of any conversation is asked again."""
    waiting = FlowRun.objects.filter(conversation__contact=contact, status=RunStatus.ACTIVE)
    for pk in waiting.values_list("conversation_id", flat=True):
        cancel(kind=SILENCE, key=str(pk))
