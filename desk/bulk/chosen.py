"""The leads that a page has ticked, as it sends them: some by name, or all that its filter shows but a few."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl

from django.utils.translation import gettext as _

from core.access.models import User
from core.http import Request
from crm.bulk.queries import CEILING, count_up_to
from crm.pipeline.models import Pipeline
from crm.pipeline.queries import LeadQuerySet, leads
from crm.pipeline.selection import BadSelection, LeadSelection, read_ids
from desk.filters import LeadFilter, moment_of

MOST_ADDRESS = 10_000


@dataclass(frozen=True)
class Chosen:
    """`filter` is that of the list, None where leads are named; `pipeline` the one that the list shows."""

    user: User
    selection: LeadSelection
    pipeline: Pipeline | None
    filter: LeadFilter | None

    @classmethod
    def of(cls, request: Request) -> Chosen:
        """Parameters: `lead` (many), or `everything` with `on`, the query of the list's address, and `excluded` (many);
        `pipeline`. Raises BadSelection: what cannot be read is never taken for more.
        """
        asked = request.POST
        pipeline = _pipeline(asked.get("pipeline", ""))
        pipeline_id = pipeline.pk if pipeline else None
        if asked.get("everything") != "1":
            selection = LeadSelection(ids=read_ids(asked.getlist("lead")), pipeline_id=pipeline_id)
            return cls(request.user, selection, pipeline, None)
        excluded = read_ids(asked.getlist("excluded"), "excluded")
        address = asked.get("on", "")
        if len(address) > MOST_ADDRESS:
            raise BadSelection(_("This list of leads is damaged. Load the page again."), "on")
        shown = LeadFilter.of(dict(parse_qsl(address.removeprefix("?"))), request.user)
        if shown.error:
            raise BadSelection(shown.error, "on")
        selection = LeadSelection(everything=True, pipeline_id=pipeline_id, excluded=excluded)
        return cls(request.user, selection, pipeline, shown)

    @cached_property
    def rows(self) -> LeadQuerySet:
        at = moment_of(self.user)
        among = self.filter.apply(leads(), at) if self.filter is not None else None
        return self.selection.leads(self.user, at, among)

    @cached_property
    def count(self) -> int:
        """One more than may be changed stands for more."""
        return count_up_to(self.rows)

    @property
    def is_too_many(self) -> bool:
        return self.count > CEILING


def _pipeline(text: str) -> Pipeline | None:
    if not text:
        return None
    (public_id,) = read_ids([text], "pipeline")
    found = Pipeline.objects.filter(public_id=public_id).first()
    if found is None:
        raise BadSelection(_("This pipeline is not there any more."), "pipeline")
    return found
