"""What a colleague does to what comes next: stop it, send it now, move it (spec 10.3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from automation.sequences.enums import Stop, Went
from automation.sequences.errors import NotNow, NotUnderWay
from automation.sequences.models import Enrolment
from automation.sequences.operations.advancing import opened, put_off, stopped, take
from automation.sequences.operations.ending import STEP, end, locked
from automation.sequences.planning import free_moment
from automation.sequences.queries.sending import rules_of, sent_unasked
from core.access.models import User
from core.due.operations import cancel as cancel_due
from core.events.actor import Actor
from crm.pipeline.queries import locked_lead

LONGEST = timedelta(days=365)


@transaction.atomic
def cancel(*, enrolment_id: int, user: User | None) -> Enrolment:
    """Nothing more of this sequence is sent to the lead. Again: nothing happens."""
    seen = Enrolment.objects.get(pk=enrolment_id)
    locked_lead(seen.lead_id)
    end(
        locked(Enrolment.objects.filter(pk=enrolment_id)),
        Stop.CANCELLED,
        now=timezone.now(),
        actor=Actor.of(user),
    )
    return Enrolment.objects.select_related("sequence").get(pk=enrolment_id)


def send_now(*, enrolment_id: int, user: User | None, now: datetime) -> Went:
    """Take the next step at once, where it may be: the wait is left out, consent, quiet hours and the cap are not.

    Raises NotNow with the reason, NotUnderWay.
    """
    went, refusal = _send_now(enrolment_id, user, now)
    if went is None:
        raise NotNow(refusal)
    return went


@transaction.atomic
def _send_now(enrolment_id: int, user: User | None, now: datetime) -> tuple[Went | None, str]:
    """A rule that stops the sequence is carried out, and told."""
    turn = opened(enrolment_id, now, actor=Actor.of(user))
    if turn is None:
        raise NotUnderWay(_("This sequence has ended meanwhile."))
    reason = stopped(turn)
    if reason is not None:
        return None, _("Not sent, and the sequence ended: %(reason)s.") % {"reason": reason.label}
    free_at = free_moment(now, sent=sent_unasked(turn.contact, now), rules=rules_of(turn.contact))
    if free_at > now:
        when = date_format(localtime(free_at), "DATETIME_FORMAT")
        words = _(
            "Not now: quiet hours of the customer, or enough messages this week. It may leave from %(when)s on."
        )
        return None, words % {"when": when}
    before = turn.enrolment.due_at
    went = take(turn)
    if before is not None and turn.enrolment.due_at is None:
        cancel_due(kind=STEP, key=str(turn.enrolment.pk))
    return went, ""


@transaction.atomic
def postpone(*, enrolment_id: int, to: datetime, user: User | None, now: datetime) -> Enrolment:
    """Move the next step; quiet hours and the cap move it on from there. Raises NotNow for a time that has passed,
    NotUnderWay.
    """
    if not now < to <= now + LONGEST:
        raise NotNow(_("Choose a time that is still to come, within a year."))
    turn = opened(enrolment_id, now, actor=Actor.of(user))
    if turn is None:
        raise NotUnderWay(_("This sequence has ended meanwhile."))
    put_off(turn, free_moment(to, sent=sent_unasked(turn.contact, now), rules=rules_of(turn.contact)))
    return turn.enrolment
