"""Which leads somebody has chosen to do something with: some by name, or all that match a condition but a few."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core.access.models import User
from core.conditions import Condition, ConditionError, Moment, parse
from core.errors import Refused
from crm.pipeline.queries import LeadQuerySet, leads

MOST_NAMED = 5_000
"""What a page can tick and a request can name; more are chosen by a condition."""


class BadSelection(Refused):
    """It cannot be read, and is not taken for something wider. `path` names the part at fault."""

    def __init__(self, sentence: str, path: str = "") -> None:
        super().__init__(sentence)
        self.path = path


@dataclass(frozen=True, kw_only=True)
class LeadSelection:
    """`ids`: these leads. `everything`: all leads that meet the `condition` ({} is no condition) but the `excluded`.

    Either is limited to the pipeline where one is given, and to what the person may see. Raises BadSelection when it
    names leads in both ways or in none, too many of them, or has a condition that cannot be asked of the database.
    """

    ids: tuple[UUID, ...] = ()
    everything: bool = False
    pipeline_id: int | None = None
    condition: Mapping[str, Any] = field(default_factory=dict)
    excluded: tuple[UUID, ...] = ()

    def __post_init__(self) -> None:
        if self.everything and self.ids:
            raise BadSelection(_("Choose leads by name or by a filter, not both."), "ids")
        if not self.everything and not self.ids:
            raise BadSelection(_("Choose at least one lead."), "ids")
        if not self.everything and (self.condition or self.excluded):
            raise BadSelection(_("Choose leads by name or by a filter, not both."), "filter")
        for path in ("ids", "excluded"):
            if len(getattr(self, path)) > MOST_NAMED:
                sentence = _("At most %(most)d leads can be named. Use a filter for more.")
                raise BadSelection(sentence % {"most": MOST_NAMED}, path)
        if self.everything:
            self._parsed  # noqa: B018 - refused at once, not when it is asked

    @cached_property
    def _parsed(self) -> Condition | None:
        if not self.condition:
            return None
        try:
            parsed = parse(self.condition, "lead")
        except ConditionError as error:
            path = f"filter.{error.path}" if error.path else "filter"
            raise BadSelection(error.message, path) from error
        if parsed.python_only:
            raise BadSelection(_("This condition cannot be asked of many leads at once."), "filter")
        return parsed

    def leads(self, user: User | None, at: Moment, among: LeadQuerySet | None = None) -> LeadQuerySet:
        """The leads as of the moment, in no order. `among`: what else narrows the list that the person looks at.

        Without a person (a program whose key sees everything) all leads are in sight.
        """
        rows = leads() if among is None else among
        rows = rows.visible_to(user) if user is not None else rows
        if self.pipeline_id is not None:
            rows = rows.filter(pipeline=self.pipeline_id)
        if not self.everything:
            return rows.filter(public_id__in=self.ids).order_by()
        if self._parsed is not None:
            rows = rows.filter(self._parsed.to_q(at))
        return (rows.exclude(public_id__in=self.excluded) if self.excluded else rows).order_by()


def read_ids(texts: Iterable[object], path: str = "ids") -> tuple[UUID, ...]:
    """Ids as they come from a page, each once. Raises BadSelection for one that is none."""
    found: dict[UUID, None] = {}
    for text in texts:
        try:
            found[UUID(str(text))] = None
        except ValueError as error:
            raise BadSelection(_("This list of leads is damaged. Load the page again."), path) from error
    return tuple(found)
