"""What must follow in the same transaction when a contact wants no more."""

from __future__ import annotations

from django.dispatch import Signal

follow_ups_ended = Signal()
"""Sent by `crm.consent.operations.withdraw` with `contact` when follow-ups are withdrawn on every channel.

Receivers end what would still be written to the contact by itself: messages that wait, reminders of a silence.
"""
