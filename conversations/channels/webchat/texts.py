"""What the widget itself says to customers, in all four languages. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

Texts = Mapping[str, str]
LANGUAGES: Mapping[str, str] = {"en": "English", "ru": "Русский", "hy": "Հայերեն", "az": "Azərbaycanca"}

GOALS: tuple[tuple[str, Texts], ...] = (
    (
        "sales",
        {
            "en": "I want to buy",
            "ru": "Хочу купить",
            "hy": "Ուզում եմ գնել",
            "az": "Almaq istəyirəm",
        },
    ),
    (
        "support",
        {
            "en": "I need help",
            "ru": "Нужна помощь",
            "hy": "Օգնություն է պետք",
            "az": "Kömək lazımdır",
        },
    ),
    (
        "billing",
        {
            "en": "Payment and invoices",
            "ru": "Оплата и счета",
            "hy": "Վճարումներ և հաշիվներ",
            "az": "Ödəniş və hesablar",
        },
    ),
)

_OPEN: Texts = {
    "en": "You get an answer at once.",
    "ru": "Отвечаем сразу.",
    "hy": "Պատասխանում ենք անմիջապես։",
    "az": "Dərhal cavab veririk.",
}
_BACK_TODAY: Texts = {
    "en": "Closed now, back at {time}. Ask anyway: you get an answer at once.",
    "ru": "Сейчас закрыто, откроемся в {time}. Напишите: ответим сразу.",
    "hy": "Հիմա փակ ենք, կբացվենք ժամը {time}-ին։ Գրեք՝ անմիջապես կպատասխանենք։",
    "az": "İndi bağlıyıq, saat {time} açılırıq. Yazın: dərhal cavab veririk.",
}
_BACK_LATER: Texts = {
    "en": "Closed now, back on {day} at {time}. Ask anyway: you get an answer at once.",
    "ru": "Сейчас закрыто, откроемся: {day}, {time}. Напишите: ответим сразу.",
    "hy": "Հիմա փակ ենք, կբացվենք՝ {day}, {time}։ Գրեք՝ անմիջապես կպատասխանենք։",
    "az": "İndi bağlıyıq, açılırıq: {day}, {time}. Yazın: dərhal cavab veririk.",
}
_CLOSED: Texts = {
    "en": "Closed now. Ask anyway: you get an answer at once.",
    "ru": "Сейчас закрыто. Напишите: ответим сразу.",
    "hy": "Հիմա փակ ենք։ Գրեք՝ անմիջապես կպատասխանենք։",
    "az": "İndi bağlıyıq. Yazın: dərhal cavab veririk.",
}


def expectation(
    *, is_open: bool, next_opening: datetime | None, now: datetime, timezone: str
) -> dict[str, str]:
    """The line under the title per language, with times in the company's zone (spec 2.5)."""
    if is_open:
        return dict(_OPEN)
    if next_opening is None:
        return dict(_CLOSED)
    zone = ZoneInfo(timezone)
    opens = next_opening.astimezone(zone)
    texts = _BACK_TODAY if opens.date() == now.astimezone(zone).date() else _BACK_LATER
    return {
        language: text.format(
            day=format_date(opens, "EEEE", locale=language), time=format_time(opens, "HH:mm", locale=language)
        )
        for language, text in texts.items()
    }
