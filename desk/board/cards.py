"""A card of the board in the reader's words, made ready so that drawing a hundred of them costs little."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from crm.pipeline.links import lead_url
from crm.pipeline.models import Lead, StageKind
from crm.pipeline.queries import Today
from desk import formats


@dataclass(frozen=True, slots=True)
class Chat:
    """The newest conversation of a lead that the reader may see; `unread` counts over all of them."""

    public_id: UUID
    kind: str
    unread: int


@dataclass(frozen=True, slots=True)
class Step:
    """The next step; `health` is its state by the reader's day: overdue, today, later or none."""

    health: str
    text: str = ""
    when: str = ""
    exact: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """All texts, numbers among them: the template writes them as they are. `order` is the place in its column, newest
    first; `step` is None for what is won or lost.
    """

    pk: str
    public_id: str
    url: str
    title: str
    contact: str
    stage: str
    order: str
    revision: str
    grade: str
    score: str
    value: str
    since: str
    age: str
    exact: str
    rotting: bool
    channel_icon: str
    unread: bool
    step: Step | None


def card_of(lead: Lead, chat: Chat | None, today: Today) -> Card:
    """The card of a lead that carries `rotting` and its people."""
    entered = lead.stage_entered_at
    return Card(
        pk=str(lead.pk),
        public_id=str(lead.public_id),
        url=lead_url(lead),
        title=lead.title,
        contact=str(lead.contact),
        stage=str(lead.stage_id),
        order=_order(entered, lead.pk),
        revision=str(lead.revision),
        grade=lead.grade,
        score=str(lead.score),
        value="" if lead.value is None else formats.money(lead.value, lead.currency),
        since=timezone.localtime(entered).isoformat(timespec="seconds"),
        age=formats.age(today.now - entered),
        exact=formats.moment(entered),
        rotting=lead.rotting,  # type: ignore[attr-defined]
        channel_icon=formats.channel_icon(chat.kind) if chat else "",
        unread=bool(chat and chat.unread),
        step=_step(lead, today) if lead.stage_kind == StageKind.OPEN else None,
    )


def _step(lead: Lead, today: Today) -> Step:
    health, at = today.health(lead).value, lead.next_step_at
    if at is None:
        return Step(health)
    return Step(health, lead.next_step, formats.when(at, today.now), formats.moment(at))


def _order(at: datetime, key: int) -> str:
    """Sorts as text by the moment, then by id; short, for every card carries one."""
    return f"{int(at.timestamp()) * 1_000_000 + at.microsecond:014x}{key:011x}"
