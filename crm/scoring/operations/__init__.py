from crm.scoring.content import ConsequenceDraft, RuleDraft, SectionDraft
from crm.scoring.operations.bringing import bring_rules
from crm.scoring.operations.checking import JUDGED, MAX_POINTS
from crm.scoring.operations.drafting import (
    delete_consequence,
    delete_rule,
    discard_draft,
    publish_draft,
    reorder_rules,
    save_consequence,
    save_rule,
    save_sections,
    save_thresholds,
)
from crm.scoring.operations.publishing import Published, publish_rules, roll_back
from crm.scoring.operations.rescoring import (
    POINT_FIELDS,
    Assessment,
    assess,
    assess_if_concerned,
    lock_concerned,
    lock_leads,
    rescore,
    rescore_locked,
    score_new,
    start_rescoring,
    write_first_entries,
)
from crm.scoring.operations.together import rescore_together

__all__ = [
    "JUDGED",
    "MAX_POINTS",
    "POINT_FIELDS",
    "Assessment",
    "ConsequenceDraft",
    "Published",
    "RuleDraft",
    "SectionDraft",
    "assess",
    "assess_if_concerned",
    "bring_rules",
    "delete_consequence",
    "delete_rule",
    "discard_draft",
    "lock_concerned",
    "lock_leads",
    "publish_draft",
    "publish_rules",
    "reorder_rules",
    "rescore",
    "rescore_locked",
    "rescore_together",
    "roll_back",
    "save_consequence",
    "save_rule",
    "save_sections",
    "save_thresholds",
    "score_new",
    "start_rescoring",
    "write_first_entries",
]
