"""What people and flows do with a conversation.

Every operation locks its row first and is one transaction.
"""

from conversations.threads.operations.handling import announce, assign, hand_back, hand_off, take_over
from conversations.threads.operations.tickets import mark_read, mark_spam, reopen, resolve
from conversations.threads.operations.writing import add_note, reply, say, typing

__all__ = [
    "add_note",
    "announce",
    "assign",
    "hand_back",
    "hand_off",
    "mark_read",
    "mark_spam",
    "reopen",
    "reply",
    "resolve",
    "say",
    "take_over",
    "typing",
]
