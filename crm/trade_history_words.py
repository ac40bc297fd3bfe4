"""The words of the histories of catalogue, quotes, orders and payment requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from core.access.models import Role
from core.history.enums import Area
from core.history.registry import Related, Row, Tracked, Words, register
from core.history.values import amount, by_language, members, percent, plain
from core.languages import in_active_language
from crm.catalogue.models import ExchangeRate, Product, Tax
from crm.orders.models import Order, OrderItem
from crm.payments.models import PaidStage, PaymentProvider, PaymentRequest, PaymentSettings
from crm.quotes.models import Quote, QuoteSettings, QuoteTemplate, QuoteVersion


def _number(row: Row, _related: Related) -> str:
    return str(row.get("number") or row.get("title") or "")


def _version(row: Row, _related: Related) -> str:
    return now_("version %(number)s") % {"number": row.get("version")}


def _rate(row: Row, _related: Related) -> str:
    return f"{row.get('base')} \u2192 {row.get('quote')}"


def _title(row: Row, _related: Related) -> str:
    return str(row.get("title") or "")


def _reference(row: Row, _related: Related) -> str:
    return str(row.get("reference") or "")


def _nameless(_row: Row, _related: Related) -> str:
    return ""


def _paid_stage(_row: Row, related: Related) -> str:
    return related("pipeline")


def _line(value: Any, _row: Row) -> str:
    return " · ".join(
        filter(None, (str(value.get(name) or "") for name in ("title", "quantity", "unit_price")))
    )


def _settings(_row: Row, _related: Related) -> str:
    return ""


def _limits(before: Any, after: Any) -> list[tuple[str, str, str]]:
    """The limit of each role, where it differs."""
    old, new = before or {}, after or {}
    return [
        (str(role.label), _share(old.get(role)), _share(new.get(role)))
        for role in Role
        if old.get(role) != new.get(role)
    ]


def _share(value: Any) -> str:
    return "" if value is None else f"{value}\u00a0%"


def _file(value: Any, _row: Row) -> str:
    return now_("a picture") if value else ""


def _rules(before: Any, after: Any) -> list[tuple[str, str, str]]:
    """Each part of the price rules that differs, by its name."""
    names = {
        "quantity": now_("quantity"),
        "tiers": now_("tiers"),
        "minimum": now_("minimum"),
        "options": now_("options"),
        "surcharges": now_("surcharges"),
        "includes": now_("includes"),
    }
    old, new = before or {}, after or {}
    return [
        (name, _rule(old.get(key)), _rule(new.get(key)))
        for key, name in names.items()
        if old.get(key) != new.get(key)
    ]


def _rule(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_rule(each) for each in value)
    if not isinstance(value, Mapping):
        return plain(value)
    title = in_active_language(value.get("title") or {}, str(value.get("key") or ""))
    figures = [plain(value[key]) for key in ("from", "unit_price", "price", "amount", "of") if value.get(key)]
    if value.get("percent"):
        figures.append(f"{value['percent']}\u00a0%")
    return " · ".join(filter(None, [title, *figures]))


def register_words() -> None:
    _register_catalogue()
    _register_quotes()
    _register_orders()


def _register_catalogue() -> None:
    register(
        Tracked(model=Tax, label=_("Tax"), fields={"percent": Words(show=percent)}),
        Tracked(
            model=Product,
            label=_("Product"),
            fields={
                "title": Words(split=by_language),
                "description": Words(split=by_language),
                "unit_price": Words(show=amount()),
                "cost": Words(show=amount()),
                "rules": Words(split=_rules),
                "picture": Words(show=_file),
            },
            hidden=frozenset({"position", "revision"}),
        ),
        Tracked(
            model=ExchangeRate,
            label=_("Exchange rate"),
            called=_rate,
            named_by=("base", "quote"),
            mark="",
            hidden=frozenset({"base", "quote", "user"}),
        ),
    )


def _register_quotes() -> None:
    work = Area.WORK
    register(
        Tracked(
            model=QuoteSettings,
            label=_("Settings of quotes"),
            called=_settings,
            named_by=(),
            mark="",
            fields={
                "terms": Words(split=by_language),
                "next_step": Words(split=by_language),
                "discount_limits": Words(split=_limits),
                "logo": Words(show=_file),
            },
            admins_only=True,
        ),
        Tracked(
            model=QuoteTemplate,
            label=_("Template of a quote"),
            fields={
                "lines": Words(label=_("lines"), split=members(_line, key="title")),
                "intro": Words(split=by_language),
                "terms": Words(split=by_language),
            },
            hidden=frozenset({"revision"}),
        ),
        Tracked(
            model=Quote,
            label=_("Quote"),
            area=work,
            called=_number,
            named_by=("number", "title"),
            fields={
                "contact": Words(label=_("contact")),
                "lead": Words(label=_("lead")),
                "total": Words(show=amount()),
            },
            hidden=frozenset(
                {"latest", "request_key", "viewed_at", "first_sent_at", "off", "decline_reason"}
            ),
        ),
        Tracked(
            model=QuoteVersion,
            label=_("Version of a quote"),
            area=work,
            of="quote",
            called=_version,
            named_by=("version",),
            fields={
                "total": Words(show=amount()),
                "discount_percent": Words(show=percent),
                "approved_by": Words(label=_("approved by")),
                "closed_at": Words(label=_("decided")),
            },
            hidden=frozenset(
                {
                    "version", "author", "needs_approval", "net", "discount", "tax", "taxes", "payable_difference", "pdf",
                    "pdf_sha256", "revision", "off",
                }
            ),
        ),
    )  # fmt: skip


def _register_orders() -> None:
    work = Area.WORK
    register(
        Tracked(
            model=Order,
            label=_("Order"),
            area=work,
            called=_number,
            named_by=("number",),
            fields={
                "contact": Words(label=_("contact")),
                "lead": Words(label=_("lead")),
                "quote": Words(label=_("quote")),
                "total": Words(show=amount()),
            },
            hidden=frozenset({"number_key", "contact_given", "updated_at", "revision"}),
        ),
        Tracked(
            model=OrderItem,
            label=_("Item of an order"),
            area=work,
            of="order",
            mark="",
            called=_title,
            named_by=("title",),
            fields={"product": Words(label=_("product")), "unit_price": Words(show=amount())},
            hidden=frozenset({"position"}),
        ),
        Tracked(model=PaymentProvider, label=_("Payment provider")),
        Tracked(
            model=PaymentSettings, label=_("Settings of payments"), called=_nameless, named_by=(), mark=""
        ),
        Tracked(
            model=PaidStage,
            label=_("Where paid leads go"),
            called=_paid_stage,
            named_by=("pipeline",),
            mark="",
            fields={"pipeline": Words(label=_("pipeline")), "stage": Words(label=_("stage"))},
        ),
        Tracked(
            model=PaymentRequest,
            label=_("Payment request"),
            area=work,
            called=_reference,
            named_by=("reference",),
            fields={
                "contact": Words(label=_("contact")),
                "lead": Words(label=_("lead")),
                "quote": Words(label=_("quote")),
                "order": Words(label=_("order")),
                "provider": Words(label=_("provider")),
                "amount": Words(show=amount()),
                "external_id": Words(label=_("number at the provider")),
                "user": Words(label=_("asked by")),
            },
            hidden=frozenset({"reference", "request_key", "revision"}),
        ),
    )
