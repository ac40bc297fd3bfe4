"""Which leads a list shows, said by its address: for the board and the table (spec 7.1, 7.4).

`filter` is a condition as JSON, `view` a saved view whose condition it is where there is no `filter`, `mine=1` asks for
the reader's own leads, `search` for a title, name, phone or email. What cannot be read shows nothing and says why: it
never shows more than was asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.access.models import Role, User
from core.conditions import Condition, ConditionError, Field, Moment, parse
from core.http import Request
from crm.lists.errors import BrokenView
from crm.lists.models import SavedView
from crm.lists.queries import ALL, condition_of, views_for
from crm.pipeline.models import Pipeline
from crm.pipeline.queries import LeadQuerySet, Narrow
from crm.pipeline.queries.leads import Found, holding
from crm.scoring.queries import SUBJECT
from desk.conditions.purposes import Purpose, register

LEADS = register(
    Purpose("leads", SUBJECT, lambda field: field.orm is not None and not field.of_moment, role=Role.AGENT)
)
MOST_JSON = 8000
MOST_SEARCHED = 100
Json = Any


class Known:
    """The fields that a filter may ask for; what there is to choose from is read once."""

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        return {key: _read_once(each) for key, each in LEADS.fields().items()}


def _read_once(asked: Field) -> Field:
    if not callable(asked.choices):
        return asked
    return replace(asked, choices=cache(asked.choices))


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
    view: SavedView | None = None
    error: str = ""
    known: Known = field(default_factory=Known, compare=False, repr=False)

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
            view = _view(asked.get("view", ""), user)
            if "filter" not in asked and view is not None:
                return replace(found, view=view, parts=_taken_apart(condition_of(view).to_json()))
            return replace(found, view=view, parts=_parts(asked.get("filter", ""), found.known))
        except BrokenView as broken:
            return replace(found, error=str(broken))
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
        return parse(self.json, SUBJECT, fields=self.known.fields) if self.parts else None

    @cached_property
    def _found(self) -> Found:
        return holding(self.search)

    def narrow(self, moment: Moment) -> Narrow:
        """The filter as the board takes it."""
        few = bool(self.error) or (bool(self.search) and self._found.few)
        return Narrow(lambda rows: self.apply(rows, moment), few=few, only_open=self._is_of_open_leads)

    @property
    def _is_of_open_leads(self) -> bool:
        return any(part.get("field") == "lead.step" and part["op"] in ("is", "in") for part in self.parts)

    def apply(self, queryset: LeadQuerySet, moment: Moment) -> LeadQuerySet:
        """The leads of the list that are asked for; one more statement where text is searched for."""
        if self.error:
            return queryset.none()
        if self.condition is not None:
            queryset = queryset.filter(self.condition.to_q(moment))
        if self.mine:
            queryset = queryset.filter(owner=self.user)
        if self.search:
            queryset = queryset.filter(self._found.q)
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

    def in_another_pipeline(self) -> LeadFilter:
        """What of it makes sense there: stages are of one pipeline, and so may be a view."""
        kept = tuple(part for part in self.parts if part.get("field") != "lead.stage")
        return replace(self, parts=kept, view=None)

    @property
    def is_view(self) -> bool:
        """Whether the condition is the view's, unchanged."""
        return self.view is not None and self.parts == _taken_apart(self.view.filter or ALL)

    def query_string(self) -> str:
        """The parameters of the address, in one order."""
        own = "" if self.is_view else dumped(self.json or ALL)
        asked = {
            "view": str(self.view.public_id) if self.view else "",
            "filter": own if self.parts or self.view else "",
            "mine": "1" if self.mine else "",
            "search": self.search,
        }
        return urlencode({name: value for name, value in asked.items() if value})


def dumped(condition: Json) -> str:
    return json.dumps(condition, ensure_ascii=False, separators=(",", ":"))


def _parts(text: str, known: Known) -> tuple[Json, ...]:
    """The parts of the condition that must all hold. Raises ConditionError."""
    if not text:
        return ()
    try:
        given = json.loads(text[: MOST_JSON + 1]) if len(text) <= MOST_JSON else None
    except (ValueError, RecursionError):
        given = None
    if given is None:
        raise ConditionError("", _("A condition is an object."), "shape")
    condition = parse(given, SUBJECT, fields=known.fields)
    if condition.python_only:
        raise ConditionError("", _("This cannot be asked of a list of leads."), "python_only")
    return _taken_apart(condition.to_json())


def _taken_apart(condition: Json) -> tuple[Json, ...]:
    return tuple(condition["all"]) if "all" in condition else (condition,)


def _view(text: str, user: User) -> SavedView | None:
    """Raises ConditionError for a view that the person does not see."""
    if not text:
        return None
    try:
        return views_for(user).get(public_id=UUID(text))
    except (ValueError, SavedView.DoesNotExist) as error:
        raise ConditionError("", _("This view is not there any more."), "view") from error


def _unreadable(error: ConditionError) -> str:
    where = f" ({error.path})" if error.path else ""
    return _("This filter cannot be read, so nothing is shown: %(fault)s%(where)s") % {
        "fault": error.message,
        "where": where,
    }
