"""Use cases of flows: keeping their versions, and running them in conversations."""

from automation.flows.operations.publishing import StaleFlow, install_shipped, publish_texts, roll_back
from automation.flows.operations.running import FlowResponder, remind

__all__ = ["FlowResponder", "StaleFlow", "install_shipped", "publish_texts", "remind", "roll_back"]
