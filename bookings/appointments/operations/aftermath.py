"""What a change of a booking brings about: due rows, the lead's next step and score, a line for colleagues."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext_noop

from bookings.appointments.models import Booking, BookingStatus
from bookings.appointments.operations import reminders
from bookings.appointments.operations.telling import tell_colleagues
from bookings.conditions_fields import KEYS
from core.company.queries import company
from core.events.actor import SYSTEM, Actor
from crm.contacts.queries import points_of_contact
from crm.pipeline.models import StageKind
from crm.pipeline.operations import plan_next_step
from crm.pipeline.queries import locked_lead
from crm.scoring.operations import rescore
from crm.scoring.queries import rule_book

MEETING = gettext_noop("Meeting: %(service)s")
OFFER_AGAIN = gettext_noop("Offer another time: %(service)s")
FOLLOW_UP = gettext_noop("Agree on what follows: %(service)s")


def after_confirming(booking: Booking, *, now: datetime, actor: Actor) -> None:
    reminders.schedule_meeting(booking, now=now, invite=_has_mail(booking))
    _plan(booking, MEETING, booking.starts_at, actor=actor)
    _rescore(booking, actor)
    tell_colleagues("booking.confirmed", booking, actor=actor)


def after_moving(booking: Booking, *, now: datetime, actor: Actor) -> None:
    reminders.schedule_meeting(booking, now=now, invite=_has_mail(booking))
    _plan(booking, MEETING, booking.starts_at, actor=actor)
    _rescore(booking, actor)
    tell_colleagues("booking.moved", booking, actor=actor)


def after_cancelling(booking: Booking, *, now: datetime, actor: Actor) -> None:
    reminders.forget_reminders(booking)
    reminders.forget_start(booking)
    if _has_mail(booking):
        reminders.schedule_cancellation(booking, now=now)
    _plan(booking, OFFER_AGAIN, now, actor=actor, instead=True)
    _rescore(booking, actor)
    tell_colleagues("booking.cancelled", booking, actor=actor)


def after_marking(booking: Booking, *, came: bool | None, now: datetime, actor: Actor) -> None:
    if came is False:
        reminders.schedule_no_show(booking, now=now)
    else:
        reminders.forget_no_show(booking)
    if came is not None:
        _plan(booking, FOLLOW_UP if came else OFFER_AGAIN, now, actor=actor, instead=True)
    _rescore(booking, actor)


def after_start(*, booking_id: int, revision: int) -> None:
    """Time alone has made it a meeting that is no longer ahead; nothing where it was moved or called off."""
    booking = Booking.objects.filter(pk=booking_id, revision=revision, status=BookingStatus.CONFIRMED).first()
    if booking is not None:
        _rescore(booking, SYSTEM)


def _has_mail(booking: Booking) -> bool:
    return booking.contact is not None and "email" in points_of_contact(booking.contact)


def _plan(booking: Booking, step: str, due_at: datetime, *, actor: Actor, instead: bool = False) -> None:
    """The next step of an open lead; `instead`: only where it still says that this meeting is next.

    In the company's language, since all of its people read it. The lead came locked with the booking.
    """
    lead = booking.lead
    if lead is None:
        return
    with translation.override(company().language):
        text = translation.gettext(step) % {"service": booking.service.name}
        meeting = translation.gettext(MEETING) % {"service": booking.service.name}
    if lead.stage_kind == StageKind.OPEN and (not instead or lead.next_step == meeting[:200]):
        plan_next_step(lead=lead, text=text, due_at=due_at, actor=actor)


def _rescore(booking: Booking, actor: Actor) -> None:
    if booking.lead_id is not None and not rule_book().fields_used().isdisjoint(KEYS):
        rescore(lead=locked_lead(booking.lead_id), actor=actor)
