"""A text that somebody passed on (a contract, an offer) rather than said: nothing is read out of it. Pure."""

from __future__ import annotations

from dataclasses import replace

from conversations.understanding.types import CALM, Intent, IntentName, Understanding

LONGEST_SAID = 2_500
"""Characters; nobody says more at once to a company whose answer they wait for."""
HEAD = 500
"""So much of it is enough to tell the language."""


def is_document(text: str) -> bool:
    return len(text) > LONGEST_SAID


def unread(head: Understanding) -> Understanding:
    """The language of its head, and nothing else."""
    return replace(head, intents=(Intent(IntentName.OTHER, 1.0),), entities=(), is_question=False, tone=CALM)
