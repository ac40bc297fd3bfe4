"""Lines to begin a quote with."""

from __future__ import annotations

from crm.pipeline.models import Lead
from crm.quotes.lines import LineDraft


def suggested_lines(lead: Lead) -> list[LineDraft]:
    """What the lead's answers call for. As long as nothing is known of them, an empty sheet."""
    return []
