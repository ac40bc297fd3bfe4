"""Where a lead is shown.

The address belongs to the desk; rows that outlive a request keep it as text.
"""

from __future__ import annotations

from crm.pipeline.models import Lead


def lead_url(lead: Lead) -> str:
    return f"/leads/{lead.public_id}/"
