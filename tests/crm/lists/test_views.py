from __future__ import annotations

from typing import Any

import pytest

from core.access.leaving import Leaving
from core.access.models import User
from core.company.models import CompanyProfile
from crm.lists.columns import USUAL, order_of
from crm.lists.errors import BadView, BrokenView, NotYourView, StaleView
from crm.lists.models import SavedView
from crm.lists.operations import (
    change_view,
    delete_view,
    hand_over_views,
    pin_view,
    prefer_columns,
    save_view,
)
from crm.lists.queries import columns_of, condition_of, preference_of, views_for
from crm.qualification.errors import CriterionInUse
from crm.qualification.models import Criterion
from crm.qualification.operations import delete_criterion
from crm.qualification.queries import all_criteria
from tests.factories.core import AdminFactory, ManagerFactory, UserFactory
from tests.factories.crm import DAY, CriterionFactory, sales_pipeline

pytestmark = pytest.mark.django_db

GOOD = {"all": [{"field": "lead.grade", "op": "in", "value": ["A", "B"]}]}
INTERESTED = {"all": [{"field": "answer.interest", "op": "is", "value": "sofa"}]}


@pytest.fixture
def anna(company: CompanyProfile) -> User:
    return UserFactory(name="Anna")


def test_a_view_keeps_what_the_list_looks_like(anna: User) -> None:
    pipeline = sales_pipeline()
    saved = save_view(
        user=anna,
        name="  Good \n ones ",
        pipeline=pipeline,
        filter=GOOD,
        columns=["title", "score", "title", "answer.interest"],
        sort="-score",
    )
    view = SavedView.objects.get()
    assert (view.pk, view.name, view.owner, view.shared, view.pipeline) == (
        saved.pk,
        "Good ones",
        anna,
        False,
        pipeline,
    )
    assert (view.filter, view.columns, view.sort) == (GOOD, ["title", "score", "answer.interest"], "-score")
    assert condition_of(view).describe("en") == "Grade is one of: A, B"
    assert preference_of(anna).pinned == [view.pk]


def test_a_view_is_its_owners_until_it_is_shared(anna: User) -> None:
    boss, davit = ManagerFactory(), UserFactory(name="Davit")
    view = save_view(user=anna, name="Mine")
    assert [list(views_for(user)) for user in (anna, davit, boss)] == [[view], [], []]
    with pytest.raises(NotYourView):
        change_view(view_id=view.pk, user=boss, name="Bosses'")

    change_view(view_id=view.pk, user=anna, shared=True)
    assert [list(views_for(user)) for user in (anna, davit, boss)] == [[view], [view], [view]]
    with pytest.raises(NotYourView):
        change_view(view_id=view.pk, user=davit, name="Davit's")
    with pytest.raises(NotYourView):
        delete_view(view_id=view.pk, user=davit)
    change_view(view_id=view.pk, user=boss, name="Ours")
    delete_view(view_id=view.pk, user=boss)
    assert not SavedView.objects.exists()


def test_the_second_of_two_saves_is_refused_with_what_the_first_changed(anna: User) -> None:
    boss = ManagerFactory(name="Boss")
    view = save_view(user=anna, name="Good ones", shared=True)
    change_view(view_id=view.pk, user=boss, expected_revision=0, name="Best", sort="-score")
    with pytest.raises(StaleView) as refused:
        change_view(view_id=view.pk, user=anna, expected_revision=0, filter=GOOD)
    assert sorted(refused.value.changes) == ["name", "order"]
    view.refresh_from_db()
    assert (view.name, view.filter, view.revision) == ("Best", {}, 1)
    change_view(view_id=view.pk, user=anna, expected_revision=1, filter=GOOD)
    change_view(view_id=view.pk, user=anna, expected_revision=2, filter=GOOD)
    view.refresh_from_db()
    assert view.revision == 2


@pytest.mark.parametrize(
    ("values", "field", "path"),
    [
        ({"name": " "}, "name", ""),
        ({"filter": {"all": [{"field": "lead.nothing", "op": "is", "value": 1}]}}, "filter", "all[0].field"),
        ({"filter": {"all": [{"field": "lead.score", "op": "is"}]}}, "filter", "all[0].value"),
        ({"filter": []}, "filter", ""),
        ({"columns": ["title", "secret"]}, "columns", ""),
        ({"sort": "owner"}, "sort", ""),
        ({"layout": "cloud"}, "layout", ""),
    ],
)
def test_what_cannot_be_shown_is_not_saved(values: dict[str, Any], field: str, path: str, anna: User) -> None:
    with pytest.raises(BadView) as refused:
        save_view(user=anna, **{"name": "View", **values})  # type: ignore[arg-type]
    assert (refused.value.field, refused.value.path) == (field, path)
    assert not SavedView.objects.exists()


def test_a_criterion_that_a_view_asks_for_stays(anna: User) -> None:
    criterion: Criterion = CriterionFactory(key="interest", kind="choice", values=["sofa", "kitchen"])
    all_criteria.drop()
    view = save_view(user=anna, name="Sofas", filter=INTERESTED)
    with pytest.raises(CriterionInUse) as refused:
        delete_criterion(criterion_id=criterion.pk, user=None)
    assert [str(use) for use in refused.value.uses] == ["Saved view: Sofas (Anna)"]
    delete_view(view_id=view.pk, user=anna)
    delete_criterion(criterion_id=criterion.pk, user=None)


def test_a_view_whose_criterion_is_gone_says_so(anna: User) -> None:
    criterion: Criterion = CriterionFactory(key="interest", kind="choice", values=["sofa"])
    all_criteria.drop()
    view = save_view(user=anna, name="Sofas", filter=INTERESTED)
    criterion.delete()
    all_criteria.drop()
    with pytest.raises(BrokenView, match="“Sofas” asks for something that is gone, so it shows nothing"):
        condition_of(view)


def test_columns_are_those_of_the_view_else_the_persons(anna: User) -> None:
    view = save_view(user=anna, name="View")
    assert columns_of(view, preference_of(anna)) == list(USUAL)
    prefer_columns(user=anna, columns=["title", "value"])
    assert columns_of(view, preference_of(anna)) == ["title", "value"]
    change_view(view_id=view.pk, user=anna, columns=["score"])
    assert columns_of(SavedView.objects.get(), preference_of(anna)) == ["score"]
    assert columns_of(None, preference_of(anna)) == ["title", "value"]


def test_tabs_are_each_persons_own(anna: User) -> None:
    boss = ManagerFactory()
    first, second = (save_view(user=anna, name=name, shared=True) for name in ("One", "Two"))
    pin_view(user=boss, view=second, pinned=True)
    pin_view(user=boss, view=first, pinned=True)
    pin_view(user=anna, view=first, pinned=False)
    assert (preference_of(boss).pinned, preference_of(anna).pinned) == (
        [second.pk, first.pk],
        [second.pk],
    )


def test_shared_views_go_to_whoever_takes_over(anna: User) -> None:
    heir, boss = UserFactory(), AdminFactory()
    shared = save_view(user=anna, name="Ours", shared=True)
    own = save_view(user=anna, name="Mine")
    handed = hand_over_views(Leaving(user=anna, by=boss, now=DAY, to_user=heir))
    assert handed.moved == 1
    assert [SavedView.objects.get(pk=view.pk).owner for view in (shared, own)] == [heir, anna]


def test_an_order_falls_with_a_minus() -> None:
    assert [order_of(text) for text in ("owner", "--value", "")] == [None, None, None]
    rising, falling = order_of("value"), order_of("-value")
    assert rising is not None
    assert falling is not None
    assert (rising.falling, falling.falling, falling.column, falling.text) == (False, True, "value", "-value")
