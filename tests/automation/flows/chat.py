"""A conversation with the engine in which the effects are carried out in memory, as the operations do in the
database.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from automation.flows.context import Context
from automation.flows.effects import Effect, RecordAnswer, RecordConsent, Say, SetContactField
from automation.flows.engine import Outcome, advance, start
from automation.flows.events import CustomerMessage, Event
from automation.flows.script import FlowDocument
from automation.flows.state import RunState
from tests.automation.flows.builders import context, flow, reply


class Chat:
    def __init__(self, *, document: FlowDocument | None = None, **changes: Any) -> None:
        self.flow = document or flow()
        self.context: Context = context(**changes)
        self.state: RunState | None = None
        self.effects: tuple[Effect, ...] = ()
        self.left: tuple[RunState, ...] = ()

    def open(self, first: CustomerMessage | None = None) -> Chat:
        return self._take(start(self.flow, self.context, first))

    def send(self, event: Event) -> Chat:
        assert self.state is not None
        found = self.context.flows(self.state.flow)
        return self._take(advance(found or self.flow, self.state, event, self.context))

    def _take(self, outcome: Outcome) -> Chat:
        self.state, self.effects, self.left = outcome.state, outcome.effects, outcome.left
        consents = dict(self.context.consents)
        facts, contact = dict(self.context.facts), dict(self.context.contact)
        for effect in self.effects:
            if isinstance(effect, RecordAnswer):
                facts[effect.key] = effect.value
            elif isinstance(effect, SetContactField):
                contact[effect.field] = effect.value
            elif isinstance(effect, RecordConsent):
                consents[effect.purpose] = effect.granted
        self.context = replace(self.context, facts=facts, contact=contact, consents=consents)
        return self

    @property
    def said(self) -> Say:
        return reply(self.effects)

    @property
    def silent(self) -> bool:
        return not any(isinstance(effect, Say) for effect in self.effects)
