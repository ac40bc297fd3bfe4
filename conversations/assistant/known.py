"""The sources of this room: articles, the company's own answers, what it sells, and the customer's orders."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from conversations.articles.markup import plain
from conversations.articles.queries import in_language, library
from conversations.assistant.sources import Asked, Shown
from conversations.goals.queries import book, name_of
from conversations.orders.words import answer_text
from core.text import skeleton
from crm.catalogue.models import Product
from crm.catalogue.queries import sold_on, today
from crm.orders.queries import orders_of_contact

MOST_LOOKED_AT = 200
MOST_PRODUCTS = 8
MOST_ORDERS = 3
MOST_ARTICLES = 5
_WORD = re.compile(r"\w{4,}")
_STEM = 5


def articles(asked: Asked) -> list[Shown]:
    """Published articles that are like the words, and what is known of a problem that lasts."""
    known = library()
    found = [
        Shown("article", entry.title(asked.language), plain(entry.body(asked.language)))
        for entry, _match in known.find(asked.words, most=MOST_ARTICLES)
    ]
    notice = known.notice(asked.words, (), asked.now)
    if notice is not None:
        found.insert(0, Shown("notice", "Known problem", in_language(notice.texts, asked.language)))
    return found


def own_answers(asked: Asked) -> list[Shown]:
    """What Settings > Goals says to each goal."""
    rows = [
        Shown(
            "goal", name_of(key), texts.get(asked.language) or texts.get("en") or next(iter(texts.values()))
        )
        for key, texts in book().answers.items()
    ]
    return _nearest(rows, asked.words)


def catalogue(asked: Asked) -> list[Shown]:
    """Products as customers read of them; a price that follows from answers is not told here."""
    products = sold_on(today(asked.now))[:MOST_LOOKED_AT]
    rows = [_product(each, asked.language) for each in products]
    return _nearest(rows, asked.words)[:MOST_PRODUCTS]


def orders(asked: Asked) -> list[Shown]:
    conversation = asked.conversation
    if conversation is None:
        return []
    found = orders_of_contact(conversation.contact_id).prefetch_related("items")[:MOST_ORDERS]
    return [Shown("order", each.number, answer_text(each, asked.language)) for each in found]


def _product(product: Product, language: str) -> Shown:
    title = product.title.get(language) or product.title.get("en") or product.name
    about = product.description.get(language) or product.description.get("en") or ""
    return Shown("product", title, "\n".join(each for each in (about, _price(product)) if each))


def _price(product: Product) -> str:
    if product.complex:
        return "A specialist works out the price for each customer."
    if product.rules:
        return "The price depends on the customer's answers and is quoted."
    price = product.unit_price.quantize(Decimal("0.01"))
    figure = f"{price:f}".removesuffix(".00")
    return f"Price: {figure} {product.currency} per {product.unit}."


def _nearest(rows: Iterable[Shown], words: str) -> list[Shown]:
    """Those first that share most with the words; else as they came."""
    wanted = _stems(words)
    scored = [(len(wanted & _stems(f"{each.title} {each.text}")), each) for each in rows]
    return [each for _score, each in sorted(scored, key=lambda pair: -pair[0])]


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in _WORD.findall(skeleton(text))}
