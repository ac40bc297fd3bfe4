"""Use cases of flows: keeping their versions, and running them in conversations."""

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
    "StaleFlow",
    "install_shipped",
    "merged_texts",
    "publish_texts",
    "remind",
    "renew_shipped",
    "roll_back",
    "start_action",
    "start_for",
    "stop_reminding",
]
