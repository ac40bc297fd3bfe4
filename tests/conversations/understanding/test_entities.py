from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from conversations.understanding import Budget, understand
from conversations.understanding.types import EntityValue

# A Wednesday, 14:00 in Yerevan.
NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
YEREVAN = ZoneInfo("Asia/Yerevan")


def entity(text: str, type_: str, *, country: str = "AM") -> EntityValue | None:
    return understand(text, now=NOW, timezone="Asia/Yerevan", country=country).entity(type_)


@pytest.mark.parametrize(
    ("text", "minimum", "maximum", "currency"),
    [
        ("budget is like 1200 bucks max", None, 1200, "USD"),
        ("under 3k euros total", None, 3000, "EUR"),
        ("we have at least 10k usd for the reception", 10_000, None, "USD"),
        ("can pay 30 to 45 dollars an hr", 30, 45, "USD"),
        ("budget is between five and seven thousand", 5000, 7000, None),
        ("интересует кухня до 350 тыс руб", None, 350_000, "RUB"),
        ("тур в Тбилиси на двоих до 120к на всех", None, 120_000, None),
        ("бюджет от полутора до двух млн", 1_500_000, 2_000_000, None),
        ("бюджет не больше 600 тысяч драм", None, 600_000, "AMD"),
        ("բյուջեն մինչև 2 մլն դրամ", None, 2_000_000, "AMD"),
        ("մինչև հարյուր հազար դրամ հեռախոս չունե՞ք", None, 100_000, "AMD"),
        ("50-70 hazar drami sahmanum divan uneq?", 50_000, 70_000, "AMD"),
        ("350 hazar", None, 350_000, None),
        ("500k", None, 500_000, None),
        ("1,5 mln", None, 1_500_000, None),
        ("büdcə 3000 manata qədərdir", None, 3000, "AZN"),
        ("4 min manatdan çox verə bilmərəm", None, 4000, "AZN"),
        ("2000-2500 azn arasi ne var", 2000, 2500, "AZN"),
    ],
)
def test_budget(text: str, minimum: int | None, maximum: int | None, currency: str | None) -> None:
    bounds = [None if bound is None else Decimal(bound) for bound in (minimum, maximum)]
    assert entity(text, "budget") == Budget(bounds[0], bounds[1], currency)


@pytest.mark.parametrize(
    "text",
    [
        "you charged me twice!!! 79.99 both times",
        "с карты списали 5000 рублей",
        "kartımdan iki dəfə 45 manat çıxılıb",
        "earn $900 a day from home!! click the link in bio",
        "I have 40k followers on insta",
        "hi",
    ],
)
def test_sums_that_nobody_offers_are_no_budget(text: str) -> None:
    assert entity(text, "budget") is None


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("need a quote for 250 boxes of gloves", 250),
        ("need 6 by friday", 6),
        ("do you have 15 office chairs in stock", 15),
        ("gonna need a hundred and twenty of the mugs", 120),
        ("нужно 200 стаканов", 200),
        ("столик на пятерых", 5),
        ("Երեք հոգով ուզում ենք գնալ", 3),
        ("2 hogov Dubai inchqan klini", 2),
        ("on iki dənə stul", 12),
        ("iphone 13 screen", None),
        ("38 hamar@ ka?", None),
        ("мастер опоздал на 2 часа", None),
    ],
)
def test_quantity(text: str, quantity: int | None) -> None:
    assert entity(text, "quantity") == quantity


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("can i come today", 0),
        ("tomorrow please", 1),
        ("i need it this week", 7),
        ("till Friday", 7),
        ("next week is fine", 14),
        ("within 48 hours", 2),
        ("want it in 2 months", 60),
        ("сделаете в течение 3 дней?", 3),
        ("через месяц", 30),
        ("на след неделе", 14),
        ("էս շաբաթ", 7),
        ("մեկ ամսում կբերե՞ք", 30),
        ("vaghy karogh ek grel", 1),
        ("bir aya qədər", 30),
        ("iki həftəyə çatdırarsınız?", 14),
        ("gələn aya keçirin", 60),
        ("tracking hasnt moved since monday", None),
        ("купил у вас в субботу", None),
        ("its been 3 weeks and still nothing", None),
    ],
)
def test_timeline(text: str, days: int | None) -> None:
    assert entity(text, "timeline_days") == days


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Friday at 5", datetime(2026, 3, 6, 17, 0, tzinfo=YEREVAN)),
        ("վաղը 3-ին", datetime(2026, 3, 5, 15, 0, tzinfo=YEREVAN)),
        ("vaxy jamy 6-in", datetime(2026, 3, 5, 18, 0, tzinfo=YEREVAN)),
        ("завтра в 10 утра", datetime(2026, 3, 5, 10, 0, tzinfo=YEREVAN)),
        ("в понедельник в 17:30", datetime(2026, 3, 9, 17, 30, tzinfo=YEREVAN)),
        ("sabah saat 4-də", datetime(2026, 3, 5, 16, 0, tzinfo=YEREVAN)),
        ("today 3pm", datetime(2026, 3, 4, 15, 0, tzinfo=YEREVAN)),
        ("14 марта в 12:00", datetime(2026, 3, 14, 12, 0, tzinfo=YEREVAN)),
    ],
)
def test_moments_are_of_the_customers_zone(text: str, expected: datetime) -> None:
    assert entity(text, "datetime") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on the 20th of march", None),
        ("20 march", date(2026, 3, 20)),
        ("2 марта", date(2027, 3, 2)),
        ("20.03.2026", date(2026, 3, 20)),
        ("2026-04-01", date(2026, 4, 1)),
        ("31.02.2026", None),
        ("ուրբաթ", date(2026, 3, 6)),
        ("среда подойдет", date(2026, 3, 11)),
    ],
)
def test_days(text: str, expected: date | None) -> None:
    assert entity(text, "date") == expected


def test_today_is_the_customers() -> None:
    late = datetime(2026, 3, 4, 21, 30, tzinfo=UTC)
    found = understand("tomorrow", now=late, timezone="Asia/Yerevan", country="AM")
    assert found.entity("date") == date(2026, 3, 6)


@pytest.mark.parametrize(
    ("text", "country", "phone"),
    [
        ("call me at 212 555 0187", "US", "+12125550187"),
        ("ring me on (303) 555-0164", "US", "+13035550164"),
        ("тел 8 912 555 01 34", "RU", "+79125550134"),
        ("перезвоните 89265550177", "AM", "+79265550177"),
        ("իմ համարը 091 23 45 67", "AM", "+37491234567"),
        ("+374 55 667788", "AZ", "+37455667788"),
        ("nomrem 0702001199", "AZ", "+994702001199"),
        ("order 70914", "AM", None),
        ("№ 20260304", "AM", None),
    ],
)
def test_phone(text: str, country: str, phone: str | None) -> None:
    assert entity(text, "phone", country=country) == phone


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("hey where is my order #88213", "88213"),
        ("tracking for PO-5521 hasnt moved", "PO-5521"),
        ("hows my repair going? ticket R2291", "R2291"),
        ("заказ 10482 когда придет то", "10482"),
        ("4471 պատվերի մասին նորություն կա՞", "4471"),
        ("5512-ը դեռ չի եկել", "5512"),
        ("статус не оплачено, заказ К-882", "К-882"),
        ("sifarişim harda qaldı, AZ4410", "AZ4410"),
        ("iphone 13 batareya", None),
        ("500 chairs in order to open", None),
    ],
)
def test_order_number(text: str, number: str | None) -> None:
    assert entity(text, "order_number") == number


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("do you ship to canada", "Canada"),
        ("live in New York", "New York"),
        ("доставите в Самаре?", "Самара"),
        ("мы из Казани", "Казань"),
        ("Գորիս առաքում եք", "Գորիս"),
        ("Quba çatdırılma var", "Quba"),
        ("скок дней едет до Иркутска", "Иркутск"),
        ("dostavka v Erevan est?", "Erevan"),
        ("մենք հյուրանոց ենք Դիլիջանում", "Դիլիջան"),
        ("Gəncəyə çatdırılma var?", "Gəncə"),
        ("sumqayita dastavka pulsuzdu?", "sumqayit"),
        ("have a nice day", None),
    ],
)
def test_place_is_named_as_in_a_dictionary(text: str, place: str | None) -> None:
    assert entity(text, "place") == place


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My name is Susan Keller", "Susan Keller"),
        ("меня зовут Алина", "Алина"),
        ("это Олег, передвиньте запись", "Олег"),
        ("Բարև, ես Անին եմ", "Անի"),
        ("zangeq indz 077112233 es Aramn em", "Aram"),
        ("Mən Rəşad, batareya dəyişmək", "Rəşad"),
        ("its been 3 weeks", None),
        ("i am looking for a sofa", None),
    ],
)
def test_name(text: str, name: str | None) -> None:
    assert entity(text, "name") == name


def test_several_data_in_one_message() -> None:
    found = understand(
        "Name's Priya, email Priya.N@mailbox.example, 2 people, want to visit this week, up to $350",
        now=NOW,
        timezone="UTC",
        country="US",
    )
    values = {str(each.type): each.value for each in found.entities}
    assert values == {
        "email": "priya.n@mailbox.example",
        "budget": Budget(None, Decimal(350), "USD"),
        "quantity": 2,
        "timeline_days": 7,
        "name": "Priya",
    }
