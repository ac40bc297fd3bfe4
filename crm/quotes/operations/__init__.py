"""What colleagues, customers, flows and programs do with quotes. Each is one transaction that holds the quote's row."""

from crm.quotes.operations.deciding import accept, decline, note_expiry, view, withdraw
from crm.quotes.operations.drafting import approve, discard_draft, save_draft, start_quote
from crm.quotes.operations.sending import mark_sent
from crm.quotes.operations.versions import copy_quote, next_version, renew

__all__ = [
    "accept",
    "approve",
    "copy_quote",
    "decline",
    "discard_draft",
    "mark_sent",
    "next_version",
    "note_expiry",
    "renew",
    "save_draft",
    "start_quote",
    "view",
    "withdraw",
]
