import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from core.access.models import User
from core.live import topics
from core.notifications import registry
from core.notifications.models import Notification
from core.notifications.operations import mark_read, notify
from core.notifications.queries import newest, unread_count

registry.register("test.asked", text=_("%(contact)s asks for a person"))


@pytest.fixture
def ani() -> User:
    return User.objects.create_user("ani@example.com", name="Ani")


@pytest.fixture
def narek() -> User:
    return User.objects.create_user("narek@example.com", name="Narek")


def ask(*users: User, key: str = "1", contact: str = "Leyla") -> None:
    notify(users=users, kind="test.asked", key=key, params={"contact": contact}, url="/inbox/1/")


@pytest.mark.django_db
def test_notify_is_one_insert_and_each_person_is_told_once(
    ani: User, narek: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        ask(ani, narek)
    with django_assert_num_queries(1):
        ask(ani, contact="Somebody else")
    ask(ani, key="2")

    assert list(Notification.objects.order_by("id").values_list("user", "key", "params")) == [
        (ani.pk, "1", {"contact": "Leyla"}),
        (narek.pk, "1", {"contact": "Leyla"}),
        (ani.pk, "2", {"contact": "Leyla"}),
    ]


@pytest.mark.django_db
def test_nobody_is_told_in_unknown_words(ani: User) -> None:
    with pytest.raises(LookupError):
        notify(users=[ani], kind="test.unknown", key="1", params={}, url="")


@pytest.mark.django_db
def test_lines_are_read_newest_first_in_todays_words(ani: User) -> None:
    ask(ani)
    ask(ani, key="2", contact="100% <b>Kamo</b>")
    Notification.objects.create(user=ani, kind="test.asked", key="3", params={})

    with translation.override("en"):
        lines = newest(ani)
    assert [line.text for line in lines] == [
        "- asks for a person",
        "100% <b>Kamo</b> asks for a person",
        "Leyla asks for a person",
    ]
    assert unread_count(ani) == 3


@pytest.mark.django_db
def test_reading_tells_the_persons_other_tabs_after_commit(
    ani: User, narek: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    ask(ani)
    ask(ani, narek, key="2")
    first = Notification.objects.get(user=ani, key="1")

    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        assert mark_read(user=ani, public_ids=[first.public_id]) == 1
    assert len(callbacks) == 1
    assert (unread_count(ani), unread_count(narek)) == (1, 1)
    assert mark_read(user=ani) == 1
    assert mark_read(user=ani) == 0
    assert (unread_count(ani), unread_count(narek)) == (0, 1)


@pytest.mark.django_db
def test_the_dropdown_shows_customer_text_as_text(client: Client, ani: User) -> None:
    ask(ani, contact="<script>alert(1)</script>")
    client.force_login(ani)

    page = client.get("/notifications/").content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt; asks for a person" in page
    assert "<script" not in page
    assert f"live:{topics.user(ani.pk)} from:body" in page
    assert client.get("/notifications/count/").content.decode().split() != []


@pytest.mark.django_db
def test_one_or_all_are_marked_as_read(client: Client, ani: User, narek: User) -> None:
    ask(ani, narek)
    ask(ani, key="2")
    client.force_login(ani)
    theirs = Notification.objects.get(user=narek)
    first = Notification.objects.get(user=ani, key="1")

    assert (
        client.post("/notifications/read/", {"id": [str(first.public_id), str(theirs.public_id)]}).status_code
        == 200
    )
    assert (unread_count(ani), unread_count(narek)) == (1, 1)
    assert client.post("/notifications/read/").status_code == 200
    assert (unread_count(ani), unread_count(narek)) == (0, 1)
    assert client.get("/notifications/count/").content.decode().split() == []
    assert client.post("/notifications/read/", {"id": "not an id"}).status_code == 400
    assert client.get("/notifications/read/").status_code == 405


@pytest.mark.django_db
def test_opening_a_line_reads_it_and_leads_there_and_nowhere_else(
    client: Client, ani: User, narek: User
) -> None:
    ask(ani, narek)
    notify(users=[ani], kind="test.asked", key="2", params={}, url="https://evil.example/")
    client.force_login(ani)
    first, second = Notification.objects.filter(user=ani).order_by("id")
    theirs = Notification.objects.get(user=narek)

    assert client.post(f"/notifications/{first.public_id}/open/")["Location"] == "/inbox/1/"
    assert unread_count(ani) == 1
    assert client.post(f"/notifications/{second.public_id}/open/")["Location"] == "/"
    assert client.post(f"/notifications/{theirs.public_id}/open/").status_code == 404
    assert (unread_count(ani), unread_count(narek)) == (0, 1)
