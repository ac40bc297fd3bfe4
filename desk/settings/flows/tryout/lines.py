"""A transcript in the words of whoever reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from automation.tryout.actions import Script
from automation.tryout.transcript import Button, Entry, Standing, Transcript, Who
from conversations.accounts.models import Channel
from conversations.channels import registry
from conversations.threads.models import Conversation, Handler
from core.company.queries import company
from core.languages import Language
from crm.qualification.queries import all_criteria
from desk.inbox.handoff import CONTACT, HandoffCard, fresh_card

ZONES = (
    "Asia/Yerevan",
    "Asia/Tbilisi",
    "Asia/Baku",
    "Asia/Dubai",
    "Europe/Moscow",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
)


@dataclass(frozen=True, slots=True)
class ButtonLine:
    label: str
    number: int | None
    values: str


@dataclass(frozen=True, slots=True)
class EntryLine:
    """`step_name`: what the step is called; `live`: whether the customer can still tap its buttons."""

    who: str
    text: str
    time: str
    step: str
    step_name: str
    why: str
    file: str
    buttons: list[ButtonLine]
    live: bool


@dataclass(frozen=True, slots=True)
class ComingLine:
    label: str
    time: str
    wait: str
    carried_out: bool


Choice = tuple[str, str, bool]


@dataclass(frozen=True)
class Choices:
    """The settings: (value, label, whether it is chosen). `note`: what the channel cannot do."""

    languages: list[Choice]
    channels: list[Choice]
    zones: list[Choice]
    starts: str
    note: str


def entry_lines(result: Transcript) -> list[EntryLine]:
    usable = result.buttons
    return [_entry(each, usable, result.timezone) for each in result.entries]


def _entry(entry: Entry, usable: Sequence[Button], zone: str) -> EntryLine:
    live = bool(entry.buttons) and entry.buttons is usable
    return EntryLine(
        who=entry.who.value,
        text=entry.text,
        time=_time(entry.at, zone),
        step=entry.step,
        step_name=named(entry.step),
        why=entry.why,
        file=_file(entry.file),
        buttons=[_button(each) for each in entry.buttons] if live or _are_buttons(entry) else [],
        live=live,
    )


def _are_buttons(entry: Entry) -> bool:
    """Numbered lines stand in the text already."""
    return all(each.number is None for each in entry.buttons)


def _button(button: Button) -> ButtonLine:
    values = {"do": "tap", "payload": button.payload, "text": button.label}
    return ButtonLine(button.label, button.number, json.dumps(values, ensure_ascii=False))


def _file(kind: str) -> str:
    return {"": "", "image": _("Photo"), "voice": _("Voice message")}.get(kind, kind)


def named(step: str) -> str:
    return step.replace("_", " ")


def coming_lines(result: Transcript) -> list[ComingLine]:
    return [
        ComingLine(each.label, _time(each.at, result.timezone), _until(result.now, each.at), each.carried_out)
        for each in result.coming
    ]


def standing_words(result: Transcript) -> str:
    standing = result.standing
    if standing.handler == Handler.PERSON:
        return _("A colleague speaks. What the customer says is noted, the flow is quiet.")
    if not standing.status:
        return _("The flow has not begun.")
    return _STATUS.get(standing.status, _waiting)(standing)


def _waiting(standing: Standing) -> str:
    if not standing.pending:
        return _("Waits for the customer.")
    return _("Waits for an answer: %(question)s") % {"question": question_name(standing.pending)}


_STATUS = {
    "handed_off": lambda _standing: _("Waits for a person. The flow is quiet."),
    "paused": lambda _standing: _("Waits for a person. The flow is quiet."),
    "done": lambda _standing: _("The flow is over."),
}


def question_name(target: str) -> str:
    """A criterion by its name, anything else by its key."""
    known = {each.key: each.name for each in all_criteria()}
    key = target.rpartition(".")[2]
    return known.get(target) or str(CONTACT.get(key) or named(key).capitalize())


def card_of(result: Transcript) -> HandoffCard | None:
    return fresh_card(Conversation(handoff=dict(result.handoff), goal=result.goal), all_criteria())


def said_lately(result: Transcript) -> str:
    """For who hears the page: what came of the last thing that was done."""
    fresh: list[str] = []
    for entry in reversed(result.entries):
        if entry.who is Who.CUSTOMER:
            break
        fresh.insert(0, entry.why or entry.text)
    return " ".join(fresh)[:1000]


def choices_of(script: Script, kinds: Sequence[str]) -> Choices:
    names = dict(Channel.choices)
    own = company().timezone
    starts = script.starts_at.astimezone(ZoneInfo(script.timezone or own))
    return Choices(
        languages=[
            ("", _("as it is written"), not script.language),
            *((code, str(name), code == script.language) for code, name in Language.choices),
        ],
        channels=[(kind, str(names.get(kind, kind)), kind == script.channel) for kind in kinds],
        zones=list(_zones(script.timezone, own)),
        starts=f"{starts:%Y-%m-%dT%H:%M}",
        note=_note(script.channel),
    )


def _zones(chosen: str, own: str) -> Iterator[Choice]:
    yield "", _("as the company: %(zone)s") % {"zone": _city(own)}, not chosen
    for zone in dict.fromkeys((*ZONES, *filter(None, [chosen]))):
        yield zone, _city(zone), zone == chosen


def _city(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ") if "/" in zone else zone


def _note(kind: str) -> str:
    abilities = registry.adapter(kind).abilities
    notes = []
    if not abilities.quick_replies:
        notes.append(_("No buttons here: choices are numbered lines."))
    if abilities.window_hours is not None:
        sentence = _("Free messages only within %(hours)d hours after the customer's.")
        notes.append(sentence % {"hours": abilities.window_hours})
    return " ".join(notes)


def now_words(result: Transcript) -> str:
    return _time(result.now, result.timezone)


def _time(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{formats.date_format(local, 'D j M')}, {local:%H:%M}"


def _until(now: datetime, at: datetime) -> str:
    minutes = max(0, round((at - now).total_seconds() / 60))
    if minutes < 120:
        return ngettext("in %(count)d minute", "in %(count)d minutes", minutes) % {"count": minutes}
    if minutes < 48 * 60:
        hours = round(minutes / 60)
        return ngettext("in %(count)d hour", "in %(count)d hours", hours) % {"count": hours}
    days = round(minutes / (24 * 60))
    return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}
