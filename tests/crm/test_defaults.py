import pytest

from core.company.models import CompanyProfile
from crm.defaults import install_defaults
from crm.pipeline.models import LostReason, Pipeline, Stage
from crm.pipeline.queries import default_stage
from crm.qualification.models import Criterion
from crm.qualification.queries import active_criteria
from crm.scoring.models import RuleSet, ScoringRule
from crm.scoring.queries import rule_book

pytestmark = pytest.mark.django_db


def test_a_new_company_gets_a_pipeline_reasons_criteria_and_rules(company: CompanyProfile) -> None:
    install_defaults(language="en")

    stages = Stage.objects.order_by("position").values_list("name", "kind")
    assert list(stages) == [
        ("New", "open"),
        ("Qualified", "open"),
        ("Meeting", "open"),
        ("Offer", "open"),
        ("Won", "won"),
        ("Lost", "lost"),
    ]
    assert default_stage() == Stage.objects.get(name="New")
    codes = LostReason.objects.order_by("id").values_list("code", flat=True)
    assert list(codes) == ["not_interested", "price", "no_answer", "competitor", "other"]
    assert [criterion.key for criterion in active_criteria()][:3] == ["interest", "start", "budget"]
    points = {rule.name: (rule.group, rule.points) for rule in rule_book().rules}
    assert points == {
        "Starts within a week": ("fit", 2),
        "Starts within a month": ("fit", 1),
        "Budget of a million or more": ("fit", 3),
        "Budget of 300,000 or more": ("fit", 2),
        "Kitchen or a whole home": ("fit", 1),
        "Answered all that we must know": ("engagement", 1),
        "Left a phone number": ("engagement", 2),
        "Came from a campaign": ("engagement", 1),
    }
    assert all(rule.condition is not None for rule in rule_book().rules)


def test_a_second_time_changes_nothing(company: CompanyProfile) -> None:
    install_defaults(language="en")
    Stage.objects.filter(name="New").update(name="Fresh")
    counts = [
        model.objects.count() for model in (Pipeline, Stage, LostReason, Criterion, RuleSet, ScoringRule)
    ]

    install_defaults(language="ru")

    again = [
        model.objects.count() for model in (Pipeline, Stage, LostReason, Criterion, RuleSet, ScoringRule)
    ]
    assert again == counts
    assert Stage.objects.filter(name="Fresh").exists()
