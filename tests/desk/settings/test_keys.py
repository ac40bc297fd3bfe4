from __future__ import annotations

import re
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from core.keys.models import ApiKey
from core.keys.operations import create_key, revoke_key
from tests.api.program import Program
from tests.desk.conftest import Counting
from tests.desk.reading import words
from tests.factories.core import ManagerFactory, UserFactory

URL = "/settings/keys/"


def test_a_key_is_made_shown_once_used_and_revoked(desk: Client) -> None:
    form = {"name": "Order form", "scopes": ["leads:write", "settings:read"], "days": "30", "person": ""}

    made = desk.post(f"{URL}new/", form)

    assert made.status_code == 200
    assert "no-store" in made.headers["Cache-Control"]
    found = re.search(r"parley_\w{8}_[\w-]{43}", made.content.decode())
    assert found is not None
    key = ApiKey.objects.get()
    assert key.created_by is not None
    assert (key.name, key.scopes, key.created_by.name) == (
        "Order form",
        ["leads:write", "settings:read"],
        "Anna Admin",
    )
    assert timedelta(days=29) < key.expires_at - timezone.now() <= timedelta(days=30)
    program = Program(found[0])
    assert program.get("me/")["name"] == "Order form"
    page = desk.get(URL).content.decode()
    assert found[0] not in page
    assert f"parley_{key.prefix}_…" in page
    assert "Add, change, move and assign leads" in page

    assert "Revoke the key of Order form?" in desk.get(f"{URL}{key.public_id}/revoke/").content.decode()
    program.get("me/")
    desk.post(f"{URL}{key.public_id}/revoke/")
    program.get("me/", expect=401)
    assert "Revoked" in words(desk.get(URL).content, "list-group-item")[0]


def test_a_key_needs_a_name_and_permissions(desk: Client) -> None:
    refused = desk.post(f"{URL}new/", {"name": " ", "days": "9", "person": "x"})

    assert refused.status_code == 422
    assert "Choose what the key may do." in refused.content.decode()
    assert not ApiKey.objects.exists()


def test_the_list_says_how_each_key_stands(desk: Client) -> None:
    now = timezone.now()
    agent = UserFactory(name="Tigran")
    for name, days, person in (
        ("Works", 90, None),
        ("Soon", 3, agent),
        ("Left", 90, UserFactory(is_active=False)),
    ):
        create_key(
            name=name,
            scopes=["leads:read"],
            expires_at=now + timedelta(days=days),
            created_by=None,
            now=now,
            person=person,
        )
    ApiKey.objects.filter(name="Works").update(last_used_at=now)
    old = create_key(
        name="Old", scopes=["leads:read"], expires_at=now + timedelta(days=1), created_by=None, now=now
    )
    ApiKey.objects.filter(pk=old.key.pk).update(expires_at=now)
    gone = create_key(
        name="Gone", scopes=["leads:read"], expires_at=now + timedelta(days=1), created_by=None, now=now
    )
    revoke_key(key_id=gone.key.pk, by=None, now=now)

    lines = words(desk.get(URL).content, "list-group-item")

    assert [line.split()[0] for line in lines] == ["Soon", "Works", "Old", "Left", "Gone"]
    assert "works as Tigran" in lines[0]
    assert "sees the whole company" in lines[1]
    assert "Expired" in lines[2]
    assert "Its person has left" in lines[3]
    assert "Revoked" in lines[4]


def test_the_list_costs_the_same_with_many_keys(desk: Client, statements: Counting) -> None:
    def make() -> None:
        now = timezone.now()
        create_key(
            name="Key",
            scopes=["leads:read"],
            expires_at=now + timedelta(days=90),
            created_by=UserFactory(),
            now=now,
            person=UserFactory(),
        )

    make()
    desk.get(URL)
    with statements() as few:
        desk.get(URL)
    for _ in range(5):
        make()
    with statements() as many:
        desk.get(URL)

    assert len(many) == len(few) <= 12


def test_managers_do_not_make_keys(db: None) -> None:
    client = Client()
    client.force_login(ManagerFactory())

    assert client.get(URL).status_code == 403
    assert client.post(f"{URL}new/", {}).status_code == 403
