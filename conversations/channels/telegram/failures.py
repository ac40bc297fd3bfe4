"""What went wrong with Telegram, in words for the person who wrote or set the bot up."""

from __future__ import annotations

from django.utils.translation import gettext as _

from conversations.channels.contracts import UNCONFIRMED, SendError
from conversations.channels.telegram.client import NotReached, Refusal, Unanswered


def send_error(fault: NotReached | Unanswered | Refusal) -> SendError:
    """What it means for a message.

    Telegram knows no key by which it could recognise a message sent twice. So one whose answer was lost is not
    repeated by itself: a person sees that it may have arrived and decides.
    """
    if isinstance(fault, NotReached):
        return SendError(_("Telegram cannot be reached at the moment."), code="unreachable")
    if isinstance(fault, Unanswered):
        return SendError(_(UNCONFIRMED), permanent=True, code="unconfirmed")
    return _refused(fault)


def _refused(fault: Refusal) -> SendError:
    said = fault.words.lower()
    code = str(fault.status)
    if fault.status == 429:
        wait = fault.retry_after or 5.0
        return SendError(_("Telegram asks us to write more slowly."), retry_after=wait, code=code)
    if fault.status == 403 and ("blocked" in said or "deactivated" in said):
        return SendError(_("The customer has blocked the bot."), permanent=True, code=code, blocked=True)
    if fault.status == 403:
        words = _("The bot may not write to this chat: the customer has to write first.")
        return SendError(words, permanent=True, code=code)
    if fault.status in (401, 404):
        words = _("Telegram does not know the bot's token any more. Enter the new one in the settings.")
        return SendError(words, permanent=True, code=code)
    if fault.status >= 500:
        return SendError(_("Telegram has a fault of its own at the moment."), code=code)
    if "chat not found" in said:
        return SendError(_("Telegram does not find this chat any more."), permanent=True, code=code)
    words = _("Telegram refused the message: %(reason)s") % {"reason": fault.words}
    return SendError(words, permanent=True, code=code)


def connection_words(fault: NotReached | Unanswered | Refusal) -> str:
    """What it means for somebody who sets the bot up or looks after it."""
    if not isinstance(fault, Refusal):
        return _("Telegram cannot be reached from this server. Check its connection and try again.")
    if fault.status in (401, 404):
        return _("Telegram does not know this token. Copy it whole from @BotFather and paste it here.")
    if fault.status == 409:
        return conflict_words(fault)
    if fault.status == 429:
        return _("Telegram asks us to slow down. Try again in a minute.")
    return _("Telegram says: %(reason)s") % {"reason": fault.words}


def conflict_words(fault: Refusal) -> str:
    if "webhook" in fault.words.lower():
        return _(
            "Somebody has set a webhook for this bot, so that its messages do not come here. Save the channel again "
            "to take it back."
        )
    return _(
        "Another program fetches the messages of this bot. Stop it, or make a new token with @BotFather and enter "
        "it here."
    )
