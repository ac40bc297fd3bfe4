"""Business events as quiet lines of a thread or a timeline, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from automation.sequences.enums import Stop
from conversations.ratings.queries import stars
from conversations.threads.models import ConversationStatus
from core.events.enums import ActorKind
from core.text.amounts import money
from crm.orders.models import NoticeAnswer, NoticeKind, OrderStatus
from crm.pipeline.models import Qualification
from crm.quotes.enums import DeclineReason
from desk import formats


@dataclass(frozen=True, slots=True)
class Line:
    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class Telling:
    """How an event is told: `words` makes of the payload what fills the places of `text`."""

    icon: str
    text: str | Promise
    words: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict


def _rated(payload: Mapping[str, Any]) -> dict[str, Any]:
    words = payload.get("words")
    return {"stars": stars(int(payload.get("value") or 0)), "said": f" “{words}”" if words else ""}


def _move(payload: Mapping[str, Any]) -> dict[str, Any]:
    reason = payload.get("lost_reason")
    return {
        "from": payload.get("from", ""),
        "to": payload.get("to", ""),
        "reason": f" ({reason})" if reason else "",
    }


NOT_STARTED: Mapping[str, str | Promise] = {
    "no_conversation": gettext_lazy("no conversation is open"),
    "person": gettext_lazy("a colleague has the conversation"),
    "running": gettext_lazy("it speaks there already"),
    "consent": gettext_lazy("the customer wants no follow-ups"),
    "no_flow": gettext_lazy("it is gone or switched off"),
}


def _not_started(payload: Mapping[str, Any]) -> dict[str, Any]:
    reason = payload.get("reason", "")
    return {"flow": payload.get("flow", ""), "reason": NOT_STARTED.get(reason, reason)}


def _owner(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"whom": payload.get("owner") or payload.get("team") or _("nobody")}


def _qualified(payload: Mapping[str, Any]) -> dict[str, Any]:
    labels = dict(Qualification.choices)
    return {"to": labels.get(payload.get("to", ""), payload.get("to", ""))}


def _next_step(payload: Mapping[str, Any]) -> dict[str, Any]:
    due = payload.get("due_at")
    step = payload.get("next_step") or _("none")
    return {"step": f"{step}, {formats.moment(datetime.fromisoformat(due))}" if due else step}


def _step_done(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"step": payload.get("next_step", "")}


def _stopped(payload: Mapping[str, Any]) -> dict[str, Any]:
    labels = dict(Stop.choices)
    reason = payload.get("reason", "")
    return {"name": payload.get("name", ""), "reason": str(labels.get(reason, reason)).lower()}


def _postponed(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": payload.get("name", ""),
        "when": formats.moment(datetime.fromisoformat(payload["at"])),
    }


def _booking(payload: Mapping[str, Any]) -> dict[str, Any]:
    reason = payload.get("reason")
    return {
        "service": payload.get("service", ""),
        "when": formats.moment(datetime.fromisoformat(payload["starts_at"])),
        "reason": f" ({reason})" if reason else "",
    }


def _payment(payload: Mapping[str, Any]) -> dict[str, Any]:
    note = payload.get("note")
    return {
        "sum": money(Decimal(payload["amount"]), payload["currency"]),
        "purpose": payload.get("purpose", ""),
        "note": f" ({note})" if note else "",
    }


def _quote(payload: Mapping[str, Any]) -> dict[str, Any]:
    amount = money(Decimal(payload.get("total", "0")), payload.get("currency", ""))
    reason = dict(DeclineReason.choices).get(payload.get("reason", ""), "")
    words = ": ".join(str(each) for each in (reason, payload.get("words")) if each)
    return {
        "number": payload.get("number", ""),
        "total": amount,
        "name": payload.get("name", ""),
        "reason": words,
    }


def _order(payload: Mapping[str, Any]) -> dict[str, Any]:
    status, reason = payload.get("status", ""), payload.get("reason")
    total = payload.get("total")
    return {
        "number": payload.get("number", ""),
        "status": OrderStatus(status).label if status in OrderStatus.values else status,
        "sum": money(Decimal(total), payload["currency"]) if total else "",
        "note": f" ({reason})" if reason else "",
    }


def _notice(payload: Mapping[str, Any]) -> dict[str, Any]:
    kind, answer = payload.get("kind", ""), payload.get("answer", "")
    return {
        "number": payload.get("number", ""),
        "what": NoticeKind(kind).label if kind in NoticeKind.values else kind,
        "answer": NoticeAnswer(answer).label if answer in NoticeAnswer.values else answer,
    }


RESOLVED = Telling("check", gettext_lazy("%(who)s resolved the conversation"))
SPAM = Telling("ban", gettext_lazy("%(who)s marked the conversation as spam"))
REOPENED = Telling("refresh", gettext_lazy("%(who)s reopened the conversation"))


def _of_status(payload: Mapping[str, Any]) -> Telling | None:
    """Only the end of a conversation and its return are worth a line."""
    match payload.get("from"), payload.get("to"):
        case _, ConversationStatus.SOLVED:
            return RESOLVED
        case _, ConversationStatus.SPAM:
            return SPAM
        case ((ConversationStatus.SOLVED | ConversationStatus.SPAM), _):
            return REOPENED
    return None


TELLINGS: Mapping[str, Telling] = {
    "conversation.started": Telling("message-plus", gettext_lazy("The conversation began")),
    "conversation.taken_over": Telling("user-check", gettext_lazy("%(who)s took over")),
    "conversation.handed_back": Telling("robot", gettext_lazy("%(who)s handed back to the flow")),
    "conversation.handed_off": Telling("hand-stop", gettext_lazy("Handed over to the team")),
    "conversation.announced": Telling("id-badge-2", gettext_lazy("The team was told")),
    "conversation.assigned": Telling(
        "user-plus", gettext_lazy("%(who)s assigned the conversation to %(whom)s")
    ),
    "conversation.status_changed": RESOLVED,
    "conversation.rated": Telling("star", gettext_lazy("The customer rated: %(stars)s%(said)s"), _rated),
    "flow.started": Telling("player-play", gettext_lazy("The flow began")),
    "flow.not_started": Telling(
        "player-pause", gettext_lazy("The flow “%(flow)s” did not begin: %(reason)s"), _not_started
    ),
    "flow.finished": Telling("flag", gettext_lazy("The flow ended")),
    "sequence.begun": Telling("bell-ringing", gettext_lazy("Follow-ups began: %(name)s")),
    "sequence.stopped": Telling("bell-off", gettext_lazy("Follow-ups ended: %(name)s, %(reason)s"), _stopped),
    "sequence.finished": Telling("bell-check", gettext_lazy("Follow-ups came to their end: %(name)s")),
    "sequence.postponed": Telling(
        "clock-pause",
        gettext_lazy("The customer asked to be written to later: %(name)s, %(when)s"),
        _postponed,
    ),
    "lead.created": Telling("target", gettext_lazy("The lead was made")),
    "lead.stage_changed": Telling(
        "arrow-right", gettext_lazy("%(who)s moved the lead from %(from)s to %(to)s%(reason)s"), _move
    ),
    "lead.held_back": Telling("hand-stop", gettext_lazy("Waits before “%(to)s”, which needs: %(fields)s")),
    "lead.assigned": Telling("user-plus", gettext_lazy("%(who)s gave the lead to %(whom)s"), _owner),
    "lead.next_step_set": Telling(
        "calendar-event", gettext_lazy("%(who)s set the next step: %(step)s"), _next_step
    ),
    "lead.next_step_done": Telling("circle-check", gettext_lazy("%(who)s did: %(step)s"), _step_done),
    "lead.file_added": Telling("paperclip", gettext_lazy("%(who)s put a file to the lead: %(name)s")),
    "lead.file_removed": Telling("paperclip", gettext_lazy("%(who)s took a file away: %(name)s")),
    "lead.updated": Telling("pencil", gettext_lazy("%(who)s changed details of the lead")),
    "lead.qualification_changed": Telling("medal", gettext_lazy("The lead is now: %(to)s"), _qualified),
    "booking.confirmed": Telling(
        "calendar-check", gettext_lazy("%(who)s booked %(service)s, %(when)s"), _booking
    ),
    "booking.moved": Telling(
        "calendar-repeat", gettext_lazy("%(who)s moved %(service)s to %(when)s"), _booking
    ),
    "booking.cancelled": Telling(
        "calendar-x", gettext_lazy("%(who)s cancelled %(service)s, %(when)s%(reason)s"), _booking
    ),
    "booking.expired": Telling(
        "calendar-off", gettext_lazy("A kept time was not confirmed: %(service)s, %(when)s"), _booking
    ),
    "booking.acknowledged": Telling(
        "thumb-up", gettext_lazy("The customer is coming: %(service)s, %(when)s"), _booking
    ),
    "booking.attended": Telling(
        "user-check", gettext_lazy("The customer came: %(service)s, %(when)s"), _booking
    ),
    "booking.missed": Telling(
        "user-x", gettext_lazy("The customer did not come: %(service)s, %(when)s"), _booking
    ),
    "booking.reopened": Telling(
        "refresh", gettext_lazy("%(who)s left open again whether the customer came: %(service)s"), _booking
    ),
    "payment.requested": Telling(
        "cash", gettext_lazy("%(who)s asked for %(sum)s: %(purpose)s%(note)s"), _payment
    ),
    "payment.paid": Telling("cash-plus", gettext_lazy("Paid: %(sum)s, %(purpose)s%(note)s"), _payment),
    "payment.failed": Telling(
        "cash-off", gettext_lazy("A payment did not go through: %(sum)s, %(purpose)s%(note)s"), _payment
    ),
    "payment.refunded": Telling(
        "arrow-back-up", gettext_lazy("The money went back: %(sum)s, %(purpose)s%(note)s"), _payment
    ),
    "payment.cancelled": Telling(
        "x", gettext_lazy("%(who)s no longer asks for %(sum)s: %(purpose)s%(note)s"), _payment
    ),
    "quote.sent": Telling("send", gettext_lazy("%(who)s sent the quote %(number)s: %(total)s"), _quote),
    "quote.mailed": Telling("mail", gettext_lazy("The quote %(number)s left by email"), _quote),
    "quote.mail_failed": Telling(
        "mail-off", gettext_lazy("The quote %(number)s could not be mailed"), _quote
    ),
    "quote.viewed": Telling("eye", gettext_lazy("The customer opened the quote %(number)s"), _quote),
    "quote.accepted": Telling(
        "circle-check", gettext_lazy("%(name)s accepted the quote %(number)s: %(total)s"), _quote
    ),
    "quote.declined": Telling(
        "circle-x", gettext_lazy("The quote %(number)s was declined: %(reason)s"), _quote
    ),
    "quote.withdrawn": Telling(
        "arrow-back-up", gettext_lazy("%(who)s withdrew the quote %(number)s"), _quote
    ),
    "quote.expired": Telling(
        "calendar-off", gettext_lazy("The quote %(number)s ran out without an answer"), _quote
    ),
    "order.created": Telling("package", gettext_lazy("Order %(number)s became known: %(sum)s"), _order),
    "order.updated": Telling("package", gettext_lazy("Order %(number)s: %(status)s%(note)s"), _order),
    "order.noticed": Telling(
        "bell", gettext_lazy("The customer was told about the order %(number)s: %(what)s"), _notice
    ),
    "order.notice_answered": Telling(
        "message", gettext_lazy("The customer on the order %(number)s: %(answer)s"), _notice
    ),
    "contact.opted_out": Telling("bell-off", gettext_lazy("The customer asked us to stop writing")),
    "contact.opted_in": Telling("bell", gettext_lazy("The customer allowed us to write again")),
}
THREAD_NAMES = tuple(
    name
    for name in TELLINGS
    if name.startswith(("conversation.", "contact.", "booking.")) and name != "conversation.started"
)
"""What stands between the messages of a thread; the rest has its place on the lead's timeline."""
LEAD_NAMES_IN_THREAD = (
    "lead.stage_changed",
    "lead.qualification_changed",
    "payment.paid",
    "payment.failed",
    "payment.refunded",
    "payment.cancelled",
)


def tell(name: str, payload: Mapping[str, Any], who: str, names: Mapping[int, str]) -> Line | None:
    """The event as one line, None where it says nothing to a reader; `names` are those of the colleagues by id."""
    telling = _of_status(payload) if name == "conversation.status_changed" else TELLINGS.get(name)
    if telling is None:
        return None
    words = {"who": who, **telling.words(payload)}
    if name == "conversation.assigned":
        words["whom"] = names.get(payload.get("to") or 0, _("nobody"))
    return Line(telling.icon, str(telling.text) % words)


def actor_name(kind: str, user_id: int | None, names: Mapping[int, str]) -> str:
    if user_id is not None:
        return names.get(user_id, _("A colleague"))
    kinds = {ActorKind.FLOW: _("The flow"), ActorKind.CUSTOMER: _("The customer"), ActorKind.API: "API"}
    return kinds.get(ActorKind(kind), "Parley")
