from crm.pipeline.queries.board import Column, ColumnTotals, board, board_cards, column_totals
from crm.pipeline.queries.leads import (
    LeadFilter,
    LeadQuerySet,
    Today,
    default_stage,
    last_personal_change,
    leads,
    locked_lead,
    lost_reasons,
    pipelines,
    stages_of,
)
from crm.pipeline.queries.timeline import AnswerItem, EventItem, ScoreItem, TimelineItem, timeline

__all__ = [
    "AnswerItem",
    "Column",
    "ColumnTotals",
    "EventItem",
    "LeadFilter",
    "LeadQuerySet",
    "ScoreItem",
    "TimelineItem",
    "Today",
    "board",
    "board_cards",
    "column_totals",
    "default_stage",
    "last_personal_change",
    "leads",
    "locked_lead",
    "lost_reasons",
    "pipelines",
    "stages_of",
    "timeline",
]
