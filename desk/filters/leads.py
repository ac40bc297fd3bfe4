"""Which leads a list shows, said by its address: for the board and the table (spec 7.1, 7.4).

`filter` is a condition as JSON, `view` a saved view whose condition it is where there is no `filter`, `mine=1` asks for
the reader's own leads, `search` for a title, name, phone or email. What cannot be read shows nothing and says why: it
never shows more than was asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.access.models import Role, User
from core.conditions import Condition, ConditionError, Moment, parse
from core.http import Request
from crm.pipeline.models import Pipeline
from crm.pipeline.queries import LeadQuerySet
from crm.pipeline.queries.leads import holding
from crm.scoring.queries import SUBJECT
from desk.conditions.purposes import Purpose, register

LEADS = register(
    Purpose("leads", SUBJECT, lambda field: field.orm is not None and not field.of_moment, role=Role.AGENT)
)
MOST_JSON = 8000
MOST_SEARCHED = 100
Json = Any


def moment_of(user: User, now: datetime | None = None) -> Moment:
    """Now, by the reader's days."""
    return Moment(now or timezone.now(), user.timezone)


@dataclass(frozen=True)
class LeadFilter:
    """`parts` must all hold; with an `error` nothing is shown."""

    user: User
    parts: tuple[Json, ...] = ()
    mine: bool = False
    search: str = ""
    view: UUID | None = None
    error: str = ""

    @classmethod
    def from_request(cls, request: Request, pipeline: Pipeline | None = None) -> LeadFilter:
        return cls.of(request.GET, request.user)

    @classmethod
    def of(cls, asked: Mapping[str, str], user: User) -> LeadFilter:
        """What the parameters of an address ask for."""
        found = cls(
            user,
            mine=asked.get("mine", "") not in ("", "0"),
            search=" ".join(asked.get("search", "").replace("\0", "").split())[:MOST_SEARCHED],
        )
        try:
            return replace(found, view=_view(asked.get("view", "")), parts=_parts(asked.get("filter", "")))
        except ConditionError as error:
            return replace(found, error=_unreadable(error))

    def with_parts(self, parts: tuple[Json, ...]) -> LeadFilter:
        return replace(self, parts=parts, error="")

    @property
    def is_empty(self) -> bool:
        """Whether every lead is shown."""
        return not (self.parts or self.mine or self.search or self.error)

    @property
    def json(self) -> Json:
        """The condition; {} for none."""
        if not self.parts:
            return {}
        return self.parts[0] if len(self.parts) == 1 else {"all": list(self.parts)}

    @cached_property
    def condition(self) -> Condition | None:
        return parse(self.json, SUBJECT, fields=LEADS.fields()) if self.parts else None

    @cached_property
    def _held(self) -> Q:
        return holding(self.search)

    def apply(self, queryset: LeadQuerySet, moment: Moment) -> LeadQuerySet:
        """The leads of the list that are asked for; one more statement where text is searched for."""
        if self.error:
            return queryset.none()
        if self.condition is not None:
            queryset = queryset.filter(self.condition.to_q(moment))
        if self.mine:
            queryset = queryset.filter(owner=self.user)
        if self.search:
            queryset = queryset.filter(self._held)
        return queryset

    def words(self, language: str | None = None) -> str:
        """The filter as a sentence of `language` (default: the active one); "" when every lead is shown."""
        with translation.override(language or translation.get_language()):
            found = [self.condition.describe()] if self.condition is not None else []
            if self.mine:
                found.insert(0, _("Mine"))
            if self.search:
                found.append(_("“%(text)s”") % {"text": self.search})
            return ", ".join(found)

    def query_string(self) -> str:
        """The parameters of the address, in one order."""
        asked = {
            "view": str(self.view) if self.view else "",
            "filter": dumped(self.json) if self.parts else "",
            "mine": "1" if self.mine else "",
            "search": self.search,
        }
        return urlencode({name: value for name, value in asked.items() if value})


def dumped(condition: Json) -> str:
    return json.dumps(condition, ensure_ascii=False, separators=(",", ":"))


def _parts(text: str) -> tuple[Json, ...]:
    """The parts of the condition that must all hold. Raises ConditionError."""
    if not text:
        return ()
    try:
        given = json.loads(text[: MOST_JSON + 1]) if len(text) <= MOST_JSON else None
    except (ValueError, RecursionError):
        given = None
    if given is None:
        raise ConditionError("", _("A condition is an object."), "shape")
    condition = parse(given, SUBJECT, fields=LEADS.fields())
    if condition.python_only:
        raise ConditionError("", _("This cannot be asked of a list of leads."), "python_only")
    known = condition.to_json()
    parts = known["all"] if isinstance(known, dict) and "all" in known else [known]
    return tuple(parts)


def _view(text: str) -> UUID | None:
    """Raises ConditionError for a view that is not there."""
    if not text:
        return None
    raise ConditionError("", _("This view is not there any more."), "view")


def _unreadable(error: ConditionError) -> str:
    where = f" ({error.path})" if error.path else ""
    return _("This filter cannot be read, so nothing is shown: %(fault)s%(where)s") % {
        "fault": error.message,
        "where": where,
    }
