"""After a quote was sent: one question after silence, another, a word before it ends, a fresh one after (spec 8.4)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from automation.quotes import texts
from automation.quotes.coming import FOLLOW_UP, follow_ups, key_of, keys_of, rules_of, standing_of
from automation.quotes.planning import Step, Stop, after_first, plan, stopped
from automation.quotes.talk import Asks, Open
from conversations.accounts.queries import account_by_id
from conversations.outbox.operations import send_message
from conversations.outbox.operations.judging import end_of_quiet, refusal_of
from conversations.quotes.links import seller_url
from conversations.quotes.queries import conversation_of, people_of
from conversations.sending import policy
from conversations.threads.models import AuthorKind, Conversation
from conversations.threads.queries import locked_conversation
from conversations.threads.saving import change, held
from core.company.queries import company
from core.due.operations import Planned, cancel, cancel_all, schedule_all
from core.events.actor import FLOW, Actor
from core.notifications.operations import notify
from crm.consent.models import Purpose
from crm.contacts.models import Contact
from crm.pipeline.models import Lead, StageKind
from crm.pipeline.operations.steps import plan_next_step
from crm.pipeline.queries import locked_lead
from crm.quotes import clock
from crm.quotes.enums import QuoteState
from crm.quotes.models import QuoteVersion
from crm.quotes.operations.rows import locked_version, record_quote
from crm.quotes.queries import versions


def begin(version: QuoteVersion, now: datetime) -> None:
    """Plan what follows a version, in the transaction that sends it; what was planned for older ones falls away."""
    older = QuoteVersion.objects.filter(quote=version.quote_id).exclude(pk=version.pk)
    forget(list(older.values_list("pk", flat=True)))
    ends_at = _ends_at(version)
    schedule_all(
        [_row(version, step, at) for step, at in plan(rules_of(follow_ups()), sent_at=now, ends_at=ends_at)]
    )


def forget(version_ids: list[int]) -> None:
    """Nothing more follows these versions by itself."""
    if version_ids:
        cancel_all(kind=FOLLOW_UP, keys=[key for pk in version_ids for key in keys_of(pk)])


def forget_silence(version_id: int) -> None:
    """The customer has answered: nobody asks again by itself; that it ends is still told."""
    cancel_all(kind=FOLLOW_UP, keys=[key_of(version_id, step) for step in (Step.FIRST, Step.AGAIN)])


def forget_contact(contact: Contact) -> None:
    """The contact wants no more."""
    open_ones = QuoteVersion.objects.filter(quote__contact=contact, state=QuoteState.SENT)
    forget(list(open_ones.values_list("pk", flat=True)))


def plan_renewal(version: QuoteVersion, now: datetime) -> None:
    """The last day is over: offer a fresh one, in the morning."""
    at = end_of_quiet(version.quote.contact, now)
    schedule_all([_row(version, Step.EXPIRED, at)])


@transaction.atomic
def cancel_step(*, version_id: int, step: Step, actor: Actor) -> bool:
    """A colleague does not want it; False where it is not planned any more."""
    version = locked_version(version_id)
    if not cancel(kind=FOLLOW_UP, key=key_of(version_id, step)):
        return False
    record_quote("quote.follow_up_cancelled", version, actor=actor, step=step.value)
    return True


@transaction.atomic
def take_step(
    *, version_id: int, step: Step, now: datetime, actor: Actor = FLOW, at_once: bool = False
) -> Stop | None:
    """Write what the step says, unless something stops it: then it ends, and the reason is returned.

    Quiet hours put it off, a colleague's `at_once` does not wait for them. Where the customer cannot be written to, the
    seller gets it as a next step. Locks: conversation, lead, quote.
    """
    version = versions().filter(pk=version_id).first()
    if version is None:
        return Stop.DECIDED
    found = conversation_of(version.quote)
    conversation = locked_conversation(found.pk) if found else None
    lead = locked_lead(version.quote.lead_id) if version.quote.lead_id else None
    version.state = locked_version(version_id).state
    if lead is not None:
        version.quote.lead = lead
    rules = rules_of(follow_ups())
    if stop := stopped(step, standing_of(version, conversation, now=now), rules):
        return stop
    later = now if at_once else end_of_quiet(version.quote.contact, now)
    if later > now:
        schedule_all([_row(version, step, later)])
        return None
    if at_once:
        cancel(kind=FOLLOW_UP, key=key_of(version_id, step))
    if conversation is None or (why := _refusal(conversation)):
        _to_seller(version, lead, step, now, why="" if conversation is None else why)
    else:
        _say(version, conversation, step, now)
    record_quote("quote.followed_up", version, actor=actor, step=step.value)
    if step is Step.FIRST and (at := after_first(rules, asked_at=now, ends_at=_ends_at(version))):
        schedule_all([_row(version, Step.AGAIN, at)])
    return None


def _refusal(conversation: Conversation) -> str:
    """Why the channel does not take it, "" when it does."""
    refusal = refusal_of(
        conversation,
        account_by_id(conversation.account_id),
        purpose=Purpose.FOLLOW_UP,
        has_text=True,
        has_files=False,
    )
    return str(policy.REASONS[refusal]) if refusal else ""


def _say(version: QuoteVersion, conversation: Conversation, step: Step, now: datetime) -> None:
    asks = Asks.RENEW if step is Step.EXPIRED else Asks.SUITS
    with translation.override(version.language):
        text, buttons = texts.step_text(step, version), texts.step_buttons(step, version)
    with held(conversation):
        change(conversation, talk=Open(asks, str(version.public_id)).plain())
        send_message(
            conversation=conversation,
            text=text,
            quick_replies=buttons,
            author_kind=AuthorKind.FLOW,
            purpose=Purpose.FOLLOW_UP,
            now=now,
        )


def _to_seller(version: QuoteVersion, lead: Lead | None, step: Step, now: datetime, *, why: str) -> None:
    """The step becomes a task: what to do stands on the lead, unless something else does already."""
    number = version.quote.number or ""
    with translation.override(company().language):
        task = {
            Step.EXPIRED: _("The offer %(number)s has ended: offer a fresh one"),
            Step.LAST_DAYS: _("The offer %(number)s ends soon: tell the customer"),
        }.get(step, _("Ask what they think of the offer %(number)s")) % {"number": number}
    if lead is not None and lead.stage_kind == StageKind.OPEN and not lead.next_step:
        plan_next_step(lead=lead, text=task, due_at=now, actor=FLOW)
    notify(
        users=people_of(version.quote),
        kind="quote.needs_you",
        key=f"{version.public_id}:{step.value}",
        params={"contact": str(version.quote.contact), "number": number, "why": why},
        url=seller_url(version.quote),
    )


def _ends_at(version: QuoteVersion) -> datetime:
    assert version.valid_until is not None, "a sent version has its last day"
    return clock.ends_at(version.valid_until, timezone=company().timezone)


def _row(version: QuoteVersion, step: Step, at: datetime) -> Planned:
    return Planned(FOLLOW_UP, key_of(version.pk, step), at, {"step": step.value}, version.quote.lead_id, None)
