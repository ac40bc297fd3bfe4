"""Meetings in a conversation: the desk of a run, and the talk beside it."""

from automation.meetings.operations.desk import ConversationDesk
from automation.meetings.operations.talking import Talk

__all__ = ["ConversationDesk", "Talk"]
