"""The words of this room's histories."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from core.conditions import ConditionError, parse
from core.history.enums import Area
from core.history.registry import Related, Row, Tracked, Words, register
from core.history.values import amount, by_language, days, members, percent, plain, points
from core.languages import in_active_language
from crm.actions.registry import ACTIONS, Offered
from crm.calls.models import Call
from crm.chances.models import ChanceSettings
from crm.consent.models import ConsentRecord, Purpose
from crm.contacts import points as contact_points
from crm.contacts.models import Company, Contact, ContactPoint, ContactPointKind
from crm.fields.models import CustomField
from crm.fields.queries import all_fields, shown
from crm.lists.models import SavedView
from crm.memory import Remembered
from crm.pipeline.models import Lead, Pipeline, Stage
from crm.pipeline.wants import offered
from crm.qualification.models import Criterion, LeadAnswer
from crm.qualification.queries import all_criteria, answer_text
from crm.scoring.content import ConsequenceDraft
from crm.scoring.models import RuleSet, ScoringRule
from crm.scoring.queries import consequence_words

PURPOSES = {
    Purpose.REPLY: _("Replies"),
    Purpose.FOLLOW_UP: _("Follow-ups"),
    Purpose.MARKETING: _("Marketing"),
    Purpose.TRANSACTIONAL: _("Bookings and orders"),
}


def _title(row: Row, _related: Related) -> str:
    return str(row.get("title") or "")


def _contact(row: Row, _related: Related) -> str:
    return str(row.get("name") or now_("Unknown visitor"))


def _version(row: Row, _related: Related) -> str:
    return now_("version %(number)s") % {"number": row.get("version")}


def _point(row: Row, _related: Related) -> str:
    value = str(row.get("value") or "")
    return contact_points.shown_phone(value) if row.get("kind") == ContactPointKind.PHONE else value


def _criterion(_row: Row, related: Related) -> str:
    return related("criterion")


def _consent(row: Row, _related: Related) -> str:
    return str(PURPOSES.get(Purpose(row["purpose"]), row["purpose"])) if row.get("purpose") else ""


def _call(row: Row, _related: Related) -> str:
    return plain(row.get("called_at"))


def _condition(value: Any, _row: Row) -> str:
    if not value:
        return now_("all leads")
    try:
        return parse(value, "lead").describe()
    except ConditionError:
        return now_("a condition that can no longer be read")


def _answer(value: Any, row: Row) -> str:
    asked = next((each for each in all_criteria() if each.pk == row.get("criterion_id")), None)
    return answer_text(asked, value) if asked else plain(value)


def _custom(before: Any, after: Any) -> Iterable[tuple[str, str, str]]:
    """Each custom field that differs, by its name and with its value in words."""
    old, new, fields = before or {}, after or {}, {each.key: each for each in all_fields()}
    for key in dict.fromkeys([*old, *new]):
        if old.get(key) != new.get(key):
            field = fields.get(key)
            was, now = (shown(field, each) if field else plain(each) for each in (old.get(key), new.get(key)))
            yield field.label if field else key, was, now


def _wanted(value: Any, _row: Row) -> str:
    known = offered()
    return ", ".join(str(known[key].label) if key in known else key for key in value or ())


@Remembered
def _offered() -> Offered:
    """What settings can be chosen from, read once for a page."""
    return Offered()


@Remembered
def _pipeline_names() -> dict[int, str]:
    return dict(Pipeline.objects.values_list("pk", "name"))


def _actions(value: Any, _row: Row) -> str:
    return "; ".join(_action(each, _offered()) for each in value or ())


def _action(value: Any, choices: Offered) -> str:
    action = ACTIONS.get(value.get("action"))
    if action is None:
        return now_("something that is no longer known")
    given = value.get("settings") or {}
    told = [
        choices.choices(each).get(given.get(each.name, ""), "")
        if each.kind == "choice"
        else given.get(each.name)
        for each in action.settings
    ]
    return " ".join([str(action.label), ", ".join(filter(None, map(plain, told)))]).strip()


def _field_name(row: Row, _related: Related) -> str:
    return in_active_language(row.get("labels") or {}, str(row.get("key") or ""))


def _columns(value: Any, _row: Row) -> str:
    return ", ".join(column.partition(".")[2] or column for column in value or ()).replace("_", " ")


def _pipelines(value: Any, _row: Row) -> str:
    names = _pipeline_names()
    return ", ".join(names.get(pk, now_("(no longer there)")) for pk in value or ())


def _chances(_row: Row, _related: Related) -> str:
    return ""


def _choice(value: Any, _row: Row) -> str:
    words = [
        in_active_language(value.get("label") or {}, str(value["value"])),
        ", ".join(value.get("synonyms") or ()),
    ]
    return " · ".join(filter(None, words))


def _section(value: Any, _row: Row) -> str:
    if value.get("cap") is None:
        return str(value["name"])
    return now_("%(name)s, at most %(points)s points") % {"name": value["name"], "points": value["cap"]}


def _consequence(value: Any, _row: Row) -> str:
    return consequence_words(ConsequenceDraft.of_json(value), _offered())[0]


def _granted(value: Any, _row: Row) -> str:
    return "" if value is None else now_("allowed") if value else now_("withdrawn")


def register_words() -> None:
    _register_settings()
    _register_rules()
    _register_leads()
    _register_people()


def _register_settings() -> None:
    register(
        Tracked(
            model=CustomField,
            label=_("Custom field"),
            called=_field_name,
            named_by=("labels", "key"),
            fields={
                "labels": Words(split=by_language),
                "help": Words(split=by_language),
                "choices": Words(split=members(_choice, "value")),
                "pipelines": Words(show=_pipelines),
            },
            hidden=frozenset({"key", "position", "revision"}),
        ),
        Tracked(
            model=SavedView,
            label=_("Saved view"),
            fields={"filter": Words(show=_condition), "columns": Words(show=_columns)},
            hidden=frozenset({"revision"}),
        ),
        Tracked(
            model=ChanceSettings,
            label=_("Win chances"),
            called=_chances,
            named_by=(),
            mark="",
            fields={"enabled": Words(label=_("shown"))},
            hidden=frozenset({"looked_at"}),
        ),
        Tracked(model=Pipeline, label=_("Pipeline"), hidden=frozenset({"position"})),
        Tracked(
            model=Stage,
            label=_("Stage"),
            of="pipeline",
            fields={
                "pipeline": Words(label=_("pipeline")),
                "probability": Words(label=_("probability"), show=percent),
                "rotting_days": Words(show=days),
                "required": Words(show=_wanted),
                "actions": Words(show=_actions),
                "leaving_for": Words(label=_("its leads go to")),
            },
            hidden=frozenset({"position"}),
        ),
        Tracked(
            model=Criterion,
            label=_("Criterion"),
            fields={
                "question": Words(split=by_language),
                "hint": Words(split=by_language),
                "choices": Words(split=members(_choice, "value")),
            },
            hidden=frozenset({"position", "key"}),
        ),
    )


def _register_rules() -> None:
    register(
        Tracked(
            model=RuleSet,
            label=_("Scoring rules"),
            called=_version,
            named_by=("version",),
            mark="",
            fields={
                "status": Words(label=_("state")),
                "sections": Words(label=_("group with a cap"), split=members(_section)),
                "consequences": Words(label=_("what happens by itself"), split=members(_consequence)),
                "published_at": Words(label=_("published")),
                "based_on": Words(label=_("copied from version")),
            },
            hidden=frozenset({"version", "created_by", "revision", "edits", "changed_by", "changed_at"}),
        ),
        Tracked(
            model=ScoringRule,
            label=_("Scoring rule"),
            of="rule_set",
            follows=("key",),
            mark="key",
            fields={
                "condition": Words(show=_condition),
                "points": Words(show=points),
                "half_life_days": Words(show=days),
            },
            hidden=frozenset({"rule_set", "key", "position", "section", "decays_from"}),
        ),
    )


def _register_leads() -> None:
    work = Area.WORK
    register(
        Tracked(
            model=Lead,
            label=_("Lead"),
            area=work,
            called=_title,
            named_by=("title",),
            fields={
                "contact": Words(label=_("contact")),
                "pipeline": Words(label=_("pipeline")),
                "stage": Words(label=_("stage")),
                "value": Words(show=amount()),
                "goal": Words(label=_("goal")),
                "lost_reason": Words(label=_("reason for losing it")),
                "custom": Words(split=_custom),
            },
            hidden=frozenset({"stage_kind", "stage_entered_at", "closed_at", "revision"}),
        ),
        Tracked(
            model=LeadAnswer,
            label=_("Answer"),
            area=work,
            of="lead",
            follows=("lead_id", "criterion_id"),
            mark="",
            called=_criterion,
            named_by=("criterion",),
            fields={
                "value": Words(label=_("answer"), show=_answer),
                "said": Words(label=_("in these words")),
            },
            hidden=frozenset({"criterion", "message_id", "confidence", "source", "user", "superseded_at"}),
        ),
    )


def _register_people() -> None:
    work = Area.WORK
    register(
        Tracked(
            model=Contact,
            label=_("Contact"),
            area=work,
            called=_contact,
            fields={"custom": Words(split=_custom)},
            hidden=frozenset({"name_normal"}),
        ),
        Tracked(
            model=ContactPoint,
            label=_("Phone or email"),
            area=work,
            of="contact",
            mark="",
            called=_point,
            named_by=("kind", "value"),
            fields={"contact": Words(label=_("contact")), "verified_at": Words(label=_("verified"))},
            hidden=frozenset({"kind", "value"}),
        ),
        Tracked(
            model=ConsentRecord,
            label=_("Consent"),
            area=work,
            of="contact",
            mark="",
            called=_consent,
            named_by=("purpose",),
            fields={
                "contact": Words(label=_("contact")),
                "channel": Words(label=_("channel")),
                "granted": Words(label=_("consent"), show=_granted),
                "source": Words(label=_("said where")),
                "text": Words(label=_("text that was shown")),
            },
            hidden=frozenset({"purpose", "recorded_by"}),
        ),
        Tracked(model=Company, label=_("Customer's company"), area=work, hidden=frozenset({"name_normal"})),
        Tracked(
            model=Call,
            label=_("Call"),
            area=work,
            of="contact",
            called=_call,
            named_by=("called_at",),
            fields={"contact": Words(label=_("contact")), "lead": Words(label=_("lead"))},
        ),
    )
