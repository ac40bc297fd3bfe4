"""Every model that has a history has words for it, and no history holds a secret."""

from __future__ import annotations

from datetime import UTC, datetime

import pghistory.core
import pytest
from django.apps import apps
from django.db.models import Field, ForeignKey, JSONField, Model
from django.utils.functional import Promise

from conversations.accounts.models import ChannelAccount
from core.access.models import User
from core.history.enums import Area
from core.history.queries import changes_of, of_areas, page
from core.history.registry import Tracked, everything, known, register, words_for
from core.history.rows import Wanted
from core.secrets.fields import SecretJSONField


def tracked_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if pghistory.core.event_models(tracks_model=model)]


def fields() -> list[tuple[Tracked, Field]]:  # type: ignore[type-arg]
    return [(tracked, field) for tracked in everything() for field in tracked.told.values()]


def test_every_tracked_model_has_its_words() -> None:
    missing = [model._meta.label for model in tracked_models() if known(model) is None]
    assert not missing, f"register a core.history.registry.Tracked for {missing} in the room's history_words"


@pytest.mark.parametrize(("tracked", "field"), fields(), ids=lambda each: getattr(each, "name", ""))
def test_every_field_has_a_name_in_every_language(tracked: Tracked, field: Field) -> None:  # type: ignore[type-arg]
    if field.name == tracked.of:
        return
    own = tracked.words(field.name).label or field.verbose_name
    assert isinstance(own, Promise), (
        f"{tracked.key}.{field.name}: a translated verbose_name, or Words(label=_(...))"
    )


def test_what_is_nested_is_told_in_words() -> None:
    """Lists of plain words need none."""
    plain = {"service.goals", "criterion.disqualifying"}
    raw = [
        name
        for tracked, field in fields()
        if isinstance(field, JSONField)
        and (name := f"{tracked.key}.{field.name}") not in plain
        and not (tracked.words(field.name).show or tracked.words(field.name).split)
    ]
    assert not raw, f"give {raw} Words(show=...) or Words(split=...)"


def test_words_speak_of_fields_that_exist() -> None:
    for tracked in everything():
        known_fields = {field.name for field in tracked.columns.values()}
        assert set(tracked.fields) <= known_fields, tracked.key
        assert set(tracked.hidden) <= known_fields, tracked.key
        assert set(tracked.named_by) <= known_fields, tracked.key
        assert not tracked.mark or tracked.mark in tracked.columns, tracked.key


def test_words_are_given_once() -> None:
    with pytest.raises(ValueError, match="User has its words already"):
        register(Tracked(model=User, label="Again"))


def test_no_history_holds_a_secret() -> None:
    kept = {
        f"{model._meta.model_name}.{field.name}"
        for model in tracked_models()
        for field in words_for(model).columns.values()
    }
    for secret in (
        "user.password",
        "channelaccount.credentials",
        "apikey.secret_hash",
        "booking.token",
        "resource.feed_token",
    ):
        assert secret not in kept
    for model in tracked_models():
        assert not any(isinstance(field, SecretJSONField) for field in words_for(model).columns.values())


def test_public_tokens_are_not_shown() -> None:
    shown = {f"{tracked.key}.{field.name}" for tracked, field in fields()}
    assert not {each for each in shown if each.endswith((".token", ".key", ".prefix"))}


@pytest.mark.django_db
def test_credentials_and_what_looks_like_them_never_show() -> None:
    account = ChannelAccount.objects.create(
        kind="telegram", name="Bot", token="address-of-the-hook", credentials={"bot_token": "123:very-secret"}
    )
    account.credentials = {"bot_token": "456:also-secret"}
    account.settings = {"title": "Hello", "webhook_secret": "hush"}
    account.save()

    found = changes_of(account)
    text = repr([change.fields for change in found.changes])
    assert "Hello" in text
    for secret in ("very-secret", "also-secret", "hush", "address-of-the-hook"):
        assert secret not in text


@pytest.mark.django_db
def test_names_need_no_more_statements_for_more_tables(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_max_num_queries(2):
        page(Wanted(sources=of_areas(everything(), Area.SETTINGS), since=datetime(2026, 1, 1, tzinfo=UTC)))


def test_relations_are_named() -> None:
    """What a foreign key leads to has its own words, or a name."""
    for tracked, field in fields():
        if isinstance(field, ForeignKey):
            target = field.related_model
            assert known(target) or any(each.name == "name" for each in target._meta.fields), (
                f"{tracked.key}.{field.name}"
            )
