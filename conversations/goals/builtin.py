"""The goals that every company has (spec 4.1), with what holds until an admin says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conversations.goals.enums import Category, Handoff
from conversations.threads.models import Urgency
from conversations.understanding.types import IntentName


@dataclass(frozen=True, slots=True)
class BuiltIn:
    name: str | Promise
    category: Category
    urgency: Urgency = Urgency.NORMAL
    response_minutes: int | None = None
    handoff: Handoff = Handoff.WHEN_ASKED


_SALES, _MEET, _ORDERS = Category.SALES, Category.MEETINGS, Category.ORDERS
_SUPPORT, _TALK = Category.SUPPORT, Category.TALK

BUILT_IN: Mapping[str, BuiltIn] = {
    IntentName.PRICE: BuiltIn(_("Price"), _SALES, response_minutes=10),
    IntentName.AVAILABILITY: BuiltIn(_("Availability"), _SALES, response_minutes=10),
    IntentName.PARTNERSHIP: BuiltIn(_("Partnership"), _SALES, response_minutes=240),
    IntentName.NOT_INTERESTED: BuiltIn(_("Not interested"), _SALES),
    IntentName.BOOKING: BuiltIn(_("Booking"), _MEET, response_minutes=10),
    IntentName.RESCHEDULE: BuiltIn(_("Reschedule"), _MEET, response_minutes=15),
    IntentName.CANCEL_BOOKING: BuiltIn(_("Cancel a booking"), _MEET, response_minutes=15),
    IntentName.ORDER_STATUS: BuiltIn(_("Where is my order"), _ORDERS, response_minutes=30),
    IntentName.DELIVERY: BuiltIn(_("Delivery"), _ORDERS, response_minutes=30),
    IntentName.RETURN: BuiltIn(_("Return"), _ORDERS, response_minutes=60),
    IntentName.PAYMENT: BuiltIn(_("Payment problem"), _ORDERS, response_minutes=30),
    IntentName.DAMAGED: BuiltIn(_("Arrived damaged"), _ORDERS, response_minutes=30),
    IntentName.USAGE: BuiltIn(_("How to use"), _SUPPORT, response_minutes=60),
    IntentName.WARRANTY: BuiltIn(_("Warranty"), _SUPPORT, response_minutes=60),
    IntentName.LOGIN: BuiltIn(_("Sign-in"), _SUPPORT, response_minutes=30),
    IntentName.FAULT: BuiltIn(_("Fault"), _SUPPORT, response_minutes=30),
    IntentName.COMPLAINT: BuiltIn(_("Complaint"), _SUPPORT, response_minutes=15),
    IntentName.HUMAN: BuiltIn(_("Wants a person"), _SUPPORT, response_minutes=5, handoff=Handoff.AT_ONCE),
    IntentName.OPT_OUT: BuiltIn(_("Wants no more messages"), _TALK),
    IntentName.GREETING: BuiltIn(_("Greeting"), _TALK),
    IntentName.THANKS: BuiltIn(_("Thanks"), _TALK),
    IntentName.YES: BuiltIn(_("Yes"), _TALK),
    IntentName.NO: BuiltIn(_("No"), _TALK),
}
"""`other` is no goal: it is what remains."""

FIXED = frozenset(
    {IntentName.OPT_OUT, IntentName.HUMAN, IntentName.NOT_INTERESTED, IntentName.YES, IntentName.NO}
)
"""Rights of the customer and answers to questions: never switched off and never merged away."""
