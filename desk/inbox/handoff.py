"""The handoff card in the reader's words (spec 6.5): why, goal, what is known, what is open, what to do now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.threads.models import Conversation, Urgency
from crm.contacts.points import shown_phone
from crm.qualification.models import Criterion
from crm.qualification.queries import answer_text

REASONS: Mapping[str, str | Promise] = {
    "asked_for_person": gettext_lazy("Asks for a person"),
    "qualified": gettext_lazy("Ready to buy"),
    "booked": gettext_lazy("Booked a meeting"),
    "reschedule": gettext_lazy("Wants to change a meeting"),
    "no_times": gettext_lazy("Found no free time"),
    "support": gettext_lazy("Needs help with an order"),
    "billing": gettext_lazy("Has a question about a payment"),
    "payment": gettext_lazy("Payment problem"),
    "damaged": gettext_lazy("Something arrived damaged"),
    "complaint": gettext_lazy("Complains"),
    "not_understood": gettext_lazy("The flow did not understand"),
    "loop": gettext_lazy("The flow went round in circles"),
    "too_long": gettext_lazy("The exchange grew too long"),
    "voice_note": gettext_lazy("Speaks instead of writing"),
    "threat": gettext_lazy("Threatens with the law or a public complaint"),
    "repeated_question": gettext_lazy("Asks the same again and again"),
    "partnership": gettext_lazy("Offers to work together"),
    "order_replace": gettext_lazy("Wants something else instead of what is late or missing"),
    "order_refund": gettext_lazy("Wants the money back for an order"),
    "order_not_found": gettext_lazy("Could not find the order"),
    "order_tries": gettext_lazy("Tried too many order numbers"),
    "quoted": gettext_lazy("Got a quote"),
    "custom_wish": gettext_lazy("Needs a specialist's price"),
    "quote_draft": gettext_lazy("A quote waits to be sent"),
    "quote_question": gettext_lazy("Asks about the quote"),
    "quote_renewal": gettext_lazy("Wants a new quote"),
    "no_flow": gettext_lazy("Nobody answers automatically here"),
    "follow_up": gettext_lazy("Says yes to a follow-up"),
    "low_rating": gettext_lazy("Was not happy with the help"),
}
GOALS: Mapping[str, str | Promise] = {
    "sales": gettext_lazy("Price or new order"),
    "support": gettext_lazy("Help with an order"),
    "billing": gettext_lazy("Payment or invoice"),
    "booking": gettext_lazy("Booking"),
    "partnership": gettext_lazy("Partnership"),
    "order_status": gettext_lazy("Where an order is"),
}
NEXT_STEPS: Mapping[str, str | Promise] = {
    "answer_now": gettext_lazy("Answer now, the customer is here"),
    "call": gettext_lazy("Call"),
    "write": gettext_lazy("Write"),
    "ask_contact": gettext_lazy("Ask for a phone number or email"),
    "meet": gettext_lazy("Prepare for the meeting"),
    "follow_quote": gettext_lazy("Watch the quote, it is followed up by itself"),
    "send_quote": gettext_lazy("Look at the quote and send it"),
}
CONTACT: Mapping[str, str | Promise] = {
    "name": gettext_lazy("Name"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("Email"),
    "reach": gettext_lazy("Phone or email"),
    "time": gettext_lazy("A time for the meeting"),
    "confirm": gettext_lazy("Whether the time is right"),
    "purpose": gettext_lazy("What the meeting is about"),
    "number": gettext_lazy("Order number"),
    "proof": gettext_lazy("Phone or email of the purchase"),
}
NOTES: Mapping[str, str | Promise] = {
    "detail": gettext_lazy("In their words"),
    "meeting": gettext_lazy("Meeting"),
    "price": gettext_lazy("Price told"),
    "quote": gettext_lazy("Quote"),
    "purpose": gettext_lazy("What the meeting is about"),
    "order_number": gettext_lazy("Order number"),
    "order_answer": gettext_lazy("Answer"),
    "question": gettext_lazy("Asked"),
    "attachment": gettext_lazy("Sent"),
    "tried": gettext_lazy("Tried already"),
}


@dataclass(frozen=True, slots=True)
class HandoffCard:
    """`facts` are (name, text); `missing` names what is not known yet."""

    reason: str
    urgency: str
    goal: str
    facts: list[tuple[str, str]]
    missing: list[str]
    last_words: str
    next_step: str
    answer_by: datetime | None = None


def fresh_card(conversation: Conversation, criteria: Iterable[Criterion]) -> HandoffCard | None:
    """The card while nobody has taken the conversation yet, else None."""
    stored = conversation.handoff
    if not stored.get("fresh"):
        return None
    card: Mapping[str, Any] = stored.get("card") or {}
    by_key = {criterion.key: criterion for criterion in criteria}
    urgency = stored.get("urgency", 0)
    return HandoffCard(
        reason=_word(REASONS, stored.get("reason", "")),
        urgency=str(Urgency(urgency).label) if urgency else "",
        goal=_word(GOALS, card.get("goal") or conversation.goal),
        facts=[
            *_facts(card.get("facts") or (), by_key),
            *_pairs(card, "contact", CONTACT),
            *_pairs(card, "notes", NOTES),
        ],
        missing=[_asked(target, by_key) for target in card.get("missing") or ()],
        last_words=card.get("last_text") or "",
        next_step=_word(NEXT_STEPS, card.get("next_step") or "answer_now"),
        answer_by=_answer_by(stored, card),
    )


def _answer_by(stored: Mapping[str, Any], card: Mapping[str, Any]) -> datetime | None:
    """When a person should have answered, by what the company promises for the goal."""
    at, minutes = parse_datetime(str(stored.get("at") or "")), card.get("answer_within")
    return at + timedelta(minutes=int(minutes)) if at and minutes else None


def _facts(pairs: Sequence[Sequence[Any]], by_key: Mapping[str, Criterion]) -> list[tuple[str, str]]:
    known = [(by_key[key], value) for key, value in pairs if key in by_key]
    return [(criterion.name, answer_text(criterion, value)) for criterion, value in known]


def _pairs(card: Mapping[str, Any], part: str, names: Mapping[str, str | Promise]) -> list[tuple[str, str]]:
    return [
        (_word(names, key), shown_phone(str(value)) if key == "phone" else str(value))
        for key, value in card.get(part) or ()
        if value
    ]


def _asked(target: str, by_key: Mapping[str, Criterion]) -> str:
    if target in by_key:
        return by_key[target].name
    return _word(CONTACT, target.rpartition(".")[2])


def _word(words: Mapping[str, str | Promise], key: str) -> str:
    """The word for a key; a key of an admin's own reads as it was written."""
    return str(words.get(key) or key.replace("_", " ").capitalize() or _("A person is needed"))
