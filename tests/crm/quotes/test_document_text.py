"""What can be read in the PDF is what is stored, in each language, with a glyph for every sign."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.company.models import CompanyProfile
from core.languages import Language
from crm.quotes.document import draw
from crm.quotes.models import QuoteSettings
from crm.quotes.operations.sending import give_number
from crm.quotes.sheet import Sheet, sheet_of
from tests.factories.crm import ContactFactory, LeadFactory
from tests.factories.quotes import NOW, line, make_draft
from tests.pdf_text import PdfText, read_pdf, squeezed

if TYPE_CHECKING:
    from core.access.models import User

pytestmark = pytest.mark.django_db
D = Decimal
TITLES = {
    "en": "Kitchen “Arpi” – 3 doors, №5, ½ price",
    "ru": "Кухня «Арпи»: объём, щётка, ящик, Ёлка",
    "hy": "Խոհանոց «Արփի»՝ և՛ դռներ, և՛ լույս։ Եվ արև",
    "az": "Mətbəx «Əlvan»: şüşə, çəkmə, ığ, İŞIQ, ğ",
}
TOTALS = {
    "en": "1,998,081.54",
    "ru": "1998081,54",
    "hy": "1998081,54",
    "az": "1998081,54",
}
"""1,850,000.50 and twice 37.50 less 10 % and with 20 % tax, in groups as the language has them (spaces left out)."""
CAPITALS = {"en": "VALIDUNTIL", "ru": "ДЕЙСТВУЕТДО", "hy": "ՄԻՆՉԵՎ", "az": "QÜVVƏDƏDİR"}


def drawn(sheet: Sheet) -> PdfText:
    return read_pdf(draw(sheet))


def sheet_in(language: str, user: User) -> Sheet:
    QuoteSettings.objects.update_or_create(
        defaults={
            "address": "Abovyan 5, Երևան · улица Абовяна · Bakı, Əhmədli\nIBAN AM12 ֏ AZ34 ₼ RU56 ₽ € $"
        }
    )
    contact = ContactFactory(name="Մարիամ Ղազարյան-Əliyeva Щёголева", language=language)
    draft = make_draft(
        LeadFactory(contact=contact, owner=user, title=TITLES[language]),
        user,
        line(TITLES[language], "1850000.50", taxes=(D(20),), description=" ".join(TITLES.values())),
        line("Ոսկի 75 ₼ / 900 ֏", "37.5", quantity=D(2), taxes=(D(20),)),
        line("Option", "99999.99", optional=True, chosen=False),
        now=NOW,
        language=language,
        currency="USD",
        discount_percent=D(10),
        terms=" ".join(TITLES.values()),
    )
    version = give_number(version_id=draft.pk, now=NOW)
    return sheet_of(version)


@pytest.mark.parametrize("language", Language.values)
def test_every_figure_and_word_can_be_read(anna: User, language: str) -> None:
    sheet = sheet_in(language, anna)
    found = drawn(sheet)
    assert found.boxes == 0
    assert TOTALS[language] in found.squeezed
    words = [
        sheet.company,
        sheet.address,
        sheet.customer,
        sheet.title,
        sheet.name,
        sheet.valid_until,
        sheet.terms,
    ]
    for each in (*sheet.lines, *sheet.options):
        words += [each.title, each.description, each.quantity, each.price, each.taxes, each.net]
    for row in sheet.rows:
        words += [row.label, row.amount]
    assert [each for each in words if squeezed(each) not in found.squeezed] == []


@pytest.mark.parametrize("language", Language.values)
def test_headings_are_in_the_capitals_of_the_language(anna: User, language: str) -> None:
    found = drawn(sheet_in(language, anna)).squeezed
    assert CAPITALS[language] in found


@pytest.mark.parametrize("language", Language.values)
def test_lines_stand_in_their_order(anna: User, language: str) -> None:
    draft = make_draft(
        LeadFactory(owner=anna),
        anna,
        *[line(f"Part {n:03}", n) for n in range(1, 121)],
        now=NOW,
        language=language,
    )
    found = drawn(sheet_of(draft))
    assert len(found.pages) > 2
    places = [found.squeezed.index(f"Part{n:03}") for n in range(1, 121)]
    assert places == sorted(places)


def test_what_is_very_long_is_all_there(anna: User) -> None:
    name = "Ընկերություն" * 16
    word, words = "Ա" * 300, "Շատ երկար և մանրամասն անվանում " * 9
    contact = ContactFactory(name=name[:190], language="hy")
    draft = make_draft(
        LeadFactory(contact=contact, owner=anna, title=words[:200]),
        anna,
        line(word, 10),
        line(words, "90000000000000.123456", quantity=D("0.000001")),
        now=NOW,
        language="hy",
    )
    found = drawn(replace(sheet_of(draft), company=name, legal_name=name))
    assert found.boxes == 0
    for each in (name[:190], word, words, "90000000000000,123456"):
        assert squeezed(each) in found.squeezed


def test_a_sign_that_no_font_has_shows_as_a_box_to_this_check(anna: User) -> None:
    """So that a check that finds none says something."""
    sheet = sheet_of(make_draft(LeadFactory(owner=anna), anna, now=NOW))
    assert drawn(replace(sheet, title="\U0001f600")).boxes == 1


def test_the_company_is_told_in_the_footer_of_every_page(anna: User) -> None:
    CompanyProfile.objects.update(name="Արեգակ և որդիներ")
    many = make_draft(LeadFactory(owner=anna), anna, *[line(f"Part {n}") for n in range(90)], now=NOW)
    for page in drawn(sheet_of(many)).pages:
        assert "Արեգակ և որդիներ" in page
    assert many.valid_until == date(2026, 3, 19)
