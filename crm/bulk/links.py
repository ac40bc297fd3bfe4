"""Where a change to many leads is shown. The addresses belong to the desk; notifications keep them as text."""

from __future__ import annotations

from crm.bulk.models import LeadBulk


def bulks_url() -> str:
    return "/leads/bulk/"


def bulk_url(bulk: LeadBulk) -> str:
    return f"/leads/bulk/{bulk.public_id}/"
