"""What follows the outcome of a quote: order, stage, thanks, a time to meet; a no goes on the seller's list (spec 8.4)."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from automation.flows.document import standard_phrases
from automation.meetings.operations import Talk
from automation.meetings.queries import bookable
from automation.quotes import texts
from automation.quotes.coming import follow_ups
from automation.quotes.models import QuoteFollowUps
from automation.quotes.operations.following import forget, plan_renewal
from conversations.outbox.operations import send_message
from conversations.outbox.queries import zone_of
from conversations.quotes.queries import conversation_of
from conversations.threads.models import AuthorKind, Conversation, ConversationStatus
from conversations.threads.queries import locked_conversation
from conversations.threads.saving import change, held
from core.company.queries import company
from core.errors import Refused
from core.events.actor import FLOW
from crm.consent.models import Purpose
from crm.orders.operations import order_of_quote
from crm.pipeline.models import Lead, Stage, StageKind
from crm.pipeline.operations import move_lead, update_lead
from crm.pipeline.operations.steps import plan_next_step
from crm.pipeline.queries import locked_lead
from crm.quotes.enums import QuoteState
from crm.quotes.models import QuoteAcceptance, QuoteVersion
from crm.quotes.queries import is_expired


def settle(version: QuoteVersion, now: datetime) -> None:
    """Called once for each outcome, in the transaction of its due row; locks conversation, stage, lead."""
    if version.state == QuoteState.SENT:
        if is_expired(version, now):
            plan_renewal(version, now)
        return
    forget([version.pk])
    if version.state == QuoteState.ACCEPTED:
        _accepted(version, now)
    elif version.state == QuoteState.DECLINED:
        _declined(version, now)


def _accepted(version: QuoteVersion, now: datetime) -> None:
    stored = follow_ups()
    acceptance = QuoteAcceptance.objects.get(version=version)
    found = conversation_of(version.quote)
    conversation = locked_conversation(found.pk) if found else None
    if version.quote.lead is not None:
        _move_on(version.quote.lead, version, acceptance, stored)
    if stored.orders:
        order_of_quote(version=version, actor=FLOW, now=now)
    if conversation is not None and conversation.status != ConversationStatus.SPAM:
        _thank(version, acceptance, conversation, stored, now)


def _move_on(lead: Lead, version: QuoteVersion, acceptance: QuoteAcceptance, stored: QuoteFollowUps) -> None:
    """To the stage that a yes leads to, with what was agreed as its value. What the stage still asks for is the seller's
    next step.
    """
    stage = _stage_after_yes(lead, stored)
    if stage is None or lead.stage_kind != StageKind.OPEN:
        return
    if (lead.value, lead.currency) != (acceptance.total, version.currency):
        update_lead(lead_id=lead.pk, actor=FLOW, value=acceptance.total, currency=version.currency)
    try:
        move_lead(lead_id=lead.pk, to_stage_id=stage.pk, actor=FLOW, beyond_limit=True)
    except Refused as refusal:
        with translation.override(company().language):
            text = _("Offer accepted. %(why)s") % {"why": refusal}
        plan_next_step(lead=locked_lead(lead.pk), text=text, due_at=None, actor=FLOW)


def _stage_after_yes(lead: Lead, stored: QuoteFollowUps) -> Stage | None:
    stages = Stage.objects.filter(pipeline=lead.pipeline_id).order_by("position", "id")
    asked = stored.stages.get(str(lead.pipeline.public_id))
    if asked is None:
        return stages.filter(kind=StageKind.WON).first()
    return stages.exclude(kind=StageKind.LOST).filter(public_id=asked).first() if asked else None


def _thank(
    version: QuoteVersion,
    acceptance: QuoteAcceptance,
    conversation: Conversation,
    stored: QuoteFollowUps,
    now: datetime,
) -> None:
    language = version.language
    service = bookable(stored.service) if stored.service else None
    with held(conversation), translation.override(language):
        change(conversation, talk={})
        if stored.thanks:
            send_message(
                conversation=conversation,
                text=texts.thanks_text(acceptance.name, version.quote.number or "", version.next_step),
                author_kind=AuthorKind.FLOW,
                purpose=Purpose.TRANSACTIONAL,
                now=now,
            )
        if service is not None:
            talk = Talk(
                conversation=conversation,
                message=None,
                lead=version.quote.lead,
                timezone=zone_of(conversation.contact),
                now=now,
                phrases=standard_phrases(),
            )
            talk.offer_new(service)


def _declined(version: QuoteVersion, now: datetime) -> None:
    """The seller's next step, where the lead goes on and none is set."""
    if version.quote.lead_id is None:
        return
    lead = locked_lead(version.quote.lead_id)
    if lead.stage_kind != StageKind.OPEN or lead.next_step:
        return
    with translation.override(company().language):
        text = _("Offer %(number)s declined (%(reason)s): offer something else or close") % {
            "number": version.quote.number,
            "reason": version.get_decline_reason_display(),
        }
    plan_next_step(lead=lead, text=text, due_at=now, actor=FLOW)
