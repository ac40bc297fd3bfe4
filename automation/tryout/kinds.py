"""Due rows in a try-out: which are carried out, and which are only told, since they would leave the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Kind:
    """`label` is empty for what nobody sees happen."""

    label: str | Promise
    carried_out: bool = True


UNKNOWN = Kind("", carried_out=False)

KINDS: Mapping[str, Kind] = {
    "flow.silence": Kind(_("Reminder of the open question")),
    "flow.start": Kind(_("A flow begins")),
    "flow.payment": Kind(_("The payment is not waited for any longer")),
    "quote.make": Kind(_("The quote is written and sent")),
    "quote.follow_up": Kind(_("A word about the quote")),
    "quote.expiry": Kind(_("The quote runs out")),
    "quote.decided": Kind(""),
    "booking.hold": Kind(_("The kept time is let go")),
    "booking.reminder": Kind(_("Reminder of the meeting")),
    "booking.started": Kind(_("The meeting begins")),
    "booking.no_show": Kind(_("A word to who did not come")),
    "lead.next_step": Kind(_("A colleague is reminded of the next step")),
    "payment.follow": Kind(""),
    "payment.reminder": Kind(_("Reminder of the payment")),
    "sequence.step": Kind(_("Follow-up")),
    "booking.invitation": Kind(_("Mail with the calendar entry"), carried_out=False),
    "quote.mail": Kind(_("Mail with the quote"), carried_out=False),
    "file.fetch": UNKNOWN,
    "telegram.answer": UNKNOWN,
}
"""A kind that is not here is not carried out: nobody has looked yet at what it does."""


def kind_of(name: str) -> Kind:
    return KINDS.get(name, UNKNOWN)
