"""Custom fields of every kind in conditions: Python, SQL and words agree, whatever is stored."""

from random import Random
from typing import Any

import pytest
from django.db.models import Q

from core.company.models import CompanyProfile
from core.conditions import Condition, FieldType, parse, registry
from core.conditions.fields import Field
from crm.contacts.models import Contact
from crm.contacts.queries import contacts
from crm.fields.models import FieldKind
from crm.fields.values import FIELD_TYPES
from crm.pipeline.models import Lead
from crm.pipeline.queries import leads
from tests.core.conditions.samples import GARBAGE, MOMENTS, natural, operand
from tests.factories.crm import ContactFactory, LeadFactory
from tests.factories.fields import make_field

pytestmark = pytest.mark.django_db


@pytest.fixture
def fields(company: CompanyProfile) -> None:
    """One of each kind on leads, and on contacts."""
    for kind in FieldKind.values:
        make_field(f"lead_{kind}", kind)
        make_field(f"contact_{kind}", kind, subject="contact")


def stored(prefix: str, random: Random) -> dict[str, Any]:
    """Some absent, some null, some of a shape that another type would have."""
    values: dict[str, Any] = {}
    for kind in FieldKind.values:
        luck = random.random()
        if luck < 0.65:
            values[prefix + kind] = _value(kind, random)
        elif luck < 0.85:
            values[prefix + kind] = random.choice(GARBAGE)
    return values


def _value(kind: str, random: Random) -> Any:
    field_type = FIELD_TYPES[kind]
    if field_type is FieldType.CHOICE:
        return random.choice(["small", "large", "gone"])
    if field_type is FieldType.MULTICHOICE:
        return random.choice([["small"], ["large", "small"], [], ["gone"]])
    return natural(field_type, MOMENTS[0], random)


def leaf(field: Field, random: Random) -> dict[str, Any]:
    operator = random.choice(field.operators)
    return {"field": field.key, "op": operator, "value": operand(field, operator, MOMENTS[0], random)}


@pytest.mark.parametrize("seed", range(4))
def test_python_and_sql_agree_on_fields_of_every_kind(fields: None, seed: int) -> None:
    random = Random(seed)
    for _each in range(30):
        LeadFactory(custom=stored("lead_", random), contact=ContactFactory(custom=stored("contact_", random)))
    people = list(Contact.objects.all())
    deals = list(Lead.objects.select_related("contact"))
    for subject, rows, found in (("lead", deals, leads()), ("contact", people, contacts())):
        asked = [field for key, field in registry.fields(subject).items() if key.startswith("custom.")]
        assert len(asked) == len(FieldKind.values) * (2 if subject == "lead" else 1)
        for field in asked:
            for _each in range(4):
                parts = [leaf(field, random), leaf(random.choice(asked), random)]
                _agree(parse(parts[0], subject), rows, found)
                _agree(parse({random.choice(("all", "any", "none")): parts}, subject), rows, found)


def _agree(condition: Condition, rows: list[Any], found: Any) -> None:
    for at in MOMENTS[:2]:
        meant = {row.pk for row in rows if condition.matches(row, at)}
        q: Q = condition.to_q(at)
        assert set(found.filter(q).values_list("pk", flat=True)) == meant, condition.to_json()
        assert set(found.exclude(q).values_list("pk", flat=True)) == {row.pk for row in rows} - meant
    assert all(condition.describe(language) for language in ("en", "ru", "hy", "az"))


def test_words_name_the_field_in_the_readers_language(fields: None) -> None:
    make_field("size", "choice", labels={"en": "Size", "hy": "Չափ"})
    condition = parse({"field": "custom.size", "op": "is", "value": "large"}, "lead")
    assert (condition.describe("en"), condition.describe("hy")) == ("Size is Large", "Չափ՝ Մեծ")
