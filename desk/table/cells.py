"""The cells of the table of leads in the reader's words, made ready so that drawing a page of them costs little."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.access.models import User
from crm.fields.models import CustomField
from crm.fields.queries import PREFIX, all_fields, fields_of, shown
from crm.lists.columns import COLUMNS, FIRST_FALLING, ORDERS
from crm.pipeline.enums import LeadSource
from crm.pipeline.links import lead_url
from crm.pipeline.models import Lead, Stage, StageKind
from crm.pipeline.queries import Today
from crm.qualification.models import Criterion
from crm.qualification.queries import all_criteria, answer_text
from desk import formats
from desk.colleagues.queries import colleagues
from desk.leads.queries import all_stages

NUMERIC = frozenset({"value", "score", "fit", "engagement", "win_chance", "age", "last_message", "created"})
EDITABLE = frozenset({"title", "value", "owner", "next_step", "tags", "stage"})
SPEAKING = frozenset({"title", "contact", "channel", "stage", "owner", "value", "grade", "next_step", "tags"})
"""Columns whose cells speak for themselves."""
ANSWER = "answer."
LABELS: Mapping[str, Promise] = {
    "title": gettext_lazy("Lead"),
    "contact": gettext_lazy("Contact"),
    "channel": gettext_lazy("Channel"),
    "stage": gettext_lazy("Stage"),
    "owner": gettext_lazy("Owner"),
    "team": gettext_lazy("Team"),
    "value": gettext_lazy("Value"),
    "grade": gettext_lazy("Grade"),
    "score": gettext_lazy("Score"),
    "fit": gettext_lazy("Fit"),
    "engagement": gettext_lazy("Engagement"),
    "win_chance": gettext_lazy("Win chance"),
    "next_step": gettext_lazy("Next step"),
    "age": gettext_lazy("In stage"),
    "last_message": gettext_lazy("Last message"),
    "source": gettext_lazy("Source"),
    "campaign": gettext_lazy("Campaign"),
    "tags": gettext_lazy("Tags"),
    "created": pgettext_lazy("leads", "Created"),
}


class Cell(NamedTuple):
    """`kind` says how it is drawn; `title` shows on hover, `url` is where it leads, `tone` colours it. `label` names it
    where no head does. A tuple: the template takes hundreds of them apart on every page.
    """

    name: str
    css: str
    label: str = ""
    kind: str = ""
    text: str = ""
    title: str = ""
    url: str = ""
    tone: str = ""
    at: str = ""
    parts: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """All that it says."""
        return ", ".join(filter(None, (self.text, *self.parts, self.title if self.kind == "step" else "")))


@dataclass(frozen=True, slots=True)
class Row:
    """A lead in the list; `pk` is its public id."""

    pk: str
    title: str
    revision: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Column:
    """`order` is the name of what a click on the head orders by, "" for nothing."""

    name: str
    label: str
    order: str = ""
    numeric: bool = False
    edits: bool = False

    @cached_property
    def css(self) -> str:
        kind = self.name.partition(".")[0].replace("_", "-")
        return f"cell-{kind}{' numeric' if self.numeric else ''}{' edits' if self.edits else ''}"

    @property
    def told(self) -> bool:
        """Whether a cell says its name where the table has no heads: a bare figure or answer would say nothing."""
        return self.name not in SPEAKING

    @property
    def first(self) -> str:
        """The order of the first click."""
        return f"-{self.order}" if self.order in FIRST_FALLING else self.order


@dataclass(frozen=True)
class Scene:
    """What the cells of one page have in common: people and stages by id, criteria by key, names of sources, and the
    address under which contacts stand.
    """

    today: Today
    people: Mapping[int, User]
    stages: Mapping[int, Stage]
    criteria: Mapping[str, Criterion]
    fields: Mapping[str, CustomField]
    sources: Mapping[str, str]
    contacts: str

    @classmethod
    def of(cls, user: User, now: datetime | None = None) -> Scene:
        return cls(
            Today.of(user, now),
            {person.pk: person for person in colleagues()},
            {stage.pk: stage for stage in all_stages()},
            {criterion.key: criterion for criterion in all_criteria()},
            {each.key: each for each in all_fields()},
            {value: str(label) for value, label in LeadSource.choices},
            reverse("desk:contacts"),
        )


def columns_named(names: Iterable[str]) -> list[Column]:
    """Those that there are, in that order: a criterion that was deleted takes its column along. The lead always shows."""
    known = {each.name: each for each in all_columns()}
    wanted = list(names)
    return [known[name] for name in ([] if "title" in wanted else ["title"]) + wanted if name in known]


def all_columns() -> list[Column]:
    """Everything that a list can show: the lead's own columns, answers, fields of the company's own."""
    return [
        *(_own(name) for name in COLUMNS),
        *(_typed(f"{ANSWER}{each.key}", each.name, each.kind) for each in all_criteria() if each.active),
        *(_typed(f"{PREFIX}{each.key}", each.label, each.kind) for each in fields_of("lead")),
    ]


def _own(name: str) -> Column:
    order = "score" if name == "grade" else name
    return Column(
        name, str(LABELS[name]), order if order in ORDERS else "", name in NUMERIC, name in EDITABLE
    )


def _typed(name: str, label: str, kind: str) -> Column:
    return Column(name, label, numeric=kind in ("number", "money"), edits=True)


def row_of(lead: Lead, columns: Iterable[Column], scene: Scene) -> Row:
    cells = tuple(_cell(lead, column, scene) for column in columns)
    return Row(str(lead.public_id), lead.title, str(lead.revision), cells)


def _cell(lead: Lead, column: Column, scene: Scene) -> Cell:
    make = _MAKERS.get(column.name)
    drawn = make(lead, scene) if make else _asked(lead, column.name, scene)
    css = column.css
    if column.name == "next_step" and lead.stage_kind != StageKind.OPEN:
        css = css.replace(" edits", "")
    if not drawn.get("text") and not drawn.get("parts") and not drawn.get("kind"):
        css = f"{css} is-empty"
    return Cell(column.name, css, column.label if column.told else "", **drawn)


Drawn = dict[str, Any]
"""Values of a Cell."""
Maker = Callable[[Lead, Scene], Drawn]


def _title(lead: Lead, scene: Scene) -> Drawn:
    return {"kind": "link", "text": lead.title, "url": lead_url(lead)}


def _contact(lead: Lead, scene: Scene) -> Drawn:
    return {"kind": "link", "text": str(lead.contact), "url": f"{scene.contacts}{lead.contact.public_id}/"}


def _channel(lead: Lead, scene: Scene) -> Drawn:
    kind = lead.customer_channel
    return (
        {"kind": "icon", "text": scene.sources.get(kind, kind), "tone": formats.channel_icon(kind)}
        if kind
        else {}
    )


def _stage(lead: Lead, scene: Scene) -> Drawn:
    stage = scene.stages.get(lead.stage_id)
    rotten = (
        stage is not None
        and lead.stage_kind == StageKind.OPEN
        and stage.rotting_days is not None
        and (scene.today.now - lead.stage_entered_at).days >= stage.rotting_days
    )
    return {
        "kind": "stage",
        "text": stage.name if stage else "",
        "tone": "rotting" if rotten else lead.stage_kind,
    }


def _owner(lead: Lead, scene: Scene) -> Drawn:
    person = scene.people.get(lead.owner_id or 0)
    if person is None:
        return {}
    return {
        "kind": "person",
        "text": person.name,
        "title": formats.initials(person.name),
        "tone": str(formats.tone(person.pk)),
    }


def _value(lead: Lead, scene: Scene) -> Drawn:
    return {"text": "" if lead.value is None else formats.money(lead.value, lead.currency)}


def _grade(lead: Lead, scene: Scene) -> Drawn:
    return {"kind": "grade", "text": lead.grade}


def _step(lead: Lead, scene: Scene) -> Drawn:
    if lead.stage_kind != StageKind.OPEN:
        return {}
    health, at = scene.today.health(lead).value, lead.next_step_at
    if at is None:
        return {"kind": "step", "tone": "none", "text": lead.next_step}
    return {
        "kind": "step",
        "tone": health,
        "text": lead.next_step,
        "at": formats.when(at, scene.today.now),
        "title": formats.moment(at),
    }


def _since(at: datetime | None, scene: Scene) -> Drawn:
    if at is None:
        return {}
    return {
        "kind": "age",
        "text": formats.age(scene.today.now - at),
        "at": at.isoformat(timespec="seconds"),
        "title": formats.moment(at),
    }


def _tags(lead: Lead, scene: Scene) -> Drawn:
    return {"kind": "tags", "parts": tuple(lead.tags)} if lead.tags else {}


def _asked(lead: Lead, name: str, scene: Scene) -> Drawn:
    """An answer, or a field of the company's own."""
    if name.startswith(PREFIX):
        own = scene.fields.get(name.removeprefix(PREFIX))
        return {"text": shown(own, lead.custom[own.key])} if own and own.key in lead.custom else {}
    criterion = scene.criteria.get(name.removeprefix(ANSWER))
    if criterion is None or criterion.key not in lead.answers:
        return {}
    return {"text": answer_text(criterion, lead.answers[criterion.key])}


def _plain(name: str) -> Maker:
    def make(lead: Lead, scene: Scene) -> Drawn:
        return {"text": str(getattr(lead, name) or "")}

    return make


def _number(name: str) -> Maker:
    def make(lead: Lead, scene: Scene) -> Drawn:
        return {"text": str(getattr(lead, name))}

    return make


_MAKERS: Mapping[str, Maker] = {
    "title": _title,
    "contact": _contact,
    "channel": _channel,
    "stage": _stage,
    "owner": _owner,
    "team": lambda lead, scene: {"text": lead.team.name if lead.team else ""},
    "value": _value,
    "grade": _grade,
    "score": _number("score"),
    "fit": _number("fit"),
    "engagement": _number("engagement"),
    "win_chance": lambda lead, scene: {"text": "" if lead.win_chance is None else f"{lead.win_chance} %"},
    "next_step": _step,
    "age": lambda lead, scene: _since(lead.stage_entered_at, scene),
    "last_message": lambda lead, scene: _since(lead.last_message_at, scene),
    "source": lambda lead, scene: {"text": scene.sources.get(lead.source, lead.source)},
    "campaign": _plain("campaign"),
    "tags": _tags,
    "created": lambda lead, scene: _since(lead.created_at, scene),
}
