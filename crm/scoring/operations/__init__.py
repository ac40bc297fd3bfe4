from crm.scoring.operations.rescoring import (
    Assessment,
    assess,
    assess_if_concerned,
    lock_concerned,
    rescore,
    rescore_locked,
    score_new,
    start_rescoring,
    write_first_entries,
)
from crm.scoring.operations.rules import (
    RuleDraft,
    delete_rule,
    publish_rules,
    reorder_rules,
    roll_back,
    save_rule,
    save_thresholds,
)

__all__ = [
    "Assessment",
    "RuleDraft",
    "assess",
    "assess_if_concerned",
    "delete_rule",
    "lock_concerned",
    "publish_rules",
    "reorder_rules",
    "rescore",
    "rescore_locked",
    "roll_back",
    "save_rule",
    "save_thresholds",
    "score_new",
    "start_rescoring",
    "write_first_entries",
]
