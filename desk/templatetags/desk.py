"""Template tags of the screens; the words and figures come from `desk.formats`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.template.context import Context
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from conversations.accounts.models import Channel
from conversations.outbox.models import OutboxItem
from conversations.ratings import queries as ratings
from conversations.threads.models import Conversation, Handler, Message, MessageStatus
from core.access.models import Presence
from core.calendars import zones
from core.text import amounts, has_hidden_card
from crm.contacts.models import Contact, ContactPoint, ContactPointKind
from crm.fields.queries import FieldLine, lines_of
from crm.pipeline.enums import LeadSource
from crm.pipeline.models import Lead
from crm.pipeline.queries import Today
from desk import formats
from desk.demo.queries import SignIn, sign_ins
from desk.frame.menu import rail_items
from desk.settings.history import links
from desk.settings.history.links import history_of_page
from desk.settings.menu import SettingsLine, lines
from desk.steps.promises import wished

register = template.Library()

OUTCOME_ICONS = {
    "reached": "phone-check",
    "no_answer": "phone-off",
    "busy": "phone-pause",
    "wrong_number": "phone-x",
    "left_message": "device-landline-phone",
}


KIND_WORDS = {
    "blocked": gettext_lazy("The customer blocked us here: we may not write any more."),
    "unblocked": gettext_lazy("The customer lets us write again."),
    "reaction": gettext_lazy("The reaction was taken back."),
    "story": gettext_lazy("A story was shared, which cannot be shown here."),
    "game": gettext_lazy("A game was started."),
    "pinned_message": gettext_lazy("A message was pinned."),
    "migrate_to_chat_id": gettext_lazy("The group has moved; we follow it."),
    "new_chat_members": gettext_lazy("Somebody joined the group."),
    "left_chat_member": gettext_lazy("Somebody left the group."),
}


@register.filter
def custom_lines(holder: Lead | Contact) -> list[FieldLine]:
    """The custom fields of a lead or contact with what stands in them; no statement."""
    return lines_of(holder)


@register.filter
def of_lead(found: Mapping[int, Any], lead: Lead) -> Any:
    """What is known of the lead among what is kept by id."""
    return found.get(lead.pk)


@register.inclusion_tag("desk/parts/rail.html", takes_context=True)
def rail(context: Context) -> dict[str, Any]:
    """The main navigation; how many wait for a person is fetched afterwards, so that no page pays for it."""
    request = context["request"]
    items = rail_items(request.user, request.path)
    more = [item for item in items if item.under_more]
    is_current = any(item.current for item in more)
    return {"request": request, "items": items, "more": more, "more_is_current": is_current}


@register.simple_tag
def demo_sign_ins() -> list[SignIn]:
    return sign_ins()


@register.simple_tag(takes_context=True)
def settings_lines(context: Context) -> list[SettingsLine]:
    request = context["request"]
    return lines(request.user, request.path)


@register.simple_tag(takes_context=True)
def page_history(context: Context) -> str:
    """The address of the history of what this page of the settings sets."""
    return history_of_page(context["request"])


@register.simple_tag
def history_url(kind: str, mark: object = "") -> str:
    return links.history_url(kind, mark)


@register.simple_tag
def presence_choices() -> list[tuple[str, str]]:
    return [(str(value), str(label)) for value, label in Presence.choices]


@register.inclusion_tag("desk/parts/initials.html")
def initials(name: str, key: int | None = None, extra: str = "") -> dict[str, Any]:
    """Round initials in the colour of that person; the name is read out and shown on hover."""
    return {"name": name, "letters": formats.initials(name), "tone": formats.tone(key), "extra": extra}


@register.inclusion_tag("desk/parts/age.html")
def ago(at: datetime | None) -> dict[str, Any]:
    """How long ago, kept true by the browser, with the exact time on hover."""
    return {"at": at, "words": formats.age(timezone.now() - at) if at else ""}


@register.inclusion_tag("desk/parts/age.html")
def waiting_for(since: datetime) -> dict[str, Any]:
    """How long a customer has been waiting: green, amber, red."""
    span = timezone.now() - since
    return {"at": since, "words": formats.age(span), "waiting": formats.waiting_class(span)}


@register.filter
def step_health(lead: Lead) -> str:
    """The state of the lead's next step by the reader's day: overdue, today, later or none."""
    return Today.in_zone(timezone.get_current_timezone(), timezone.now()).health(lead).value


@register.filter
def stars(value: int) -> str:
    """A rating as stars, empty ones for what is missing to the best."""
    return ratings.stars(value)


@register.filter
def outcome_icon(outcome: str) -> str:
    """The icon of how a call ended."""
    return OUTCOME_ICONS.get(outcome, "phone")


@register.filter
def phone_of(contact: Contact) -> ContactPoint | None:
    """The number to call; the points are best fetched with the contacts."""
    return next((point for point in contact.points.all() if point.kind == ContactPointKind.PHONE), None)


@register.filter
def minutes(seconds: int) -> str:
    return formats.minutes(seconds)


@register.filter
def when_exactly(at: datetime) -> str:
    """The day in few words and the time: "today at 21:30", "tomorrow at 09:00", "6 Mar at 09:00"."""
    return formats.when_exactly(at, timezone.now())


@register.filter
def wall_time(at: datetime) -> str:
    """The time on the clock of the moment's own zone, not of the reader's."""
    return f"{at:%H:%M}"


@register.simple_tag
def named_time(conversation: Conversation, message: Message) -> dict[str, str] | None:
    """A time in the customer's last words, to be made the lead's next step."""
    return wished(conversation, message, now=timezone.now())


@register.filter
def waiting(message: Message) -> OutboxItem | None:
    """The place in the outbox of a message that has not left and waits for something."""
    if message.status not in (MessageStatus.QUEUED, MessageStatus.SCHEDULED):
        return None
    item: OutboxItem | None = getattr(message, "outbox", None)
    return item if item is not None and item.wait else None


@register.filter
def channel_icon(kind: str) -> str:
    return formats.channel_icon(kind)


@register.filter
def channel_name(kind: str) -> str:
    return str(dict(Channel.choices).get(kind, kind))


@register.filter
def kind_words(kind: str) -> str:
    """What a quiet line says that has no words of its own."""
    known = KIND_WORDS.get(kind)
    if known is not None:
        return str(known)
    return _("Something of the kind “%(kind)s”, which cannot be shown here.") % {"kind": kind}


@register.filter
def had_card(message: Message) -> bool:
    return has_hidden_card(message.text)


@register.filter
def source_label(source: str) -> str:
    return str(dict(LeadSource.choices).get(source, source))


@register.filter
def waits_for_person(conversation: Conversation) -> bool:
    return conversation.waiting_since is not None and conversation.handler != Handler.FLOW


@register.filter
def exact(at: datetime | None) -> str:
    return formats.moment(at) if at else ""


@register.filter
def clock(at: datetime) -> str:
    """The time of day in the zone that `at` stands in, whatever the reader's."""
    return f"{at:%H:%M}"


@register.filter
def city(zone: str) -> str:
    """A time zone by its city, in the reader's language."""
    return zones.city(zone, (get_language() or "en")[:2])


@register.filter
def when(at: datetime) -> str:
    return formats.when(at, timezone.now())


@register.filter
def number(count: int) -> str:
    """A count with its thousands apart."""
    return amounts.number(Decimal(count))


@register.simple_tag
def money(amount: Decimal | None, currency: str) -> str:
    return formats.money(amount, currency) if amount is not None else ""


@register.filter
def plain(amount: Decimal) -> str:
    """A number without zeros at its end, as it stands in an input."""
    return f"{amount.normalize():f}"


@register.filter
def is_check(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_boxes(field: BoundField) -> bool:
    """Several choices, each a line to tick."""
    return isinstance(field.field.widget, CheckboxSelectMultiple)


@register.filter
def control(field: BoundField) -> SafeString:
    """A form field with Tabler's classes and, in case of errors, what a screen reader needs to know of them."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput | CheckboxSelectMultiple | RadioSelect):
        name = "form-check-input"
    else:
        name = "form-select" if isinstance(widget, Select) else "form-control"
    own = widget.attrs.get("class", "")
    attrs: dict[str, str | bool] = {"class": f"{own} {name}{' is-invalid' if field.errors else ''}".strip()}
    if field.errors:
        attrs["aria-describedby"] = f"{field.auto_id}_error"
    return field.as_widget(attrs=attrs)


@register.filter
def grouped(count: int) -> str:
    """A count with its thousands set apart, as the language does."""
    return number_format(count, force_grouping=True)
