"""An action in words of the active language: what to do, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from automation.advice.advice import Action, Kind, Why

if TYPE_CHECKING:
    from django.utils.functional import Promise

LABELS: Mapping[str, Promise] = {
    Kind.ANSWER: gettext_lazy("Answer the customer"),
    Kind.STEP: gettext_lazy("Do the next step"),
    Kind.CALL: gettext_lazy("Call back"),
    Kind.REBOOK: gettext_lazy("Offer a new time"),
    Kind.LET_GO: gettext_lazy("Let the lead go"),
    Kind.ASK: gettext_lazy("Ask what is missing"),
    Kind.OFFER_TIMES: gettext_lazy("Offer times for a meeting"),
    Kind.WRITE_AGAIN: gettext_lazy("Write again"),
    Kind.PLAN: gettext_lazy("Plan the next step"),
    Kind.WAIT: gettext_lazy("Nothing to do now"),
}
REASONS: Mapping[str, Promise] = {
    Why.CUSTOMER_WAITS: gettext_lazy("The customer has waited for an answer since %(since)s."),
    Why.STEP_DUE: gettext_lazy("“%(step)s” was due %(since)s."),
    Why.UNREACHED: gettext_lazy("The last call, %(since)s, reached nobody."),
    Why.NO_SHOW: gettext_lazy("The customer did not come to the meeting of %(since)s."),
    Why.CANCELLED: gettext_lazy("The meeting of %(since)s was called off."),
    Why.MEETING: gettext_lazy("A meeting is agreed for %(until)s."),
    Why.PLANNED: gettext_lazy("“%(step)s” is planned for %(until)s."),
    Why.FLOW_TALKS: gettext_lazy("The flow is talking with the customer."),
    Why.MISSING: gettext_lazy("“%(name)s” must be known before the lead can qualify."),
    Why.QUALIFIED: gettext_lazy("The lead is qualified and has no meeting yet."),
    Why.OUR_TURN_PASSED: gettext_lazy("We wrote last. If nothing comes by %(until)s, it is our turn again."),
    Why.NOTHING_PLANNED: gettext_lazy("Nothing is planned with this lead."),
}


def label_of(action: Action, name: str = "") -> str:
    """What to do. `name` of the criterion that is asked."""
    if action.proposal is not None:
        return action.proposal.label
    if action.kind == Kind.ASK and name:
        return _("Ask: %(name)s") % {"name": name}
    if action.kind == Kind.WAIT and action.until is not None:
        return _("Wait until %(until)s") % {"until": _moment(action.until)}
    return str(LABELS[action.kind])


def reason_of(action: Action, name: str = "", zone: tzinfo | None = None) -> str:
    """Why, as a sentence."""
    if action.proposal is not None:
        return action.proposal.reason
    if action.why == Why.GONE_QUIET:
        silent = ngettext("No word for %(count)d day", "No word for %(count)d days", action.days)
        tried = ngettext("after %(count)d try", "after %(count)d tries", action.tries)
        return f"{silent % {'count': action.days}}, {tried % {'count': action.tries}}."
    if action.why == Why.SILENT:
        words = ngettext(
            "No answer to our last message for %(count)d day.",
            "No answer to our last message for %(count)d days.",
            action.days,
        )
        return words % {"count": action.days}
    return str(REASONS[action.why]) % {
        "since": _moment(action.since, zone),
        "until": _moment(action.until, zone),
        "step": action.step,
        "name": name,
    }


def _moment(at: datetime | None, zone: tzinfo | None = None) -> str:
    if at is None:
        return ""
    local = timezone.localtime(at, zone)
    return f"{date_format(local, 'j M')}, {local:%H:%M}"
