"""Values at the edges of every type, for objects and for operands alike, so that random pairs often meet."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from core.conditions import Field, FieldType, Moment, dump
from core.conditions.canonical import text
from core.conditions.operands import MAX_DAYS
from core.conditions.operators import Shape, shape_of
from tests.core.conditions.things import WEEKDAYS, Owner, Thing

CLOCK = WEEKDAYS
MOMENTS = [
    Moment(datetime(2025, 3, 1, 8, tzinfo=UTC), "Asia/Yerevan", CLOCK),
    Moment(datetime(2025, 2, 28, 22, 30, tzinfo=UTC), "Asia/Baku", CLOCK),
    Moment(datetime(2024, 3, 10, 12, tzinfo=UTC), "America/Havana", CLOCK),  # no midnight on this day
    Moment(datetime(2024, 11, 3, 4, 30, tzinfo=UTC), "America/Havana", CLOCK),  # two midnights
    Moment(datetime(2024, 2, 29, 11, tzinfo=UTC), "Pacific/Kiritimati"),
    Moment(datetime(2025, 10, 26, 0, 30, tzinfo=UTC), "Europe/Moscow"),
    Moment(datetime(2025, 1, 1, 0, 0, 0, 1, tzinfo=UTC), "Pacific/Niue", CLOCK),
]
INTEGERS = [None, -1, 0, 1, 5, 7, 2_147_483_647]
NUMBERS = [0, -1, 7, 2.5, 0.1, 0.000001, -0.3, 123_456_789.123456, 999_999_999_999_999, 5]
AMOUNTS = ["0", "0.1", "500000", "500000.0001", "-3", "9999999999999999.9999"]
CURRENCIES = ["AMD", "USD"]
NAMES = [
    "Երևան",
    "erevan",
    "Yerevan",
    "50%",
    "a_b",
    "c:\\d",
    "O'Neil",
    "ԵՐԵՎԱՆ city",
    "İstanbul",
    "5",
    "{a,b}",
    "50",
    "a\nb",
]
PHONES = ["+374 91 123456", "091123456", "+37491", "5"]
EMAILS = ["Ani@Mail.am", "ani@mail.am", "x_y@mail.am", "5%"]
GRADES = ["A", "B", "C"]
TAGS = ["vip", "new", "a,b", 'q"uote', "{}", "NULL"]
DAYS = [-40_000, -7, -1, 0, 1, 7, 365]
GARBAGE = [
    None,
    5,
    -2.5,
    True,
    "",
    "5",
    "text",
    "2025-02-30",
    "2025-03-01",
    [],
    ["vip"],
    [1, "vip"],
    [["vip"]],
    {},
    {"norm": 5},
    {"norm": ""},
    {"amount": "5"},
    {"amount": 5, "currency": "AMD"},
    {"amount": "5.0000", "currency": "amd"},
    {"amount": "1e3", "currency": "AMD"},
    1e30,
]


def instants(at: Moment) -> list[datetime]:
    """Around now, the ends of spans and the midnights of the zone."""
    centres = [at.now + timedelta(days=days) for days in (-7, -1, 0, 1, 7)]
    centres += [at.start_of(at.today + timedelta(days=days)) for days in (-7, -1, 0, 1, 2, 7)]
    return [centre + timedelta(microseconds=shift) for centre in centres for shift in (-1, 0, 1)]


def days(at: Moment) -> list[date]:
    return [at.today + timedelta(days=shift) for shift in (-8, -7, -1, 0, 1, 7, 8, 400)]


def natural(kind: FieldType, at: Moment, random: Random) -> Any:
    """A JSON value of the type in its canonical form."""
    match kind:
        case FieldType.NUMBER | FieldType.DURATION:
            return random.choice(NUMBERS)
        case FieldType.MONEY:
            return {"amount": f"{Decimal(random.choice(AMOUNTS)):.4f}", "currency": random.choice(CURRENCIES)}
        case FieldType.CHOICE:
            return random.choice([*GRADES, "text"])
        case FieldType.MULTICHOICE:
            return random.sample(TAGS, random.randrange(4))
        case FieldType.BOOLEAN:
            return random.random() < 0.5
        case FieldType.DATE:
            return dump(kind, random.choice(days(at)))
        case FieldType.DATETIME:
            return dump(kind, random.choice(instants(at)))
        case FieldType.PHONE:
            return dump(kind, random.choice(PHONES))
        case FieldType.EMAIL:
            return dump(kind, random.choice(EMAILS))
    return dump(kind, random.choice(NAMES))


def answers(at: Moment, random: Random) -> Any:
    """Some keys absent, some null, some of a shape that belongs to another type."""
    stored: dict[str, Any] = {}
    for kind in FieldType:
        luck = random.random()
        if luck < 0.6:
            stored[kind.value] = natural(kind, at, random)
        elif luck < 0.85:
            stored[kind.value] = random.choice(GARBAGE)
    stored["2024"] = random.choice(NUMBERS)
    return random.choice([stored] * 12 + [None, {}, [5], "text", 5])


def thing(at: Moment, random: Random) -> Thing:
    name = random.choice([*NAMES, ""])
    return Thing(
        owner=random.choice([None, *OWNERS]),
        score=random.choice(INTEGERS),
        ratio=random.choice([None, *(Decimal(str(value)) for value in NUMBERS[:7])]),
        amount=random.choice([None, *map(Decimal, AMOUNTS)]),
        currency=random.choice(["", *CURRENCIES]),
        name=name,
        name_norm=text(FieldType.TEXT, name).norm,
        phone=random.choice([None, "", *(text(FieldType.PHONE, raw).norm for raw in PHONES)]),
        email=random.choice(["", *(text(FieldType.EMAIL, raw).norm for raw in EMAILS)]),
        grade=random.choice(["", *GRADES]),
        tags=random.choice([None, random.sample(TAGS, random.randrange(4))]),
        active=random.choice([None, True, False]),
        day=random.choice([None, *days(at)]),
        seen=random.choice([None, *instants(at), *instants(at)]),
        answers=answers(at, random),
    )


OWNERS = [
    *(Owner(language="hy", extra={"number": number}) for number in NUMBERS),
    Owner(language="", extra=None),
    Owner(language="C", extra=[7]),
]


def saved(at: Moment, random: Random, count: int) -> list[Thing]:
    """Objects in the test's table, in place of those that were there."""
    Thing.objects.all().delete()
    if not Owner.objects.exists():
        for owner in OWNERS:
            owner.pk = None
        Owner.objects.bulk_create(OWNERS)
    return Thing.objects.bulk_create([thing(at, random) for _ in range(count)])


def operand(field: Field, operator: str, at: Moment, random: Random) -> Any:
    """A value that the operator of the field takes."""
    match shape_of(operator):  # type: ignore[arg-type]
        case Shape.NOTHING:
            return None
        case Shape.FLAG:
            return random.random() < 0.5
        case Shape.LIST:
            return [scalar(field, at, random) for _ in range(random.randint(1, 3))]
        case Shape.PAIR:
            return pair(field, at, random)
        case Shape.SPAN:
            if field.type is FieldType.DATETIME and operator != "within_next" and random.random() < 0.3:
                return {"business_hours": random.choice([1, 8, 30, 168])}
            length = random.choice([0, 1, 7, MAX_DAYS])
            hours = {"hours": min(length * 24, MAX_DAYS)}
            return hours if field.type is FieldType.DATETIME and random.random() < 0.3 else length
    return scalar(field, at, random)


def pair(field: Field, at: Moment, random: Random) -> list[Any]:
    if field.type is FieldType.MONEY:
        currency = random.choice(CURRENCIES)
        low, high = sorted(random.choices(AMOUNTS, k=2), key=Decimal)
        return [{"amount": low, "currency": currency}, {"amount": high, "currency": currency}]
    if field.type in {FieldType.DATE, FieldType.DATETIME}:
        return [{"days_from_today": shift} for shift in sorted(random.choices(DAYS[1:], k=2))]
    return sorted(random.choices(NUMBERS, k=2))


def scalar(field: Field, at: Moment, random: Random) -> Any:
    options = field.options()
    if options is not None:
        return random.choice([key for key, _label in options])
    match field.type:
        case FieldType.MULTICHOICE:
            return random.choice(TAGS)
        case FieldType.DATE | FieldType.DATETIME if random.random() < 0.4:
            return {"days_from_today": random.choice(DAYS[1:])}
        case FieldType.DATETIME if random.random() < 0.5:
            return natural(FieldType.DATE, at, random)
        case kind if kind.is_text:
            raw = natural(kind, at, random)["raw"]
            start = random.randrange(len(raw))
            part = raw[start : start + random.randint(1, 4)]
            return random.choice([raw, part if text(kind, part).norm else raw])
    return natural(field.type, at, random)
