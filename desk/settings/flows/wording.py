"""What the texts of a flow are for, in the admin's words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from automation.flows.script import (
    AskStep,
    BranchStep,
    EndStep,
    HandOffStep,
    MenuStep,
    SayStep,
    ScoreStep,
    Step,
)

SLOTS: Mapping[str, str | Promise] = {
    "text": _("Text"),
    "question": _("Question"),
    "hint": _("Useful fact before it"),
    "after": _("After the answer"),
    "open": _("In business hours"),
    "closed": _("Outside business hours"),
}
KINDS: Mapping[type[Step], str | Promise] = {
    SayStep: _("says"),
    MenuStep: _("menu"),
    AskStep: _("asks"),
    BranchStep: _("branches"),
    ScoreStep: _("scores"),
    HandOffStep: _("hands over"),
    EndStep: _("ends"),
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
}
VARIABLES: Mapping[str, str | Promise] = {
    "{name}": _("the customer's name"),
    "{company}": _("your company"),
    "{person}": _("the colleague who takes over"),
    "{wait}": _("the usual wait"),
    "{opens}": _("when you open"),
}


def label(text_id: str) -> str:
    """What the text is, within its group."""
    first, *rest = text_id.split(".")
    if first == "phrases":
        return str(PHRASES.get(rest[0], rest[0]))
    if first == "hand_offs":
        return f"{_words(rest[0])}: {SLOTS[rest[1]]}"
    if first in PARTS:
        return _words(rest[0])
    return str(SLOTS.get(rest[-1], rest[-1]))


def heading(group: str) -> str:
    return str(PARTS.get(group) or _words(group))


def group_of(text_id: str) -> str:
    return text_id.split(".")[0]


def _words(key: str) -> str:
    words = key.replace("_", " ")
    return words[:1].upper() + words[1:]
