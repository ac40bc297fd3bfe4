from crm.qualification.answers import NewAnswer
from crm.qualification.operations.answers import Seen, apply_answers, correct_answer
from crm.qualification.operations.criteria import (
    CriterionDraft,
    delete_criterion,
    reorder_criteria,
    save_criterion,
)

__all__ = [
    "CriterionDraft",
    "NewAnswer",
    "Seen",
    "apply_answers",
    "correct_answer",
    "delete_criterion",
    "reorder_criteria",
    "save_criterion",
]
