from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.access.models import User
from core.events.actor import Actor
from core.events.models import Event
from crm.pipeline.models import Lead
from crm.quotes.errors import BadLine, BadQuote, NeedsApproval, NotADraft, NotAllowedToApprove, StaleDraft
from crm.quotes.models import Quote, QuoteSettings
from crm.quotes.operations import approve, discard_draft, next_version, save_draft, start_quote
from crm.quotes.queries import quotes
from tests.factories.core import ManagerFactory, UserFactory
from tests.factories.crm import ContactFactory
from tests.factories.quotes import NOW, line, make_draft, make_sent, sent

D = Decimal


def test_a_draft_knows_what_it_comes_to(anna: User, lead: Lead) -> None:
    draft = make_draft(
        lead, anna, line("Kitchen", 1000, quantity=D(2), taxes=(D(20),)), line("Lamp", "9.99"), now=NOW
    )
    assert (draft.net, draft.tax, draft.total) == (D("2009.99"), D(400), D("2409.99"))
    assert draft.taxes == [["20", "2000.00", "400.00"]]
    assert (draft.quote.number, draft.quote.title, draft.quote.owner) == (None, "Kitchen", anna)
    assert (draft.language, draft.currency, draft.valid_until) == ("en", "USD", date(2026, 3, 19))
    assert Event.objects.get(name="quote.drafted").payload["total"] == "2409.99"
    assert Quote.objects.get().total == D("2409.99")


def test_options_left_open_have_a_price_and_do_not_count(anna: User, lead: Lead) -> None:
    draft = make_draft(
        lead,
        anna,
        line("Kitchen", 1000),
        line("Lamp", 50, optional=True, chosen=False),
        now=NOW,
        discount_percent=D(10),
    )
    assert draft.total == D(900)
    assert [(each.title, each.net) for each in draft.lines.all()] == [("Kitchen", D(900)), ("Lamp", D(45))]


def test_asking_twice_makes_one(anna: User, lead: Lead) -> None:
    first, second = (make_draft(lead, anna, now=NOW, request_key="form-1") for _ in range(2))
    assert first == second
    assert Quote.objects.count() == 1


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (line(quantity=D(0)), "quantity"),
        (line(quantity=D(-1)), "quantity"),
        (line(quantity=D("0.0000001")), "quantity"),
        (line(price="9" * 19), "unit_price"),
        (line(price="NaN"), "quantity"),
        (line(discount_percent=D(101)), "discount_percent"),
        (line(taxes=(D(20), D(20))), "taxes"),
        (line(title=" "), "title"),
        (line(unit="parsec"), "unit"),
    ],
)
def test_a_line_that_cannot_be_says_where_and_stores_nothing(
    anna: User, lead: Lead, bad: object, field: str
) -> None:
    draft = make_draft(lead, anna, now=NOW)
    with pytest.raises(BadLine) as refused:
        save_draft(version_id=draft.pk, revision=0, actor=Actor.of(anna), now=NOW, lines=[line(), bad])  # type: ignore[list-item]
    assert (refused.value.position, refused.value.field) == (1, field)
    draft.refresh_from_db()
    assert (draft.revision, draft.lines.count(), draft.total) == (0, 1, D(240))


def test_amounts_that_only_together_are_too_large(anna: User, lead: Lead) -> None:
    with pytest.raises(BadQuote):
        make_draft(lead, anna, *[line(price="9" * 14, quantity=D(60))] * 2, now=NOW)
    assert not Quote.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("valid_until", date(2026, 3, 4)),
        ("discount_percent", D("100.5")),
        ("currency", "dram"),
        ("language", "fr"),
    ],
)
def test_a_value_that_cannot_be_is_refused(anna: User, lead: Lead, field: str, value: object) -> None:
    draft = make_draft(lead, anna, now=NOW)
    with pytest.raises(BadQuote) as refused:
        save_draft(version_id=draft.pk, revision=0, actor=Actor.of(anna), now=NOW, **{field: value})
    assert refused.value.field == field


def test_the_second_of_two_editors_learns_what_changed(anna: User, lead: Lead) -> None:
    draft = make_draft(lead, anna, now=NOW)
    save_draft(version_id=draft.pk, revision=0, actor=Actor.of(anna), now=NOW, intro="Hello")
    with pytest.raises(StaleDraft) as refused:
        save_draft(
            version_id=draft.pk, revision=0, actor=Actor.of(anna), now=NOW, intro="Hi", lines=[line("Other")]
        )
    assert refused.value.changes == ("intro", "lines")
    assert refused.value.current.intro == "Hello"
    draft.refresh_from_db()
    assert (draft.intro, draft.revision) == ("Hello", 1)


def test_a_large_discount_waits_for_somebody_who_may(anna: User, lead: Lead) -> None:
    draft = make_draft(lead, anna, line(price=100, discount_percent=D(10)), now=NOW, discount_percent=D(10))
    assert draft.needs_approval
    with pytest.raises(NeedsApproval):
        sent(draft, anna, now=NOW)
    with pytest.raises(NotAllowedToApprove, match="19 %"):
        approve(version_id=draft.pk, user=anna, now=NOW)
    approve(version_id=draft.pk, user=ManagerFactory(), now=NOW)
    assert sent(draft, anna, now=NOW).total == D(81)


def test_an_approval_does_not_outlive_a_change(anna: User, lead: Lead) -> None:
    draft = make_draft(lead, anna, line(discount_percent=D(20)), now=NOW)
    approve(version_id=draft.pk, user=ManagerFactory(), now=NOW)
    changed = save_draft(
        version_id=draft.pk, revision=0, actor=Actor.of(anna), now=NOW, lines=[line(discount_percent=D(25))]
    )
    assert (changed.needs_approval, changed.approved_by) == (True, None)


def test_the_company_sets_the_limits_and_the_rounding(anna: User, lead: Lead) -> None:
    QuoteSettings.objects.create(
        discount_limits={"agent": 20},
        rounding="line",
        prices_include_tax=True,
        payable_step=D("0.05"),
        valid_days=3,
    )
    draft = make_draft(lead, anna, line(price="69.99", taxes=(D(20),)), now=NOW, discount_percent=D(20))
    assert not draft.needs_approval
    assert (draft.total, draft.payable_difference, draft.valid_until) == (
        D("55.99"),
        D("0.01"),
        date(2026, 3, 8),
    )


def test_what_was_sent_cannot_be_saved_or_thrown_away(anna: User, lead: Lead) -> None:
    version = make_sent(lead, anna, now=NOW)
    with pytest.raises(NotADraft):
        save_draft(version_id=version.pk, revision=version.revision, actor=Actor.of(anna), now=NOW, intro="x")
    with pytest.raises(NotADraft):
        discard_draft(version_id=version.pk)


def test_throwing_a_draft_away(anna: User, lead: Lead) -> None:
    discard_draft(version_id=make_draft(lead, anna, now=NOW).pk)
    assert not Quote.objects.exists()
    version = make_sent(lead, anna, now=NOW)
    draft = next_version(quote_id=version.quote_id, actor=Actor.of(anna), now=NOW)
    discard_draft(version_id=draft.pk)
    quote = Quote.objects.get()
    assert (quote.latest, quote.state) == (1, "sent")


def test_a_lead_of_another_contact_is_refused(anna: User, lead: Lead) -> None:
    with pytest.raises(BadQuote):
        start_quote(contact=ContactFactory(), lead=lead, actor=Actor.of(anna), now=NOW)


def test_who_sees_a_quote(anna: User, lead: Lead) -> None:
    make_draft(lead, anna, now=NOW)
    assert quotes().visible_to(anna).count() == 1
    assert quotes().visible_to(ManagerFactory()).count() == 1
    assert quotes().visible_to(UserFactory()).count() == 0


def test_days_given_are_kept(anna: User, lead: Lead) -> None:
    draft = make_draft(lead, anna, now=NOW, valid_days=0)
    assert draft.valid_until == date(2026, 3, 5)
    assert sent(draft, anna, now=NOW + timedelta(hours=10, minutes=59)).state == "sent"  # 23:59 in Yerevan
