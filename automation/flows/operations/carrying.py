"""Carrying out what the engine wants, in the order: what was learned, what is said, who takes over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import singledispatch

from django.utils import translation

from automation.articles.carrying import note_article
from automation.flows import effects as wanted
from automation.flows.operations.situation import Situation
from automation.flows.operations.watching import tell
from automation.quotes.operations.making import plan_quote
from conversations.articles.operations import collect as collect_question
from conversations.goals.operations import collect
from conversations.goals.queries import book
from conversations.outbox.operations import send_all
from conversations.ratings.operations import add_words, rate
from conversations.sending.drafts import Draft, QuickReply
from conversations.threads.models import LIVE_STATUSES, AuthorKind, ConversationStatus, Handler, Urgency
from conversations.threads.operations import announce, hand_off
from conversations.threads.operations.tickets import close
from conversations.threads.saving import change
from conversations.threads.titles import first_title, numbered_title
from core.access.models import Team
from core.events.actor import CUSTOMER, FLOW
from core.events.operations import EventDraft, record_all
from crm.chances.operations import refresh
from crm.consent.models import Purpose
from crm.consent.operations import grant, withdraw
from crm.contacts.errors import BadContactPoint
from crm.contacts.operations import add_point, update_contact
from crm.defaults import NOT_INTERESTED
from crm.fields.queries import PREFIX
from crm.fields.values import merged
from crm.pipeline.models import Lead
from crm.pipeline.operations import create_lead, lose_lead, note_goal, retitle
from crm.qualification.answers import NewAnswer
from crm.qualification.operations import apply_answers
from crm.qualification.queries import active_criteria, choice_labels
from crm.scoring.operations import rescore

NOT_UNDERSTOOD = "not_understood"
RATING_WORDS = "rating"
"""The note that asks why: `ask: note.rating`."""
UNANSWERED = frozenset({NOT_UNDERSTOOD, "question"})
"""Notes of what nothing answered: perhaps an article should."""
_URGENCY = {
    wanted.Urgency.NORMAL: Urgency.NORMAL,
    wanted.Urgency.HIGH: Urgency.HIGH,
    wanted.Urgency.URGENT: Urgency.URGENT,
}


def carry_out(
    effects: Sequence[wanted.Effect], situation: Situation, *, events: Iterable[EventDraft] = ()
) -> None:
    """All effects of one event; answers are written and scored together, events with one INSERT."""
    drafts = [*events]
    for effect in effects:
        drafts += _carry(effect, situation) or ()
    drafts += _learn(effects, situation)
    _say(effects, situation)
    for effect in effects:
        _conclude(effect, situation)
    record_all(drafts)


@singledispatch
def _carry(effect: object, situation: Situation) -> list[EventDraft] | None:
    """What can be done at once; kinds without an entry are gathered or come last."""
    return None


@_carry.register
def _(effect: wanted.SetLanguage, situation: Situation) -> None:
    conversation = situation.conversation
    change(conversation, language=effect.language)
    if conversation.contact.language != effect.language:
        update_contact(contact=conversation.contact, actor=FLOW, language=effect.language)


@_carry.register
def _(effect: wanted.SetGoal, situation: Situation) -> list[EventDraft]:
    change(situation.conversation, goal=effect.goal)
    if situation.lead is None:
        return []
    drafts = note_goal(lead=situation.lead, goal=effect.goal, actor=FLOW)
    situation.unsaved |= {"goal"} if drafts else set()
    return drafts


@_carry.register
def _(effect: wanted.SetContactField, situation: Situation) -> None:
    contact = situation.conversation.contact
    if effect.field == "name":
        update_contact(contact=contact, actor=CUSTOMER, name=effect.value)
        return
    try:
        add_point(
            contact=contact,
            kind=effect.field,
            value=effect.value,
            actor=CUSTOMER,
            rescore=situation.lead is None,
        )
    except BadContactPoint:
        # The words stay in the thread and in the handoff card; a number nobody can dial is not kept as one.
        return


@_carry.register
def _(effect: wanted.Note, situation: Situation) -> list[EventDraft]:
    conversation = situation.conversation
    if effect.kind == NOT_UNDERSTOOD and situation.message is not None:
        collect(situation.message)
    if effect.kind == RATING_WORDS:
        add_words(conversation=conversation, words=effect.text)
    if effect.kind in UNANSWERED and situation.message is not None:
        collect_question(situation.message)
    payload = {"kind": effect.kind, "text": effect.text}
    return [
        EventDraft(
            name="flow.noted", subject=conversation, actor=FLOW, payload=payload, lead_id=conversation.lead_id
        )
    ]


@_carry.register
def _(effect: wanted.Rate, situation: Situation) -> None:
    rate(
        conversation=situation.conversation,
        what=effect.what,
        value=effect.value,
        words=effect.words,
        now=situation.now,
    )


@_carry.register
def _(effect: wanted.RecordConsent, situation: Situation) -> None:
    """For this channel alone, with the words that the customer read."""
    conversation = situation.conversation
    decide = grant if effect.granted else withdraw
    decide(
        contact=conversation.contact,
        source=conversation.account.kind,
        channel=conversation.account.kind,
        text=effect.text,
        purposes=[Purpose(effect.purpose)],
        conversation_id=conversation.pk,
    )


@_carry.register
def _(effect: wanted.ReadArticle, situation: Situation) -> None:
    note_article(effect.slug, effect.outcome, conversation=situation.conversation)


def _learn(effects: Sequence[wanted.Effect], situation: Situation) -> list[EventDraft]:
    learned = [effect for effect in effects if isinstance(effect, wanted.RecordAnswer)]
    answers = [_answer(effect, situation) for effect in learned if not effect.key.startswith(PREFIX)]
    if learned and situation.lead is None:
        _open_lead(situation)
    lead = situation.lead
    if lead is None:
        return []
    drafts = [*_name(lead, answers, situation), *_keep_fields(lead, learned, situation)]
    if answers:
        apply_answers(
            lead=lead, answers=answers, at=situation.moment, actor=CUSTOMER, changed=situation.unsaved
        )
    elif learned or any(isinstance(each, wanted.RequestScore | wanted.SetContactField) for each in effects):
        rescore(lead=lead, at=situation.moment, changed=situation.unsaved)
    elif situation.unsaved:
        lead.save(update_fields=sorted(situation.unsaved))
        refresh([lead], changed={f"lead.{name}" for name in situation.unsaved})
    return drafts


def _keep_fields(
    lead: Lead, learned: Sequence[wanted.RecordAnswer], situation: Situation
) -> list[EventDraft]:
    """Answers that a field of the company's own keeps."""
    own = {each.key.removeprefix(PREFIX): each.value for each in learned if each.key.startswith(PREFIX)}
    if not own:
        return []
    lead.custom = merged(lead.custom, own)
    situation.unsaved |= {"custom"}
    payload = {"changes": sorted(f"{PREFIX}{key}" for key in own)}
    return [EventDraft(name="lead.updated", subject=lead, actor=CUSTOMER, payload=payload)]


def _name(lead: Lead, answers: Sequence[NewAnswer], situation: Situation) -> list[EventDraft]:
    """The first choice says what a lead is about: its label is the title until a person writes another."""
    known = {**lead.answers, **{answer.key: answer.value for answer in answers}}
    chosen = next((row for row in active_criteria() if row.kind == "choice" and row.key in known), None)
    if chosen is None or not answers:
        return []
    conversation, language = situation.conversation, situation.company.language
    with translation.override(language):
        labels = dict(choice_labels(chosen))
    nobodys = {numbered_title(conversation, language=language), conversation.contact.name, *labels.values()}
    title = labels.get(known[chosen.key], "")
    drafts = retitle(lead=lead, title=title, instead_of=nobodys, actor=FLOW)
    situation.unsaved |= {"title", "title_normal"} if drafts else set()
    return drafts


def _answer(effect: wanted.RecordAnswer, situation: Situation) -> NewAnswer:
    message = situation.message
    return NewAnswer(
        key=effect.key,
        value=effect.value,
        said=message.text[:500] if message else "",
        source=effect.source.value,
        message_id=message.public_id if message else None,
        confidence=effect.confidence,
    )


def _open_lead(situation: Situation) -> None:
    """Somebody on a support account turns out to want something new."""
    conversation = situation.conversation
    situation.lead = create_lead(
        contact=conversation.contact,
        title=first_title(conversation, language=situation.company.language),
        source=conversation.account.kind,
        actor=FLOW,
        team=conversation.team,
        goal=conversation.goal,
    )
    change(conversation, lead=situation.lead)


def _say(effects: Sequence[wanted.Effect], situation: Situation) -> None:
    says = [effect for effect in effects if isinstance(effect, wanted.Say)]
    drafts = [
        Draft(effect.text, tuple(QuickReply(reply.label, reply.payload) for reply in effect.quick_replies))
        for effect in says
    ]
    if drafts:
        messages = send_all(
            conversation=situation.conversation,
            drafts=drafts,
            author_kind=AuthorKind.FLOW,
            now=situation.now,
            purpose=situation.purpose,
        )
        tell(says[-1], messages)


@singledispatch
def _conclude(effect: object, situation: Situation) -> None:
    """What ends or passes on the conversation, after the customer has been answered."""


@_conclude.register
def _(effect: wanted.HandOff, situation: Situation) -> None:
    """With what the company promises for the goal: how urgent it is and within which time a person answers."""
    conversation, known = situation.conversation, book()
    named = [each for each in (effect.summary.intent, effect.summary.goal) if each]
    urgency = max(
        _URGENCY[effect.urgency], *(Urgency(known.urgencies.get(each, 0)) for each in named), Urgency.NORMAL
    )
    within = next((known.minutes[each] for each in named if known.minutes.get(each)), None)
    _give_to_team(effect.team, situation)
    hand_off(
        conversation=conversation,
        reason=effect.reason,
        urgency=urgency,
        card=asdict(effect.summary) | {"answer_within": within},
        now=situation.now,
    )


@_conclude.register
def _(effect: wanted.Announce, situation: Situation) -> None:
    """A lead's owner learns of the meeting itself; where there is none, the team does."""
    conversation, lead = situation.conversation, situation.lead
    _give_to_team(effect.team, situation)
    announce(
        conversation=conversation,
        reason=effect.reason,
        card=asdict(effect.summary),
        now=situation.now,
        tell=lead is None or lead.owner_id is None,
    )


@_conclude.register
def _(effect: wanted.MakeQuote, situation: Situation) -> None:
    if situation.lead is not None:
        plan_quote(effect, conversation=situation.conversation, lead=situation.lead, now=situation.now)


def _give_to_team(name: str | None, situation: Situation) -> None:
    if name and situation.conversation.team_id is None:
        change(situation.conversation, team=Team.objects.filter(name__iexact=name).first())


@_conclude.register
def _(effect: wanted.Close, situation: Situation) -> None:
    """Who was asked how it was needs nothing more: solved, unless a person has it. A reply opens it again."""
    conversation = situation.conversation
    mine = conversation.handler == Handler.FLOW and conversation.assignee_id is None
    if effect.rated and mine and conversation.status in LIVE_STATUSES:
        close(conversation, ConversationStatus.SOLVED, actor=FLOW, now=situation.now)


@_conclude.register
def _(effect: wanted.NotInterested, situation: Situation) -> None:
    if situation.lead is not None:
        lose_lead(lead=situation.lead, reason_code=NOT_INTERESTED, actor=FLOW)
