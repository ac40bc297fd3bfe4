"""Use cases of flows: keeping their versions, and running them in conversations."""

from automation.flows.operations.drafting import (
    HasErrors,
    StaleDraft,
    add_step,
    discard_draft,
    edit_part,
    edit_settings,
    edit_step,
    move_step,
    publish_draft,
    remove_step,
    save_draft,
)
from automation.flows.operations.managing import (
    InUse,
    copy_flow,
    create_flow,
    delete_flow,
    set_channel,
    switch_flow,
    take_in,
)
from automation.flows.operations.publishing import (
    BadTexts,
    StaleFlow,
    install_shipped,
    merged_texts,
    publish_texts,
    renew_shipped,
    roll_back,
)
from automation.flows.operations.running import FlowResponder, remind, stop_reminding
from automation.flows.operations.starting import START, start_action, start_for

__all__ = [
    "START",
    "BadTexts",
    "FlowResponder",
    "HasErrors",
    "InUse",
    "StaleDraft",
    "StaleFlow",
    "add_step",
    "copy_flow",
    "create_flow",
    "delete_flow",
    "discard_draft",
    "edit_part",
    "edit_settings",
    "edit_step",
    "install_shipped",
    "merged_texts",
    "move_step",
    "publish_draft",
    "publish_texts",
    "remind",
    "remove_step",
    "renew_shipped",
    "roll_back",
    "save_draft",
    "set_channel",
    "start_action",
    "start_for",
    "stop_reminding",
    "switch_flow",
    "take_in",
]
