"""The cases of a branch as a form: each a condition and where it leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from core.company.queries import company
from crm.scoring.queries import SUBJECT
from desk.conditions.builder import ConditionForm, is_token, new_token
from desk.conditions.purposes import Purpose, register
from desk.settings.flows.facts import Facts

BRANCH = register(Purpose("flow", SUBJECT))
MOST_CASES = 12


@dataclass
class Case:
    token: str
    condition: ConditionForm
    go: str
    facts: Facts
    place: int = 0
    error: str = ""

    @property
    def steps(self) -> list[tuple[str, str, bool]]:
        return [(key, label, key == self.go) for key, label in self.facts.steps]


class Cases:
    """`plain()` gives the part as it was typed; `is_faulty` after it says whether a condition makes no sense."""

    def __init__(self, rows: list[Case]) -> None:
        self.rows, self.is_faulty = rows, False

    @classmethod
    def of(cls, stored: Any, facts: Facts) -> Cases:
        given = stored if isinstance(stored, list) and stored else [{}]
        return cls([_stored(each, facts, place) for place, each in enumerate(given)])

    @classmethod
    def posted(cls, data: QueryDict, facts: Facts, before: Any) -> Cases:
        tokens = [each for each in dict.fromkeys(data.getlist("case")) if is_token(each)][:MOST_CASES]
        return cls([_posted(token, data, facts, before) for token in tokens])

    def plain(self) -> list[dict[str, Any]] | None:
        found = []
        for row in self.rows:
            when = row.condition.condition()
            if when is None:
                self.is_faulty = True
            if not row.go:
                row.error, self.is_faulty = _("Choose where this leads."), True
            found.append({"when": when or {}, "go": row.go})
        return found or None


def blank(facts: Facts) -> Case:
    """A case to begin with."""
    return _stored({}, facts, 0)


def _stored(case: Any, facts: Facts, place: int) -> Case:
    token = new_token()
    when = case.get("when") if isinstance(case, Mapping) else None
    form = ConditionForm(BRANCH, currency=company().currency, stored=when or None, root=token)
    return Case(token, form, str(case.get("go", "")) if isinstance(case, Mapping) else "", facts, place)


def _posted(token: str, data: QueryDict, facts: Facts, before: Any) -> Case:
    """A condition that the form cannot show comes back as the number of the case that holds it."""
    kept = data.get(f"kept-{token}", "")
    stored = None
    if kept.isdecimal() and isinstance(before, list) and int(kept) < len(before):
        stored = before[int(kept)].get("when")
    form = ConditionForm(
        BRANCH, currency=company().currency, data=None if stored else data, stored=stored, root=token
    )
    return Case(token, form, data.get(f"go-{token}", ""), facts, int(kept) if stored else 0)
