import pytest
from django.core.exceptions import FieldDoesNotExist
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from core.access.models import User
from core.company.models import CompanyProfile
from core.company.operations import update_company
from core.company.queries import company
from core.events.actor import SYSTEM, Actor
from core.events.models import Event


@pytest.mark.django_db
def test_before_set_up_there_are_defaults() -> None:
    assert (company().name, company().currency, company().pk) == ("Parley", "AMD", 1)
    assert CompanyProfile.objects.count() == 0


@pytest.mark.django_db
def test_a_change_is_seen_at_once_and_recorded(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    user = User.objects.create_user("ani@example.com", name="Ani")
    update_company(actor=SYSTEM, name="Nairi", currency="EUR")
    with django_assert_num_queries(1):
        assert (company().name, company().name) == ("Nairi", "Nairi")

    with django_capture_on_commit_callbacks(execute=True):
        update_company(actor=Actor.of(user), name="Nairi LLC")

    assert (company().name, company().currency) == ("Nairi LLC", "EUR")
    assert list(Event.objects.order_by("id").values_list("name", "actor_id")) == [
        ("company.updated", None),
        ("company.updated", user.pk),
    ]


@pytest.mark.django_db
def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(FieldDoesNotExist):
        update_company(actor=SYSTEM, nmae="Nairi")
