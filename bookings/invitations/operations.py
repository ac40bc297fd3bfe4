from __future__ import annotations

from datetime import datetime
from email.utils import formataddr

from django.core.mail import EmailMultiAlternatives

from bookings.appointments.messages import cancelled_text, confirmation_text, moved_text, subject_text
from bookings.appointments.models import Booking, BookingStatus
from bookings.appointments.queries import bookings
from bookings.invitations.building import Method
from bookings.invitations.queries import ics_of
from core.outgoing.mails import sender
from crm.contacts.queries import points_of_contact

_STANDING = {"REQUEST": BookingStatus.CONFIRMED, "CANCEL": BookingStatus.CANCELLED}


def send_invitation(*, booking_id: int, revision: int, method: Method, now: datetime) -> bool:
    """Mail the entry, or take it back. False where the booking went on meanwhile, or nobody has an address.

    A mail that does not leave raises what the mail server said; the due row tries again.
    """
    booking = bookings().with_details().filter(pk=booking_id).first()
    if booking is None or booking.revision != revision or booking.status != _STANDING[method]:
        return False
    if booking.contact is None or (email := points_of_contact(booking.contact).get("email")) is None:
        return False
    _mail(booking, email, method, now).send()
    return True


def _mail(booking: Booking, email: str, method: Method, now: datetime) -> EmailMultiAlternatives:
    """The text, the entry as Gmail and Outlook want it beside the text, and as a file for all others."""
    entry = ics_of(booking, now=now)
    message = EmailMultiAlternatives(
        subject=subject_text(booking),
        body=_words(booking, method),
        from_email=sender(),
        to=[formataddr((booking.contact.name if booking.contact else "", email))],
    )
    message.attach_alternative(entry.decode(), f"text/calendar; method={method}; charset=UTF-8")
    message.attach("invitation.ics", entry, "application/ics")
    return message


def _words(booking: Booking, method: Method) -> str:
    if method == "CANCEL":
        return cancelled_text(booking)
    return moved_text(booking) if booking.revision else confirmation_text(booking)
