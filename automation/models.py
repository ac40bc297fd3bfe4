"""All models of the room, gathered for Django; each lives with its subject."""

from automation.flows.models import Flow, FlowRun, FlowVersion
from automation.playbooks.models import PlaybookInstall, PlaybookPart, PlaybookSwitch
from automation.quotes.models import QuoteFollowUps
from automation.sequences.models import Enrolment, FollowUp, FollowUpSettings, Sequence, SequenceVersion

__all__ = [
    "Enrolment",
    "Flow",
    "FlowRun",
    "FlowVersion",
    "FollowUp",
    "FollowUpSettings",
    "PlaybookInstall",
    "PlaybookPart",
    "PlaybookSwitch",
    "QuoteFollowUps",
    "Sequence",
    "SequenceVersion",
]
