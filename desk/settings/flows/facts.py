"""What the forms of a flow offer to choose from: its own steps and goals, and what the company has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from automation.flows.models import Flow
from automation.flows.script import CONTACT_TARGETS
from automation.flows.wording import LANGUAGES, choose
from automation.meetings.queries import bookable_services
from automation.quotes.queries import products_on_sale
from conversations.goals.builtin import BUILT_IN
from conversations.goals.models import Goal
from conversations.goals.queries import name_of
from core.access.models import Team
from crm.qualification.queries import all_criteria

Choices = list[tuple[str, str]]


def in_words(key: str) -> str:
    """A key as people read it."""
    words = key.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


class Facts:
    """Read when a form asks for them; each list at most one statement."""

    def __init__(self, document: Mapping[str, Any], language: str) -> None:
        self.document, self.language = document, language

    @cached_property
    def languages(self) -> tuple[str, ...]:
        own = self.document.get("languages") or LANGUAGES
        return tuple(each for each in LANGUAGES if each in own)

    @cached_property
    def steps(self) -> Choices:
        return [(step["id"], in_words(step["id"])) for step in self.document.get("steps", ())]

    @cached_property
    def goals(self) -> Choices:
        found = (self.document.get("goals") or {}).items()
        return [(key, choose(goal.get("label") or {}, self.language) or in_words(key)) for key, goal in found]

    @cached_property
    def criteria(self) -> Choices:
        return [(each.key, each.name) for each in all_criteria() if each.active]

    @cached_property
    def targets(self) -> Choices:
        """What can be asked: criteria, the contact's data, free words."""
        names = {
            "contact.name": _("The customer's name"),
            "contact.phone": _("A phone number"),
            "contact.email": _("An email address"),
            "contact.reach": _("A phone number or an email address"),
        }
        contact = [(key, names.get(key, in_words(key.partition(".")[2]))) for key in CONTACT_TARGETS]
        own = ("note.detail", _("What the customer says in own words"))
        return [*self.criteria, *contact, own, ("consent.follow_up", _("Whether we may write later"))]

    @cached_property
    def services(self) -> Choices:
        return [
            ("by_goal", _("The one that suits the goal")),
            *((each.key, each.name) for each in bookable_services()),
        ]

    @cached_property
    def products(self) -> Choices:
        return [
            ("by_goal", _("What goal and answers ask for")),
            *((each.code, each.name) for each in products_on_sale()),
        ]

    @cached_property
    def teams(self) -> Choices:
        names = Team.objects.order_by("name").values_list("name", flat=True)
        return [("", _("whoever has the conversation")), *((name.lower(), name) for name in names)]

    @cached_property
    def intents(self) -> Choices:
        own = Goal.objects.filter(active=True, merged_into=None).exclude(key__in=list(BUILT_IN))
        names: Iterable[tuple[str, Any]] = own.values_list("key", "names")
        return [
            *((key, name_of(key)) for key in BUILT_IN),
            *((key, name_of(key, found)) for key, found in names),
        ]

    @cached_property
    def flows(self) -> Choices:
        own = str(self.document.get("flow", ""))
        return list(Flow.objects.exclude(key=own).order_by("name").values_list("key", "name"))
