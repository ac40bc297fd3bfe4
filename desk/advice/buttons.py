"""What the one button of a next best action does."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from automation.advice.advice import Kind
from automation.advice.queries import Advice
from crm.pipeline.models import Lead, Stage

WRITTEN = frozenset({Kind.ANSWER, Kind.ASK, Kind.OFFER_TIMES, Kind.REBOOK, Kind.WRITE_AGAIN})


@dataclass(frozen=True)
class Button:
    """One of: `href` opens a page, `get` a dialog, `post` acts with `values`. `composes`: words for the composer of the
    `conversation`, which is opened where it does not stand on the page.
    """

    label: str
    href: str = ""
    get: str = ""
    post: str = ""
    values: str = ""
    conversation: UUID | None = None
    composes: str = ""


def button_of(
    lead: Lead, advice: Advice, *, chat: UUID | None = None, lost: Stage | None = None
) -> Button | None:
    """None where there is nothing to do but to wait. `chat`: the lead's conversation, if it is in the reader's sight."""
    kind = advice.kind
    if advice.url:
        return Button(advice.label, href=advice.url)
    if kind in WRITTEN and chat is not None:
        url = reverse("desk:conversation", args=[chat])
        return Button(_words(kind), href=url, conversation=chat, composes=advice.text)
    if kind == Kind.STEP:
        url, values = (
            reverse("desk:lead_step_done", args=[lead.public_id]),
            f'{{"revision": "{lead.revision}"}}',
        )
        return Button(_("Done"), post=url, values=values)
    if kind == Kind.LET_GO and lost is not None:
        url = reverse("desk:lead_move", args=[lead.public_id])
        values = f'{{"stage": "{lost.public_id}", "revision": "{lead.revision}"}}'
        return Button(_("Close as lost"), post=url, values=values)
    if kind in WRITTEN or kind == Kind.CALL:
        asked = urlencode({"lead": lead.public_id})
        return Button(
            _("Log a call"), get=f"{reverse('desk:contact_call', args=[lead.contact.public_id])}?{asked}"
        )
    if kind in (Kind.PLAN, Kind.LET_GO):
        return Button(_("Set a next step"), get=reverse("desk:lead_next_step", args=[lead.public_id]))
    return None


def _words(kind: str) -> str:
    names = {
        Kind.ANSWER: _("Answer"),
        Kind.ASK: _("Ask this"),
        Kind.OFFER_TIMES: _("Offer times"),
        Kind.REBOOK: _("Offer a new time"),
        Kind.WRITE_AGAIN: _("Write"),
    }
    return names[Kind(kind)]
