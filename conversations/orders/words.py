"""What customers read about their orders, in their language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from babel.dates import format_date
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.languages import Language
from crm.orders.models import NoticeAnswer, NoticeKind, Order, OrderItem, OrderNotice, OrderStatus
from crm.orders.operations.noticing import missing_now
from crm.orders.queries import OVER

MOST_SHOWN = 10
LABELS: dict[NoticeAnswer, Callable[[], str]] = {
    NoticeAnswer.KEEP: lambda: _("I'll wait"),
    NoticeAnswer.REPLACE: lambda: _("Something else"),
    NoticeAnswer.REFUND: lambda: _("Money back"),
}
"""Of the buttons under a notice: at most 20 characters in every language."""


def day(found: date, language: str) -> str:
    """ "Friday 13 March 2026", as each language writes it."""
    pattern = {"en": "EEEE d MMMM y", "ru": "EEEE, d MMMM y", "hy": "d MMMM y, EEEE", "az": "d MMMM y, EEEE"}
    return format_date(found, pattern.get(language, "d MMMM y"), locale=language)


def notice_text(notice: OrderNotice, language: str) -> str:
    """What happened, why, the new day, and the question what to do."""
    with translation.override(language):
        order = notice.order
        lines = [_late(order, notice, language)] if notice.kind == NoticeKind.DELAY else _missing(notice)
        if notice.reason:
            lines.append(_("The reason: %(reason)s") % {"reason": notice.reason.rstrip(".") + "."})
        if notice.kind == NoticeKind.MISSING and order.expected_on:
            lines.append(_("It could come by %(day)s.") % {"day": day(order.expected_on, language)})
        return "\n".join([*lines, _("What shall we do?")])


def _late(order: Order, notice: OrderNotice, language: str) -> str:
    assert notice.expected_on is not None
    return _("We are sorry: your order %(number)s comes later, on %(day)s.") % {
        "number": order.number,
        "day": day(notice.expected_on, language),
    }


def _missing(notice: OrderNotice) -> list[str]:
    said = _("We are sorry: this is missing from your order %(number)s:") % {"number": notice.order.number}
    rows = missing_now(notice)[:MOST_SHOWN]
    return [said, *(f"• {row['title']} × {row['quantity']}" for row in rows)]


def button_labels() -> list[tuple[NoticeAnswer, dict[str, str]]]:
    """Each answer with its label in every language."""
    found = []
    for answer, label in LABELS.items():
        texts = {}
        for language in Language.values:
            with translation.override(language):
                texts[language] = label()
        found.append((answer, texts))
    return found


def thanks_text(answer: NoticeAnswer | str, *, is_open: bool) -> str:
    """In the language that is active, once the answer is noted."""
    if answer == NoticeAnswer.KEEP:
        return _("Thank you for your patience. We will write as soon as there is news.")
    if answer == NoticeAnswer.REPLACE:
        if is_open:
            return _("Noted. A colleague will help you choose something else here.")
        return _(
            "Noted. We're closed right now; a colleague will help you choose something else as soon as we open."
        )
    if is_open:
        return _("Noted. A colleague will take care of the refund and answer you here.")
    return _("Noted. We're closed right now; a colleague will take care of the refund as soon as we open.")


def over_text() -> str:
    return _("This question is settled already. If something is not right, write to us here.")


def answer_text(order: Order, language: str) -> str:
    """To "where is my order?": how far it is, what it is, when it is expected, what comes next."""
    with translation.override(language):
        lines = [
            _("Order %(number)s: %(status)s") % {"number": order.number, "status": order.get_status_display()}
        ]
        if order.reason:
            lines.append(_("The reason: %(reason)s") % {"reason": order.reason.rstrip(".") + "."})
        if order.expected_on and order.status not in OVER:
            lines.append(_("Expected: %(day)s") % {"day": day(order.expected_on, language)})
        lines += _items(list(order.items.all()))
        return "\n".join([*lines, next_step(order)])


def _items(rows: Sequence[OrderItem]) -> list[str]:
    shown = [_item(row) for row in rows[:MOST_SHOWN]]
    if len(rows) > MOST_SHOWN:
        shown.append(_("• and %(count)d more") % {"count": len(rows) - MOST_SHOWN})
    return shown


def _item(row: OrderItem) -> str:
    line = f"• {row.title} × {row.quantity.normalize():f}"
    return f"{line} ({pgettext('item', 'missing')})" if row.missing else line


def next_step(order: Order) -> str:
    """What happens next, or what the customer can do."""
    words = {
        OrderStatus.NEW: _("Next we confirm it and name the day."),
        OrderStatus.CONFIRMED: _("Next it goes into production."),
        OrderStatus.IN_WORK: _("We will write as soon as it is ready."),
        OrderStatus.READY: _("It is ready: we will agree on the delivery with you."),
        OrderStatus.SHIPPED: _("Please keep your phone at hand, the courier will call."),
        OrderStatus.DELIVERED: _("If anything is not right, write to us here."),
        OrderStatus.RETURNED: _("If you have a question about the return, write to us here."),
        OrderStatus.CANCELLED: _("If this is a surprise to you, write to us here."),
    }
    return words[OrderStatus(order.status)]
