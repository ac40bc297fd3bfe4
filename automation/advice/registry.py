"""What other rooms propose to do with a lead (a quote to send), between letting go and asking."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from automation.advice.advice import Proposal

if TYPE_CHECKING:
    from crm.pipeline.models import Lead

Source = Callable[["Sequence[Lead]", datetime], Mapping[int, Proposal]]
"""For open leads what to propose by id; at most one statement for all of them."""

_sources: dict[str, Source] = {}


def register(kind: str, source: Source) -> None:
    """Called at start; they are asked in the order of registering. Raises ValueError for a kind that is taken."""
    if kind in _sources:
        raise ValueError(f"Proposals of kind {kind!r} are registered already.")
    _sources[kind] = source


def proposals(leads: Sequence[Lead], now: datetime) -> Mapping[int, tuple[Proposal, ...]]:
    found: dict[int, tuple[Proposal, ...]] = {}
    for source in _sources.values():
        for lead_id, proposal in source(leads, now).items():
            found[lead_id] = (*found.get(lead_id, ()), proposal)
    return found
