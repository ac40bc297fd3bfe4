"""All models of the room, gathered for Django; each lives with its subject."""

from automation.flows.models import Flow, FlowRun, FlowVersion

__all__ = ["Flow", "FlowRun", "FlowVersion"]
