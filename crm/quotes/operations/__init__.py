"""What colleagues, customers, flows and programs do with quotes. Each is one transaction that holds the quote's row."""

from crm.quotes.operations.deciding import accept, decline, note_expiry, view, withdraw
from crm.quotes.operations.drafting import approve, discard_draft, save_draft, start_quote
from crm.quotes.operations.files import attach, detach
from crm.quotes.operations.sending import mark_sent
from crm.quotes.operations.templates import (
    TemplateDraft,
    delete_template,
    save_template,
    start_from_template,
    template_of,
)
from crm.quotes.operations.versions import copy_quote, next_version, renew

__all__ = [
    "TemplateDraft",
    "accept",
    "approve",
    "attach",
    "copy_quote",
    "decline",
    "delete_template",
    "detach",
    "discard_draft",
    "mark_sent",
    "next_version",
    "note_expiry",
    "renew",
    "save_draft",
    "save_template",
    "start_from_template",
    "start_quote",
    "template_of",
    "view",
    "withdraw",
]
