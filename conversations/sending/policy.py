"""The one place that decides whether a message may leave (spec 1.3, 2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(StrEnum):
    EMPTY = "empty"
    ACCOUNT_OFF = "account_off"
    SPAM = "spam"
    NO_CONSENT = "no_consent"
    MEDIA = "media"
    CLOSED = "closed"
    ANSWERED = "answered"


REASONS: dict[Refusal, Promise] = {
    Refusal.EMPTY: _("There is nothing to send: write a text or add a file."),
    Refusal.ACCOUNT_OFF: _("This channel is switched off. Switch it on in the settings, then send again."),
    Refusal.SPAM: _("This conversation is marked as spam. Reopen it to answer."),
    Refusal.NO_CONSENT: _("The customer asked not to be written to."),
    Refusal.MEDIA: _("This channel does not carry files."),
    Refusal.CLOSED: _("The conversation was closed before it was due."),
    Refusal.ANSWERED: _("The customer has written since."),
}
LASTING = frozenset({Refusal.NO_CONSENT, Refusal.CLOSED, Refusal.ANSWERED})
"""Nobody can do away with the cause and send the same message again: it is cancelled, not failed."""


@dataclass(frozen=True, slots=True)
class Facts:
    """`consent`: whether the customer may be written to for this purpose; replies to a customer's own words
    always may.

    `is_late`: it waited for its time and nobody asked for it; then what has happened since counts: `closed` and
    `answered`, the customer has written.
    """

    account_active: bool
    spam: bool
    consent: bool
    has_text: bool
    has_files: bool
    channel_carries_files: bool
    is_late: bool = False
    closed: bool = False
    answered: bool = False


def can_send(facts: Facts) -> Refusal | None:
    """Why the message may not leave, or None when it may."""
    checks = (
        (Refusal.EMPTY, not (facts.has_text or facts.has_files)),
        (Refusal.ACCOUNT_OFF, not facts.account_active),
        (Refusal.SPAM, facts.spam),
        (Refusal.NO_CONSENT, not facts.consent),
        (Refusal.MEDIA, facts.has_files and not facts.channel_carries_files),
        (Refusal.CLOSED, facts.is_late and facts.closed),
        (Refusal.ANSWERED, facts.is_late and facts.answered),
    )
    return next((refusal for refusal, holds in checks if holds), None)
