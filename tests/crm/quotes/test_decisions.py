from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from core.access.models import User
from core.due.models import DueRow
from core.events.actor import Actor
from core.events.models import Event
from crm.pipeline.models import Lead
from crm.quotes.errors import AlreadyDecided, BadQuote, Expired, NothingToQuote, Superseded
from crm.quotes.models import QuoteAcceptance, QuoteLine, QuoteVersion
from crm.quotes.operations import (
    accept,
    copy_quote,
    decline,
    next_version,
    note_expiry,
    renew,
    save_draft,
    start_quote,
    view,
    withdraw,
)
from crm.quotes.queries import days_left, in_force, is_expired, newest_sent, version_by_token
from tests.factories.quotes import NOW, PDF, ProductFactory, line, make_draft, make_sent, sent

D = Decimal
LAST_MINUTE = datetime(2026, 3, 19, 19, 59, 59, tzinfo=UTC)
"""23:59:59 in Yerevan on the last day of a quote of NOW."""


def test_a_number_comes_with_the_first_sending_and_stays(anna: User, lead: Lead) -> None:
    first = make_sent(lead, anna, now=NOW)
    assert (first.quote.number, first.state, first.sent_at) == ("2026-0001", "sent", NOW)
    assert first.pdf_sha256 == hashlib.sha256(PDF).hexdigest()
    assert first.pdf.read() == PDF
    assert make_sent(lead, anna, now=NOW).quote.number == "2026-0002"
    assert make_sent(lead, anna, now=NOW.replace(year=2027)).quote.number == "2027-0001"
    draft = next_version(quote_id=first.quote_id, actor=Actor.of(anna), now=NOW)
    assert (sent(draft, anna, now=NOW).quote.number, draft.version) == ("2026-0001", 2)
    first.pdf.delete(save=False)


def test_the_year_is_the_companys(anna: User, lead: Lead) -> None:
    just_after = datetime(2026, 12, 31, 20, 30, tzinfo=UTC)  # 00:30 in Yerevan
    assert make_sent(lead, anna, now=just_after).quote.number == "2027-0001"


def test_the_database_itself_keeps_what_was_sent(anna: User, lead: Lead) -> None:
    version = make_sent(lead, anna, now=NOW)
    for change in ({"total": 1, "net": 1, "tax": 0}, {"terms": "x"}, {"valid_until": "2030-01-01"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            QuoteVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        version.lines.update(unit_price=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuoteLine.objects.create(version=version, position=9, title="More", unit_price=1)


def test_a_product_that_is_gone_leaves_its_line(anna: User, lead: Lead) -> None:
    product = ProductFactory()
    version = make_sent(lead, anna, line("Chair", 100, product=product), now=NOW)
    product.delete()
    kept = version.lines.get()
    assert (kept.title, kept.product, kept.unit_price) == ("Chair", None, D(100))


def test_a_yes_is_kept_with_everything_around_it(anna: User, lead: Lead) -> None:
    version = make_sent(lead, anna, now=NOW)
    acceptance = accept(
        version_id=version.pk,
        name=" Mariam ",
        email="mariam@example.com",
        ip="192.0.2.7",
        agent="Phone",
        consent="I accept the terms",
        now=NOW + timedelta(hours=1),
    )
    assert (acceptance.name, acceptance.ip, acceptance.consent) == (
        "Mariam",
        "192.0.2.7",
        "I accept the terms",
    )
    assert (acceptance.total, acceptance.pdf_sha256) == (D(240), version.pdf_sha256)
    version.refresh_from_db()
    assert (version.state, version.quote.state) == ("accepted", "accepted")
    assert Event.objects.get(name="quote.accepted").payload["name"] == "Mariam"
    assert DueRow.objects.get(kind="quote.decided").key == str(version.pk)
    with pytest.raises(ProgrammingError), transaction.atomic():
        QuoteAcceptance.objects.update(name="Somebody")
    with pytest.raises(ProgrammingError), transaction.atomic():
        QuoteAcceptance.objects.all().delete()


def test_twice_is_once(anna: User, lead: Lead) -> None:
    version = make_sent(lead, anna, now=NOW)
    first = accept(version_id=version.pk, name="Mariam", now=NOW)
    assert accept(version_id=version.pk, name="Karen", now=NOW) == first
    assert Event.objects.filter(name="quote.accepted").count() == 1


def test_the_last_day_counts_as_a_whole(anna: User, lead: Lead) -> None:
    version = make_sent(lead, anna, now=NOW)
    assert (days_left(version, NOW), days_left(version, LAST_MINUTE)) == (15, 1)
    assert not is_expired(version, LAST_MINUTE)
    with pytest.raises(Expired):
        accept(version_id=version.pk, name="Mariam", now=LAST_MINUTE + timedelta(seconds=1))
    assert accept(version_id=version.pk, name="Mariam", now=LAST_MINUTE).accepted_at == LAST_MINUTE


def test_a_colleague_may_note_a_late_yes(anna: User, lead: Lead) -> None:
    version = make_sent(lead, anna, now=NOW)
    late = accept(version_id=version.pk, name="Mariam", now=NOW + timedelta(days=60), user=anna)
    assert late.user == anna
    assert Event.objects.get(name="quote.accepted").payload["by_colleague"] is True


def test_expiry_is_noted_once_and_changes_no_state(anna: User, lead: Lead) -> None:
    version = make_sent(lead, anna, now=NOW)
    assert DueRow.objects.get(kind="quote.expiry").due_at == LAST_MINUTE + timedelta(seconds=1)
    assert not note_expiry(version_id=version.pk, now=LAST_MINUTE)
    assert note_expiry(version_id=version.pk, now=LAST_MINUTE + timedelta(seconds=1))
    version.refresh_from_db()
    assert version.state == "sent"
    assert Event.objects.filter(name="quote.expired").count() == 1


def test_options_are_the_customers_choice(anna: User, lead: Lead) -> None:
    version = make_sent(
        lead,
        anna,
        line("Kitchen", 1000, taxes=(D(20),)),
        line("Lamp", 50, optional=True, chosen=False, taxes=(D(20),)),
        line("Oven", 400, optional=True, taxes=(D(20),)),
        now=NOW,
    )
    kitchen, lamp, _oven = version.lines.all()
    with pytest.raises(BadQuote):
        accept(version_id=version.pk, name="Mariam", chosen=[kitchen.public_id], now=NOW)
    acceptance = accept(version_id=version.pk, name="Mariam", chosen=[lamp.public_id], now=NOW)
    assert (acceptance.net, acceptance.total, acceptance.chosen) == (D(1050), D(1260), [str(lamp.public_id)])
    version.refresh_from_db()
    assert version.total == D(1680)


def test_a_no_needs_a_reason(anna: User, lead: Lead) -> None:
    version = make_sent(lead, anna, now=NOW)
    with pytest.raises(BadQuote):
        decline(version_id=version.pk, reason="", now=NOW)
    declined = decline(version_id=version.pk, reason="price", words="Too much for us", now=NOW)
    assert decline(version_id=version.pk, reason="timing", now=NOW).decline_reason == "price"
    assert (declined.state, declined.decline_words) == ("declined", "Too much for us")
    with pytest.raises(AlreadyDecided):
        accept(version_id=version.pk, name="Mariam", now=NOW)


def test_an_accepted_quote_stays_accepted(anna: User, lead: Lead) -> None:
    version = make_sent(lead, anna, now=NOW)
    accept(version_id=version.pk, name="Mariam", now=NOW)
    for act in (
        lambda: decline(version_id=version.pk, reason="price", now=NOW),
        lambda: withdraw(version_id=version.pk, actor=Actor.of(anna), now=NOW),
        lambda: next_version(quote_id=version.quote_id, actor=Actor.of(anna), now=NOW),
        lambda: note_expiry(version_id=version.pk, now=NOW + timedelta(days=90)) or accept_other(version),
    ):
        with pytest.raises(AlreadyDecided):
            act()
    version.refresh_from_db()
    assert version.state == "accepted"


def accept_other(version: QuoteVersion) -> None:
    raise AlreadyDecided("Expiry left it alone.", version=version)


def test_the_next_version_replaces_the_one_before_when_it_is_sent(anna: User, lead: Lead) -> None:
    old = make_sent(lead, anna, now=NOW)
    draft = next_version(quote_id=old.quote_id, actor=Actor.of(anna), now=NOW)
    assert next_version(quote_id=old.quote_id, actor=Actor.of(anna), now=NOW) == draft
    assert in_force(old.quote_id) == old
    save_draft(version_id=draft.pk, revision=0, actor=Actor.of(anna), now=NOW, lines=[line("Kitchen", 90)])
    new = sent(draft, anna, now=NOW)
    old.refresh_from_db()
    assert (old.state, in_force(old.quote_id), newest_sent(old.quote_id)) == ("superseded", new, new)
    with pytest.raises(Superseded) as refused:
        accept(version_id=old.pk, name="Mariam", now=NOW)
    assert refused.value.version == new
    assert version_by_token(old.token) == old
    assert accept(version_id=new.pk, name="Mariam", now=NOW).total == D(90)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuoteVersion.objects.filter(pk=old.pk).update(state="sent")


def test_renewing_keeps_the_prices_and_gives_a_fresh_day(anna: User, lead: Lead) -> None:
    old = make_sent(lead, anna, now=NOW)
    later = NOW + timedelta(days=30)
    draft = renew(quote_id=old.quote_id, actor=Actor.of(anna), now=later)
    assert (draft.total, str(draft.valid_until)) == (D(240), "2026-04-18")
    assert accept(version_id=sent(draft, anna, now=later).pk, name="Mariam", now=later).total == D(240)


def test_a_copy_is_a_quote_of_its_own(anna: User, lead: Lead) -> None:
    old = make_sent(lead, anna, line("Kitchen", 500), now=NOW)
    accept(version_id=old.pk, name="Mariam", now=NOW)
    copy = copy_quote(version_id=old.pk, actor=Actor.of(anna), now=NOW)
    assert (copy.state, copy.quote.number, copy.total, copy.quote_id == old.quote_id) == (
        "draft",
        None,
        D(500),
        False,
    )


def test_nothing_cannot_be_sent(anna: User, lead: Lead) -> None:
    empty = start_quote(contact=lead.contact, lead=lead, actor=Actor.of(anna), now=NOW)
    with pytest.raises(NothingToQuote):
        sent(empty, anna, now=NOW)
    with pytest.raises(BadQuote):
        sent(make_draft(lead, anna, line(price=-5), now=NOW), anna, now=NOW)
    with pytest.raises(BadQuote):
        sent(make_draft(lead, anna, now=NOW), anna, now=NOW + timedelta(days=30))


def test_a_gift_is_an_offer(anna: User, lead: Lead) -> None:
    from core.access.models import Role

    anna.role = Role.ADMIN
    anna.save()
    version = make_sent(lead, anna, line(price=100), now=NOW, discount_percent=D(100))
    assert accept(version_id=version.pk, name="Mariam", now=NOW).total == 0


def test_looks_are_counted_once_in_half_an_hour(anna: User, lead: Lead) -> None:
    version = make_sent(lead, anna, now=NOW)
    minutes = [0, 1, 29, 31, 90]
    counted = [view(version_id=version.pk, now=NOW + timedelta(minutes=each)) for each in minutes]
    assert counted == [True, False, False, True, True]
    version.refresh_from_db()
    assert (version.views, version.viewed_at) == (3, NOW)
    assert [each.payload["first"] for each in Event.objects.filter(name="quote.viewed")] == [
        True,
        False,
        False,
    ]
    assert not view(version_id=make_draft(lead, anna, now=NOW).pk, now=NOW)
