"""Use cases of sequences."""

from automation.sequences.operations.advancing import advance
from automation.sequences.operations.answering import hear
from automation.sequences.operations.desk import cancel, postpone, send_now
from automation.sequences.operations.drafting import (
    create_sequence,
    discard_draft,
    install_ready,
    install_script,
    publish,
    save_draft,
    set_weekly_cap,
    switch,
)
from automation.sequences.operations.ending import STEP, settle, stop_for_contact
from automation.sequences.operations.enrolling import enrol, find

__all__ = [
    "STEP",
    "advance",
    "cancel",
    "create_sequence",
    "discard_draft",
    "enrol",
    "find",
    "hear",
    "install_ready",
    "install_script",
    "postpone",
    "publish",
    "save_draft",
    "send_now",
    "set_weekly_cap",
    "settle",
    "stop_for_contact",
    "switch",
]
