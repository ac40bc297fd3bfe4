"""The customer's meetings, as the assistant is shown them for a draft."""

from __future__ import annotations

from bookings.appointments.messages import when_text
from bookings.appointments.queries import upcoming_of_contact
from bookings.services.queries import title_of
from conversations.assistant.sources import Asked, Shown

MOST = 5


def meetings(asked: Asked) -> list[Shown]:
    if asked.conversation is None:
        return []
    found = upcoming_of_contact(asked.conversation.contact_id, asked.now)[:MOST]
    return [
        Shown("booking", title_of(each.service, asked.language), f"{when_text(each)}. {each.resource.name}")
        for each in found
    ]
