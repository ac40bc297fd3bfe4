from conversations.goals.operations.goals import (
    GoalDraft,
    add_goal,
    merge_goal,
    save_goal,
    split_goal,
    use_goal,
)
from conversations.goals.operations.phrases import add_phrase, remove_phrase
from conversations.goals.operations.reviews import (
    REVIEW,
    finish_review,
    plan_review,
    review_month,
    switch_reviews,
)
from conversations.goals.operations.unclear import collect, dismiss_group, teach_group

__all__ = [
    "REVIEW",
    "GoalDraft",
    "add_goal",
    "add_phrase",
    "collect",
    "dismiss_group",
    "finish_review",
    "merge_goal",
    "plan_review",
    "remove_phrase",
    "review_month",
    "save_goal",
    "split_goal",
    "switch_reviews",
    "teach_group",
    "use_goal",
]
