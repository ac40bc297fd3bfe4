"""What the contact screens show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.consent.models import ConsentRecord, Purpose
from crm.consent.queries import ALLOWED_WITHOUT_WORD
from desk import formats


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """What holds for one purpose on every channel; `explanation` says since when and from where."""

    label: str
    granted: bool
    explanation: str


def consent_lines(records: Iterable[ConsentRecord]) -> list[ConsentLine]:
    """One line per purpose from the records, newest first (spec 1.3)."""
    newest: dict[str, ConsentRecord] = {}
    for record in records:
        if not record.channel:
            newest.setdefault(record.purpose, record)
    return [_line(purpose, newest.get(purpose)) for purpose in Purpose]


def _line(purpose: Purpose, record: ConsentRecord | None) -> ConsentLine:
    words = {Purpose.REPLY: _("Replies"), Purpose.FOLLOW_UP: _("Follow-ups"), Purpose.MARKETING: _("Marketing")}
    if record is None:
        return ConsentLine(words[purpose], purpose in ALLOWED_WITHOUT_WORD, _("Nothing was said about it yet"))
    said = _("allowed") if record.granted else _("withdrawn")
    return ConsentLine(words[purpose], record.granted, f"{said}, {formats.moment(record.created_at)}, {record.source}")
