"""What the CRM knows of a customer, whichever channel they write on."""

from __future__ import annotations

from typing import Any

from django.db.models import Sum

from automation.flows.models import FlowRun
from conversations.threads.models import Conversation
from crm.contacts.models import Contact, ContactPoint
from crm.pipeline.models import Lead
from crm.scoring.models import ScoreEntry


class Known:
    """For a customer who has a `conversation`."""

    conversation: Conversation

    @property
    def contact(self) -> Contact:
        return self.conversation.contact

    @property
    def points(self) -> dict[str, str]:
        return dict(ContactPoint.objects.filter(contact=self.contact).values_list("kind", "value"))

    @property
    def lead(self) -> Lead:
        lead = self.conversation.lead
        assert lead is not None
        return lead

    @property
    def run(self) -> FlowRun:
        return FlowRun.objects.filter(conversation=self.conversation).latest("pk")

    @property
    def pending(self) -> str | None:
        """The question that waits for its answer."""
        pending: str | None = self.run.state["pending"]
        return pending

    @property
    def card(self) -> dict[str, Any]:
        card: dict[str, Any] = self.conversation.handoff["card"]
        return card

    @property
    def judged(self) -> tuple[int, str, str]:
        """Score, grade and qualification; the score is what its ledger adds up to."""
        lead = self.lead
        ledger = ScoreEntry.objects.filter(lead=lead).aggregate(total=Sum("points"))["total"] or 0
        assert ledger == lead.score == lead.fit + lead.engagement
        return lead.score, lead.grade, lead.qualification
