"""What customers read about a quote that was sent, in the language that is active: short, and one question at most."""

from __future__ import annotations

from django.utils.translation import gettext as _

from automation.quotes.planning import Step
from automation.quotes.talk import Act, payload
from conversations.sending.drafts import QuickReply
from crm.quotes.models import QuoteVersion
from crm.quotes.sheet import sheet_of


def step_text(step: Step, version: QuoteVersion) -> str:
    sheet = sheet_of(version)
    words = {"number": sheet.name, "title": sheet.title, "day": sheet.valid_until}
    texts = {
        Step.FIRST: _("Have you had a look at our offer %(number)s (%(title)s): does it suit you?"),
        Step.AGAIN: _("Our offer %(number)s holds until %(day)s. Shall we go ahead with it?"),
        Step.LAST_DAYS: _(
            "A short note: our offer %(number)s ends on %(day)s. Would you like to keep this price?"
        ),
        Step.EXPIRED: _("Our offer %(number)s has ended. Shall we make you a fresh one?"),
    }
    return texts[step] % words


def step_buttons(step: Step, version: QuoteVersion) -> list[QuickReply]:
    of = str(version.public_id)
    if step is Step.EXPIRED:
        return [
            QuickReply(_("Yes, please"), payload(Act.RENEW, of)),
            QuickReply(_("No, thank you"), payload(Act.LEAVE, of)),
        ]
    return [
        QuickReply(_("Yes"), payload(Act.YES, of)),
        QuickReply(_("I have a question"), payload(Act.ASK, of)),
        QuickReply(_("No"), payload(Act.NO, of)),
    ]


def why_buttons(version: QuoteVersion) -> list[QuickReply]:
    of = str(version.public_id)
    return [
        QuickReply(_("Too expensive"), payload("price", of)),
        QuickReply(_("Not now"), payload("timing", of)),
        QuickReply(_("Chose another"), payload("competitor", of)),
        QuickReply(_("Not what I need"), payload("scope", of)),
    ]


def to_page_text(link: str) -> str:
    return _("Wonderful! Here you can see everything and accept with your name: %(link)s") % {"link": link}


def why_text() -> str:
    return _("Thank you for the honest answer. What was the reason?")


def question_text() -> str:
    return _("Of course. What would you like to know?")


def passed_on_text() -> str:
    return _("Thank you, I've passed this on. A colleague will answer you here.")


def declined_text() -> str:
    return _("Thank you for telling us. If anything changes, just write.")


def renewal_text() -> str:
    return _("Gladly. A colleague will send you a fresh offer here.")


def left_text() -> str:
    return _("All right. If you need it later, just write.")


def thanks_text(name: str, number: str, next_step: str) -> str:
    text = _("Thank you, %(name)s! We've got your yes to the offer %(number)s, and your order is under way.")
    return "\n\n".join(filter(None, [text % {"name": name, "number": number}, next_step]))
