"""The facts of the next best action: one statement for any number of leads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from automation.advice.advice import Action, Chat, Facts, Kind, Meeting, Why, next_action
from automation.advice.registry import proposals
from automation.advice.wording import label_of, reason_of
from bookings.appointments.links import service_url
from bookings.services.models import Service
from bookings.services.queries import active_services
from core.company.queries import company
from crm.calls.enums import UNREACHED
from crm.memory import Remembered
from crm.pipeline.models import Lead, Qualification, StageKind
from crm.qualification.answers import missing
from crm.qualification.models import Criterion
from crm.qualification.queries import active_criteria, questions

_FACTS = """
    SELECT lead.id, json_build_array(
        to_json(chat), to_json(tried.days), to_json(coming), to_json(past), to_json(called.times)
    )::text
    FROM crm_lead AS lead
    LEFT JOIN LATERAL (
        SELECT id, public_id, language, status, handler, waiting_since, last_message_at, last_direction
        FROM conversations_conversation WHERE lead_id = lead.id AND status <> 'spam'
        ORDER BY last_message_at DESC LIMIT 1
    ) AS chat ON TRUE
    LEFT JOIN LATERAL (
        SELECT count(DISTINCT sent_at::date) AS days FROM (
            SELECT direction, sent_at, sum((direction = 'in')::int) OVER (ORDER BY sequence DESC) AS heard
            FROM (SELECT direction, sent_at, sequence FROM conversations_message
                WHERE conversation_id = chat.id ORDER BY sequence DESC LIMIT 30) AS newest
        ) AS said WHERE heard = 0 AND direction = 'out'
    ) AS tried ON TRUE
    LEFT JOIN LATERAL (
        SELECT public_id, starts_at, status, service_id FROM bookings_booking
        WHERE lead_id = lead.id AND starts_at > %(now)s
            AND (status = 'confirmed' OR (status = 'held' AND hold_expires_at > %(now)s))
        ORDER BY starts_at LIMIT 1
    ) AS coming ON TRUE
    LEFT JOIN LATERAL (
        SELECT public_id, starts_at, status, service_id FROM bookings_booking
        WHERE lead_id = lead.id AND status IN ('no_show', 'cancelled', 'attended', 'confirmed')
        ORDER BY starts_at DESC LIMIT 1
    ) AS past ON TRUE
    LEFT JOIN LATERAL (
        SELECT count(DISTINCT called_at::date) AS times FROM crm_call
        WHERE lead_id = lead.id AND outcome = ANY(%(unreached)s)
            AND called_at > coalesce(lead.customer_wrote_at, lead.created_at)
    ) AS called ON TRUE
    WHERE lead.id = ANY(%(ids)s)
"""


@dataclass(frozen=True)
class Advice:
    """An action with its words, and what its button needs. `text`: what to send, in the customer's language."""

    action: Action
    label: str
    reason: str
    text: str = ""

    @property
    def kind(self) -> str:
        return str(self.action.kind)

    @property
    def is_news(self) -> bool:
        """Whether it says more than the next step and its time do."""
        told = (Kind.STEP, Kind.PLAN)
        return self.action.kind not in told and self.action.why not in (Why.PLANNED, Why.MEETING)

    @property
    def url(self) -> str:
        return self.action.proposal.url if self.action.proposal else ""

    @property
    def conversation(self) -> UUID | None:
        return self.action.chat.public_id if self.action.chat else None


def advice_for(leads: Sequence[Lead], now: datetime) -> dict[int, Advice]:
    """What to do with each of the leads that are open, by id; one statement, whatever their number."""
    facts = facts_of([lead for lead in leads if lead.stage_kind == StageKind.OPEN], now)
    found = {}
    for lead_id, known in facts.items():
        action = next_action(known, now)
        if action is not None:
            found[lead_id] = _advice(action)
    return found


def advice_of(lead: Lead, now: datetime) -> Advice | None:
    """The same of one lead; None where it is won or lost."""
    return advice_for([lead], now).get(lead.pk)


def facts_of(leads: Sequence[Lead], now: datetime) -> dict[int, Facts]:
    if not leads:
        return {}
    params: dict[str, Any] = {"ids": [lead.pk for lead in leads], "now": now, "unreached": sorted(UNREACHED)}
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, params)
        rows = {lead_id: json.loads(found) for lead_id, found in cursor.fetchall()}
    proposed = proposals(leads, now)
    return {
        lead.pk: _facts(lead, rows[lead.pk], proposed.get(lead.pk, ())) for lead in leads if lead.pk in rows
    }


def _facts(lead: Lead, row: Sequence[Any], proposed: Any) -> Facts:
    chat, tries, coming, past, calls = row
    unreached = lead.last_call_outcome in UNREACHED
    return Facts(
        is_open=lead.stage_kind == StageKind.OPEN,
        heard_at=lead.customer_wrote_at or lead.created_at,
        next_step=lead.next_step,
        next_step_at=lead.next_step_at,
        qualified=lead.qualification == Qualification.QUALIFIED,
        missing=tuple(each.key for each in missing(questions(), lead.answers)),
        chat=_chat(chat, tries or 0) if chat else None,
        meeting=_meeting(coming or past) if coming or past else None,
        unreached_at=lead.last_call_at if unreached else None,
        calls_in_vain=calls or 0,
        can_meet=bool(_services()),
        proposals=proposed,
    )


def _chat(row: Mapping[str, Any], tries: int) -> Chat:
    return Chat(
        public_id=UUID(row["public_id"]),
        language=row["language"],
        waiting_since=_at(row["waiting_since"]) if row["status"] in ("waiting_us", "open") else None,
        flow_talks=row["handler"] == "flow" and row["status"] != "solved",
        last_at=_at(row["last_message_at"]),
        we_spoke_last=row["last_direction"] == "out",
        tries=tries,
    )


def _meeting(row: Mapping[str, Any]) -> Meeting:
    starts_at = _at(row["starts_at"])
    assert starts_at is not None
    return Meeting(UUID(row["public_id"]), starts_at, row["status"], row["service_id"])


def _at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@Remembered
def _services() -> list[Service]:
    """What can be booked; at most 3 seconds old."""
    return list(active_services())


def _advice(action: Action) -> Advice:
    asked = next((each for each in active_criteria() if each.key == action.criterion), None)
    name = asked.name if asked else ""
    return Advice(action, label_of(action, name), reason_of(action, name), _text(action, asked))


def _text(action: Action, asked: Criterion | None) -> str:
    """What the composer begins with, in the language of the chat; "" where a person finds the words."""
    language = (action.chat.language if action.chat else "") or company().language
    if action.kind == Kind.ASK and asked is not None:
        return str(asked.question.get(language) or next(filter(None, asked.question.values()), ""))
    with translation.override(language):
        if action.kind == Kind.OFFER_TIMES:
            page = _page(None)
            if page:
                return _("You can choose a time that suits you here: %(page)s") % {"page": page}
            return _("When would it suit you to meet?")
        if action.kind == Kind.REBOOK:
            page = _page(action.meeting.service_id if action.meeting else None)
            if page:
                return _("Shall we find another time? You can choose one here: %(page)s") % {"page": page}
            return _("Shall we find another time? When would it suit you?")
    return ""


def _page(service_id: int | None) -> str:
    """The public page of that service, else of the first that has one."""
    public = [each for each in _services() if each.public]
    found = next((each for each in public if each.pk == service_id), None) or next(iter(public), None)
    return service_url(found) if found else ""
