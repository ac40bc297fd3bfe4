"""What this room adds to the registries: channels, nudges, sweeps, names of events and notifications."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conversations import conditions_fields
from conversations.accounts.models import ChannelIdentity
from conversations.articles.events import register_events as register_article_events
from conversations.assistant import background as assistant
from conversations.channels import registry
from conversations.channels.api.adapter import ApiAdapter
from conversations.channels.telegram import followups as telegram
from conversations.channels.telegram.adapter import TelegramAdapter
from conversations.channels.webchat.adapter import WebChatAdapter
from conversations.deliveries.queries import done
from conversations.events import register_events
from conversations.files.operations import ATTEMPTS, FETCH, fetch
from conversations.goals import operations as goals
from conversations.goals.events import register_events as register_goal_events
from conversations.history_words import register_words
from conversations.inbound import followups
from conversations.inbound.operations import bursts
from conversations.orders import background as orders
from conversations.outbox import receivers as outbox
from conversations.outbox.queries import sent
from conversations.payments.following import follow_payment, remind
from conversations.quotes import mailing
from conversations.ratings.events import register_events as register_rating_events
from conversations.threads.models import Conversation
from conversations.threads.operations.leaving import hand_over_chats
from core import nudge
from core.access import leaving
from core.due.registry import handler
from core.notifications.registry import register as register_notification
from core.schedules import every
from core.tidy.registry import keep
from crm.duplicates import belongings, clues
from crm.duplicates.clues import Clue
from crm.payments import following as payments
from crm.payments.operations.rows import REMINDER
from crm.payments.queries import messages as payment_messages
from crm.pipeline.queries.timeline import tell_event

PROCESS = "conversations.deliveries.tasks.process_deliveries"
DELIVER = "conversations.outbox.tasks.deliver_outbox"
TIDY = "conversations.channels.webchat.tasks.remove_uploads"
PLAN_REVIEWS = "conversations.goals.tasks.plan_reviews"

QUOTES_TOLD = (
    "sent",
    "mailed",
    "mail_failed",
    "viewed",
    "accepted",
    "declined",
    "withdrawn",
    "expired",
)
"""What of a quote stands in the timeline of its lead."""

SAME_SENDER = Clue(
    kind="sender",
    source=(
        "(SELECT identity.contact_id, identity.external_id, account.kind "
        "FROM conversations_channelidentity AS identity "
        "JOIN conversations_channelaccount AS account ON account.id = identity.account_id "
        "WHERE account.kind = 'telegram')"
    ),
    contact="contact_id",
    keys=("kind", "external_id"),
    detail="kind",
    strength=40,
    words=lambda _kind: gettext("The same Telegram account, seen by two bots"),
)
"""Telegram knows a person by one number everywhere; other channels by one for each account of ours."""


def register_all() -> None:
    registry.register(WebChatAdapter())
    registry.register(ApiAdapter())
    registry.register(TelegramAdapter())
    followups.register(TelegramAdapter.kind, telegram.taken)
    handler(telegram.ANSWER, max_attempts=telegram.ANSWER_ATTEMPTS, outside=True)(telegram.answer)
    handler(goals.REVIEW)(goals.review_month)
    handler(bursts.ANSWER)(bursts.answer_waiting)
    handler(FETCH, max_attempts=ATTEMPTS, outside=True)(fetch)
    register_events()
    register_goal_events()
    register_article_events()
    register_rating_events()
    tell_event("conversation.rated")
    conditions_fields.register()
    register_words()
    nudge.register("deliveries", task=PROCESS)
    nudge.register("outbox", task=DELIVER)
    every(2, "process deliveries", PROCESS)
    every(2, "deliver outbox", DELIVER)
    every(3600, "remove unused uploads", TIDY)
    every(3600, "plan the review of what was not understood", PLAN_REVIEWS)
    keep("deliveries", days=30, rows=done, moment="processed_at")
    keep("messages of payment providers", days=400, rows=payment_messages, moment="arrived_at")
    keep("outbox items", days=30, rows=sent, moment="finished_at")
    leaving.register(hand_over_chats, place=10)
    belongings.register(Conversation, label=_("Conversations"), place=10)
    belongings.register(ChannelIdentity, label=_("Channel accounts"), place=11)
    clues.register(SAME_SENDER)
    register_notification("conversation.handed_off", text=_("%(contact)s asks for a person (#%(number)s)"))
    register_notification("conversation.announced", text=_("%(contact)s booked a meeting (#%(number)s)"))
    register_notification(
        goals.REVIEW, text=_("Look at what Parley did not understand: %(count)s groups in %(month)s")
    )
    register_notification("conversation.assigned", text=_("%(contact)s is yours now (#%(number)s)"))
    outbox.register()
    _register_quotes()
    orders.register_all()
    assistant.register_all()
    _register_payments()
    register_notification(
        "message.held",
        text=_("%(contact)s wrote before your scheduled message left. It waits for your word (#%(number)s)"),
    )
    register_notification("message.failed", text=_("Your message in #%(number)s was not sent: %(error)s"))


def _register_quotes() -> None:
    """What customers do on the page of a quote, and quotes by email."""
    handler(mailing.MAIL, max_attempts=mailing.ATTEMPTS, outside=True)(mailing.send)
    for name in QUOTES_TOLD:
        tell_event(f"quote.{name}")
    not_mailed = _("The quote %(number)s could not be mailed to %(contact)s. Open it to see why.")
    register_notification("quote.mail_failed", text=not_mailed)
    opened = _("%(contact)s opened the quote %(number)s")
    register_notification("quote.opened", text=opened)
    opened_again = _("%(contact)s opened the quote %(number)s again")
    register_notification("quote.opened_again", text=opened_again)
    accepted = _("%(contact)s accepted the quote %(number)s")
    register_notification("quote.accepted", text=accepted)
    declined = _("%(contact)s declined the quote %(number)s: %(reason)s")
    register_notification("quote.declined", text=declined)
    asked = _("%(contact)s asks about the quote %(number)s: %(question)s")
    register_notification("quote.asked", text=asked)
    asked_again = _("%(contact)s asks for a new offer in place of %(number)s")
    register_notification("quote.asked_again", text=asked_again)
    needs_you = _(
        "%(contact)s is silent on the quote %(number)s and cannot be written to. Get in touch. %(why)s"
    )
    register_notification("quote.needs_you", text=needs_you)


def _register_payments() -> None:
    """What follows payments, and what colleagues hear of them."""
    payments.register(follow_payment)
    handler(REMINDER)(remind)
    register_notification("payment.paid", text=_("%(contact)s paid %(sum)s: %(purpose)s"))
    failed = _("A payment of %(contact)s did not go through: %(sum)s, %(purpose)s")
    register_notification("payment.failed", text=failed)
    register_notification("payment.refunded", text=_("%(sum)s went back to %(contact)s: %(purpose)s"))
    register_notification("payment.overdue", text=_("%(contact)s has not paid %(sum)s yet: %(purpose)s"))
    register_notification("payment.problem", text=_("Look at a payment of %(contact)s: %(problem)s"))
