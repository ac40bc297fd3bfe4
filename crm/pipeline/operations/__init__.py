from crm.pipeline.operations.leads import (
    LeadChanges,
    assign_lead,
    create_lead,
    note_goal,
    retitle,
    update_lead,
)
from crm.pipeline.operations.moving import keep_place, lose_lead, move_lead, refuse_missing
from crm.pipeline.operations.reasons import save_lost_reason
from crm.pipeline.operations.removing import delete_stage
from crm.pipeline.operations.stages import (
    StageDraft,
    create_pipeline,
    create_stage,
    delete_pipeline,
    reorder_pipelines,
    reorder_stages,
    update_pipeline,
    update_stage,
)
from crm.pipeline.operations.steps import complete_next_step, plan_next_step, set_next_step
from crm.qualification.operations import apply_answers

__all__ = [
    "LeadChanges",
    "StageDraft",
    "apply_answers",
    "assign_lead",
    "complete_next_step",
    "create_lead",
    "create_pipeline",
    "create_stage",
    "delete_pipeline",
    "delete_stage",
    "keep_place",
    "lose_lead",
    "move_lead",
    "note_goal",
    "plan_next_step",
    "refuse_missing",
    "reorder_pipelines",
    "reorder_stages",
    "retitle",
    "save_lost_reason",
    "set_next_step",
    "update_lead",
    "update_pipeline",
    "update_stage",
]
