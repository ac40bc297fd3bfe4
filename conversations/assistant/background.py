"""What the assistant adds to the registries."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from conversations.assistant import known, sources
from conversations.assistant.events import register_events
from conversations.assistant.models import AssistantCall
from conversations.assistant.operations.asking import NUDGE
from conversations.assistant.queries import finished
from core import nudge
from core.schedules import every
from core.tidy.registry import keep
from crm.duplicates import belongings

TASK = "conversations.assistant.tasks.ask_assistant"
DAYS_KEPT = 90


def register_all() -> None:
    register_events()
    nudge.register(NUDGE, task=TASK)
    every(5, "ask the assistant", TASK)
    keep("calls of the assistant", days=DAYS_KEPT, rows=finished, moment="finished_at")
    belongings.register(AssistantCall, label=_("Uses of the assistant"), place=12)
    sources.register("article", known.articles, personal=False)
    sources.register("goal", known.own_answers, personal=False)
    sources.register("product", known.catalogue, personal=False)
    sources.register("order", known.orders, personal=True)
