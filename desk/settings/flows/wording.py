"""What the texts of a flow are for, in the admin's words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SLOTS: Mapping[str, str | Promise] = {
    "text": _("Text"),
    "question": _("Question"),
    "hint": _("Useful fact before it"),
    "after": _("After the answer"),
    "open": _("In business hours"),
    "closed": _("Outside business hours"),
    "again": _("Asking for a time again"),
    "name": _("Asking for the name"),
    "reach": _("Asking for a phone number or email"),
    "about": _("Asking what the meeting is about"),
    "confirm": _("Asking whether to book the time"),
    "booked": _("Before the details of the booking"),
    "range": _("The price, from and to"),
    "exact": _("The exact price"),
    "fact": _("Asking for a fact that the price needs"),
    "send": _("Asking whether to send the quote"),
    "sent": _("The quote is being written"),
    "draft_sent": _("A colleague looks at the quote first"),
    "purpose": _("Purpose"),
    "number": _("Asking for the number of the order"),
    "proof": _("Asking for the phone number or email of the order"),
    "none": _("No such order"),
    "more": _("Asking whether that was enough"),
    "label": _("Button"),
}
PARTS: Mapping[str, str | Promise] = {
    "goals": _("Buttons of the menu"),
    "answers": _("Answers to side questions"),
    "hand_offs": _("When a person is called in"),
    "phrases": _("Small talk of every flow"),
}
PHRASES: Mapping[str, str | Promise] = {
    "retry": _("The answer was not understood"),
    "moved_on": _("Not understood again: going on without the answer"),
    "corrected": _("The customer changed an earlier answer"),
    "offer_person": _("Offering a person"),
    "person_open": _("A person was asked for, in business hours"),
    "person_closed": _("A person was asked for, outside business hours"),
    "leave_contact": _("Asking for a way to reach the customer"),
    "attachment": _("A file came"),
    "voice": _("A voice message came"),
    "deferred": _("The customer will answer later"),
    "reminder": _("Reminder after silence"),
    "resume": _("Going on after a side question"),
    "opt_out": _("The customer asked us to stop writing"),
    "not_interested": _("The customer is not interested"),
    "skip": _("Button: not sure yet"),
    "person": _("Button: talk to a person"),
    "yes": _("Button: yes"),
    "no": _("Button: no"),
    "meeting_offer": _("Meeting: offering times"),
    "meeting_which": _("Meeting: asking for a time again"),
    "meeting_others": _("Meeting: other times"),
    "meeting_no_more": _("Meeting: there are no other times"),
    "meeting_found": _("Meeting: free at the wanted time"),
    "meeting_nearest": _("Meeting: not free at the wanted time"),
    "meeting_taken": _("Meeting: somebody else was quicker"),
    "meeting_name": _("Meeting: asking for the name"),
    "meeting_reach": _("Meeting: asking for a phone number or email"),
    "meeting_about": _("Meeting: asking what it is about"),
    "meeting_confirm": _("Meeting: asking whether to book the time"),
    "meeting_booked": _("Meeting: before the details of the booking"),
    "meeting_thanks": _("Meeting: the customer is coming"),
    "meeting_move": _("Meeting: asking for a new time"),
    "meeting_is": _("Meeting: what is booked"),
    "meeting_cancel": _("Meeting: asking whether to cancel"),
    "meeting_kept": _("Meeting: it is not cancelled after all"),
    "meeting_cant": _("Meeting: the customer cannot come"),
    "meeting_late": _("Meeting: too late to change it"),
    "meeting_over": _("Meeting: it is over or cancelled"),
    "meeting_none": _("Meeting: nothing is free"),
    "meeting_left": _("Meeting: no time after all"),
    "meeting_other": _("Button: other times"),
    "meeting_later": _("Button: not now"),
    "meeting_yes": _("Button: book the time"),
    "meeting_coming": _("Button: coming"),
    "meeting_cancel_yes": _("Button: cancel the meeting"),
    "meeting_keep": _("Button: keep the meeting"),
    "price_range": _("Price: from and to"),
    "price_about": _("Price: about, a specialist knows it exactly"),
    "price_exact": _("Price: exactly"),
    "price_fact": _("Price: asking for a fact that it needs"),
    "price_send": _("Price: asking whether to send the quote"),
    "price_sent": _("Price: the quote is being written"),
    "price_draft": _("Price: a colleague looks at the quote first"),
    "price_left": _("Price: no quote after all"),
    "price_yes": _("Button: send the quote"),
    "price_later": _("Button: no quote now"),
    "payment_ask": _("Payment: asking for it"),
    "payment_again": _("Payment: the link once more"),
    "payment_wait": _("Payment: a word while it is awaited"),
    "order_number": _("Order: asking for its number"),
    "order_proof": _("Order: asking for its phone number or email"),
    "order_none": _("Order: there is no such order"),
    "order_more": _("Order: asking whether that was enough"),
    "order_yes": _("Button: that was enough"),
    "order_no": _("Button: there is more"),
    "help_worked": _("Help: asking whether it worked"),
    "help_yes": _("Button: it worked"),
    "help_no": _("Button: it did not work"),
    "rate_ask": _("Rating: asking for it"),
    "rate_thanks": _("Rating: thanks for a good one"),
    "rate_sorry": _("Rating: after a low one"),
    "consent_ask": _("Asking whether we may write later"),
}
VARIABLES: Mapping[str, str | Promise] = {
    "{name}": _("the customer's name"),
    "{company}": _("your company"),
    "{person}": _("the colleague who takes over"),
    "{wait}": _("the usual wait"),
    "{opens}": _("when you open"),
    "{service}": _("what is booked"),
    "{when}": _("day and hour of the meeting"),
    "{zone}": _("the customer's time zone"),
    "{where}": _("where the meeting is"),
    "{product}": _("what the price is for"),
    "{others}": _("what comes along with it"),
    "{price}": _("the exact price"),
    "{low}": _("the lower end of the price"),
    "{high}": _("the upper end of the price"),
    "{depends}": _("what the price depends on"),
    "{fact}": _("what is asked for"),
    "{sum}": _("the amount to pay"),
}


def label(text_id: str) -> str:
    """What the text is, within its group."""
    first, *rest = text_id.split(".")
    if first == "phrases":
        return str(PHRASES.get(rest[0], _words(rest[0])))
    if first == "hand_offs":
        return f"{_words(rest[0])}: {SLOTS.get(rest[1], rest[1])}"
    if first in PARTS:
        return _words(rest[0])
    return str(SLOTS.get(rest[-1], _words(rest[-1])))


def heading(group: str) -> str:
    return str(PARTS.get(group) or _words(group))


def group_of(text_id: str) -> str:
    return text_id.split(".")[0]


def _words(key: str) -> str:
    words = key.replace("_", " ")
    return words[:1].upper() + words[1:]
