"""Draws the pages of docs/quotes anew: one quote in each language, with the figures that the product calculates.

Use: python -m scripts.quote_pages. Needs the fonts, no database.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("SECRET_KEY", "a key for pictures, which sign nothing")
django.setup()

from core.company.models import CompanyProfile  # noqa: E402
from crm.catalogue.models import Unit  # noqa: E402
from crm.contacts.models import Contact  # noqa: E402
from crm.quotes.document import draw  # noqa: E402
from crm.quotes.lines import LineDraft, Terms, rows_of, totals_of  # noqa: E402
from crm.quotes.models import Quote, QuoteSettings, QuoteVersion  # noqa: E402
from crm.quotes.sheet import Sheet, sheet_for  # noqa: E402

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "quotes"
PPI = 90
SENT = datetime(2026, 3, 5, 9, tzinfo=UTC)
D = Decimal
TAX = (D(20),)
WORDS = {
    "en": {
        "house": "Aregak Interiors LLC",
        "address": "12 Abovyan Street, Yerevan",
        "customer": "Anna Petrosyan",
        "title": "Kitchen for the flat in Tumanyan Street",
        "intro": "Thank you for the visit. This is what we talked about.",
        "kitchen": ("Oak kitchen, 4.2 m", "Fronts of solid oak, 18 mm, oiled"),
        "top": ("Worktop", "Quartz, 20 mm"),
        "work": ("Delivery and fitting", ""),
        "lights": ("Lights under the cupboards", "LED, 3000 K"),
        "next": "We come to measure within three working days.",
        "terms": "Half is paid with the order, half after fitting.\nThe prices hold until the day above.",
    },
    "ru": {
        "house": "ООО «Арегак Интериорс»",
        "address": "Ереван, улица Абовяна, 12",
        "customer": "Анна Петросян",
        "title": "Кухня для квартиры на улице Туманяна",
        "intro": "Спасибо за визит. Вот то, о чём мы говорили.",
        "kitchen": ("Кухня из дуба, 4,2 м", "Фасады из массива дуба, 18 мм, масло"),
        "top": ("Столешница", "Кварц, 20 мм"),
        "work": ("Доставка и монтаж", ""),
        "lights": ("Подсветка под шкафами", "LED, 3000 K"),
        "next": "Мы приедем на замер в течение трёх рабочих дней.",
        "terms": "Половина оплачивается при заказе, половина — после монтажа.\nЦены действуют до указанного дня.",
    },
    "hy": {
        "house": "«Արեգակ Ինտերիորս» ՍՊԸ",
        "address": "Երևան, Աբովյան 12",
        "customer": "Աննա Պետրոսյան",
        "title": "Խոհանոց Թումանյան փողոցի բնակարանի համար",
        "intro": "Շնորհակալություն այցի համար։ Ահա այն, ինչի մասին խոսեցինք։",
        "kitchen": ("Կաղնե խոհանոց, 4,2 մ", "Զանգվածային կաղնու ճակատներ, 18 մմ, յուղապատ"),
        "top": ("Սեղանի երես", "Քվարց, 20 մմ"),
        "work": ("Առաքում և տեղադրում", ""),
        "lights": ("Լույսեր պահարանների տակ", "LED, 3000 K"),
        "next": "Երեք աշխատանքային օրվա ընթացքում կգանք չափելու։",
        "terms": "Կեսը վճարվում է պատվիրելիս, կեսը՝ տեղադրումից հետո։\nԳները գործում են մինչև նշված օրը։",
    },
    "az": {
        "house": "“Aregak Interiors” MMC",
        "address": "Yerevan, Abovyan küçəsi 12",
        "customer": "Anna Petrosyan",
        "title": "Tumanyan küçəsindəki mənzil üçün mətbəx",
        "intro": "Gəlişinizə görə təşəkkür edirik. Danışdıqlarımız bunlardır.",
        "kitchen": ("Palıd mətbəx, 4,2 m", "Massiv palıddan fasadlar, 18 mm, yağlanmış"),
        "top": ("İş səthi", "Kvars, 20 mm"),
        "work": ("Çatdırılma və quraşdırma", ""),
        "lights": ("Şkafların altında işıq", "LED, 3000 K"),
        "next": "Üç iş günü ərzində ölçü götürməyə gələcəyik.",
        "terms": "Yarısı sifarişlə, yarısı quraşdırmadan sonra ödənilir.\nQiymətlər göstərilən günədək qüvvədədir.",
    },
}


def sheet_in(language: str) -> Sheet:
    words = WORDS[language]

    def line(part: str, price: str, **more: object) -> LineDraft:
        title, description = words[part]
        return LineDraft(title=title, description=description, unit_price=D(price), taxes=TAX, **more)  # type: ignore[arg-type]

    lines = rows_of(
        [
            line("kitchen", "440500", quantity=D("4.2"), unit=Unit.METRE),
            line("top", "98000", quantity=D("3.6"), unit=Unit.METRE, discount_percent=D(10)),
            line("work", "160000", unit=Unit.LUMP_SUM),
            line("lights", "54000", optional=True, chosen=False),
        ]
    )
    terms = Terms(currency="AMD", rounding="group", prices_include_tax=False, discount_percent=D(5))
    totals = totals_of(lines, terms)
    quote = Quote(title=words["title"], number="2026-0012", contact=Contact(name=words["customer"]))
    version = QuoteVersion(
        quote=quote,
        language=language,
        currency=terms.currency,
        discount_percent=terms.discount_percent,
        net=totals.net,
        discount=totals.discount,
        tax=totals.tax,
        total=totals.total,
        taxes=[[str(part) for part in row] for row in totals.taxes],
        intro=words["intro"],
        next_step=words["next"],
        terms=words["terms"],
        sent_at=SENT,
        valid_until=date(2026, 3, 19),
    )
    house = CompanyProfile(name="Aregak Interiors", legal_name=words["house"], phone="+374 10 123456")
    return sheet_for(version, lines, house, QuoteSettings(address=words["address"]))


def main() -> None:
    for language in WORDS:
        drawn = draw(sheet_in(language), at=SENT, page="png", ppi=PPI)
        path = FOLDER / f"quote-{language}.png"
        path.write_bytes(drawn[0] if isinstance(drawn, list) else drawn)
        sys.stdout.write(f"{path.relative_to(FOLDER.parent.parent)}\n")


if __name__ == "__main__":
    main()
