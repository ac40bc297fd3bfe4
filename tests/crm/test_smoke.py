import pytest
from core.events.actor import SYSTEM, Actor
from crm.contacts.operations import create_contact, add_point
from crm.pipeline.operations import *
from crm.qualification.operations import NewAnswer
from crm.pipeline.queries import *
from crm.scoring.queries import *
from crm.scoring.operations.recalculation import recalculate
from tests.factories.crm import *
from tests.factories.core import *

@pytest.mark.django_db
def test_all(company, at_most):
    user = AdminFactory()
    p = sales_pipeline()
    CriterionFactory(key="start", kind="duration", must_have=True)
    CriterionFactory(key="budget", kind="money")
    rs = RuleSetFactory()
    RuleFactory(rule_set=rs, name="soon", condition={"field":"answer.start","op":"lte","value":7}, points=2)
    RuleFactory(rule_set=rs, name="phone", condition={"field":"contact.phone","op":"is_set"}, points=2, group="engagement")
    print(rule_book()); moment()
    c = create_contact(actor=SYSTEM, name="Անի")
    default_stage()
    with at_most(3):
        lead = create_lead(contact=c, actor=SYSTEM, title="Kitchen")
    with at_most(7):
        assert apply_answers(lead=lead, answers=[NewAnswer("start", 5), NewAnswer("budget", {"amount":"500000.0000","currency":"AMD"})], actor=SYSTEM) == ["start","budget"]
    assert (lead.score, lead.grade, lead.qualification, lead.value) == (2,"C","nurture",500000)
    add_point(contact=c, kind="phone", value="091234567", actor=SYSTEM)
    lead.refresh_from_db()
    assert lead.score == 4
    with at_most(5):
        move_lead(lead_id=lead.pk, to_stage_id=stages_of(p)[1].pk, actor=Actor.of(user), expected_revision=0)
    print(explain_score(lead, "en"))
    print(timeline(lead))
    with at_most(2):
        cols = board(p, user)
    print(cols)
    print(column_totals(p, user))
    r = recalculate(ids=[lead.pk], book=rule_book(), at=moment())
    assert r.ledger_rows == 0 and r.leads == 0
