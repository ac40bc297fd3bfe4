from crm.pipeline.queries.board import Column, board, board_cards
from crm.pipeline.queries.leads import (
    EVERY,
    LeadQuerySet,
    Narrow,
    Today,
    default_stage,
    last_personal_change,
    leads,
    locked_lead,
    lost_reasons,
    pipelines,
    stages_of,
)
from crm.pipeline.queries.limits import standing_in
from crm.pipeline.queries.timeline import (
    AnswerItem,
    CallItem,
    EventItem,
    ScoreItem,
    TimelineItem,
    timeline,
)
from crm.pipeline.queries.totals import BoardTotals, ColumnTotals, column_totals, quick_counts

__all__ = [
    "EVERY",
    "AnswerItem",
    "BoardTotals",
    "CallItem",
    "Column",
    "ColumnTotals",
    "EventItem",
    "LeadQuerySet",
    "Narrow",
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
    "quick_counts",
    "stages_of",
    "standing_in",
    "timeline",
]
