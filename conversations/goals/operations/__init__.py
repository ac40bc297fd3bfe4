from conversations.goals.operations.goals import (
    GoalDraft,
    add_goal,
    merge_goal,
    save_goal,
    split_goal,
    use_goal,
)
from conversations.goals.operations.phrases import add_phrase, remove_phrase
from conversations.goals.operations.unclear import collect, dismiss_group, teach_group

__all__ = [
    "GoalDraft",
    "add_goal",
    "add_phrase",
    "collect",
    "dismiss_group",
    "merge_goal",
    "remove_phrase",
    "save_goal",
    "split_goal",
    "teach_group",
    "use_goal",
]
