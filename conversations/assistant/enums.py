from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Use(models.TextChoices):
    """What the assistant may be allowed to do, each off or on."""

    CLASSIFY = "classify", _("Understand what nothing else understood")
    EXTRACT = "extract", _("Take facts from such a message")
    SUMMARISE = "summarise", _("Summarise a conversation, also for a handoff")
    DRAFT = "draft", _("Draft a reply")
    SUGGEST = "suggest", _("Suggest the next step")
    TRANSLATE = "translate", _("Translate a language that nobody reads")


class Purpose(models.TextChoices):
    """What one call is for."""

    CLASSIFY = "classify", _("Understand")
    SUMMARISE = "summarise", _("Summarise")
    HANDOFF = "handoff", _("Summary for a handoff")
    DRAFT = "draft", _("Draft a reply")
    ANSWER = "answer", _("Answer by itself")
    SUGGEST = "suggest", _("Next step")
    TRANSLATE = "translate", _("Translate for a colleague")
    TRANSLATE_OUT = "translate_out", _("Translate for the customer")
    TRY = "try", _("Try it")


USE_OF = {
    Purpose.CLASSIFY: Use.CLASSIFY,
    Purpose.SUMMARISE: Use.SUMMARISE,
    Purpose.HANDOFF: Use.SUMMARISE,
    Purpose.DRAFT: Use.DRAFT,
    Purpose.ANSWER: Use.DRAFT,
    Purpose.SUGGEST: Use.SUGGEST,
    Purpose.TRANSLATE: Use.TRANSLATE,
    Purpose.TRANSLATE_OUT: Use.TRANSLATE,
}
"""Trying it needs no leave: an admin does it before anything is switched on."""


class Outcome(models.TextChoices):
    QUEUED = "queued", _("Under way")
    DONE = "done", _("Done")
    NO_SOURCE = "no_source", _("Nothing shown to it holds the answer")
    UNSURE = "unsure", _("Not sure enough")
    UNSAFE = "unsafe", _("Said what no source says")
    MOVED_ON = "moved_on", _("The conversation had moved on")
    BAD_ANSWER = "bad_answer", _("Answered in another form than asked for")
    TOO_LARGE = "too_large", _("Answered far too much")
    TIMEOUT = "timeout", _("Took too long")
    UNREACHABLE = "unreachable", _("Not reached")
    REFUSED = "refused", _("Refused by the service")
    BUSY = "busy", _("The service is busy")
    BROKEN = "broken", _("The service failed")
    PAUSED = "paused", _("Left alone after several faults")
    NO_BUDGET = "no_budget", _("The month's budget is used up")
    OFF = "off", _("Switched off")
    FAILED = "failed", _("Failed")


class Step(models.TextChoices):
    """Next steps that it may suggest."""

    ANSWER = "answer", _("Answer")
    ASK = "ask", _("Ask for what is missing")
    CALL = "call", _("Call")
    QUOTE = "quote", _("Send a quote")
    MEETING = "meeting", _("Offer a meeting")
    WAIT = "wait", _("Wait for the customer")
    PASS_ON = "pass_on", _("Pass on to a colleague")
    CLOSE = "close", _("Close the conversation")
