"""A worker's turn: one call of the assistant from the wish to what became of it.

The service is called outside of any transaction. Whatever goes wrong, the call ends with the reason in the log, and
everything goes on as if there were no assistant.
"""

from __future__ import annotations

import json
import time
from datetime import datetime
from decimal import Decimal

import structlog
from django.db.models import F

from conversations.assistant import client
from conversations.assistant.answers import BadAnswer, read_answer
from conversations.assistant.enums import USE_OF, Outcome, Purpose
from conversations.assistant.material import Material, material_for
from conversations.assistant.models import AssistantCall, AssistantSettings
from conversations.assistant.operations import breaker, budget
from conversations.assistant.operations.applying import apply, tell
from conversations.assistant.prompts import LANGUAGES, Prompt, prompt_for
from conversations.assistant.queries import month_of, waiting
from conversations.assistant.wire import (
    MOST_TOKENS,
    MOST_TOKENS_TRANSLATED,
    Completion,
    body_of,
    guessed_tokens,
)
from core import claims
from core.company.queries import company

log = structlog.get_logger(__name__)
MOST_ATTEMPTS = 2
"""A worker that dies with a call may have paid for it: it is asked once more and no more."""
_CANDIDATES = 16
_FAULTS = (Outcome.TIMEOUT, Outcome.UNREACHABLE, Outcome.BUSY, Outcome.BROKEN, Outcome.REFUSED)
"""For which the breaker counts; an answer in another form is a matter of the model."""


def work_next(*, now: datetime) -> bool:
    """Do the oldest call that no other worker holds. False when there is none."""
    ids = list(waiting().order_by("id").values_list("id", flat=True)[:_CANDIDATES])
    return any(_work(call_id, now) for call_id in ids)


def _work(call_id: int, now: datetime) -> bool:
    with claims.held("assistant", call_id) as is_held:
        if not is_held or not waiting().filter(pk=call_id).update(attempts=F("attempts") + 1):
            return False
        call = AssistantCall.objects.select_related(
            "conversation__contact", "conversation__identity", "conversation__lead", "message"
        ).get(pk=call_id)
        if call.attempts > MOST_ATTEMPTS:
            finish(call, Outcome.FAILED, now, error="The worker died with this call each time.")
        elif fault := claims.fault_of(lambda: _run(call, now)):
            log.warning("assistant failed", call=call.pk, error=claims.describe(fault))
            finish(call, Outcome.FAILED, now, error=claims.describe(fault))
    return True


def _run(call: AssistantCall, now: datetime) -> None:
    settings = AssistantSettings.objects.first() or AssistantSettings()
    use = USE_OF.get(Purpose(call.purpose))
    if use is not None and not settings.may(use):
        finish(call, Outcome.OFF, now)
        return
    material = material_for(call, settings, language=_code(call), now=now)
    prompt = _prompt(call, settings)
    most = MOST_TOKENS_TRANSLATED if use == "translate" else MOST_TOKENS
    body = body_of(model=settings.model, system=prompt.text, document=material.document, most_tokens=most)
    call.prompt, call.model, call.hidden = prompt.version, settings.model, dict(material.hidden)
    call.question = json.dumps(material.document, ensure_ascii=False)
    call.currency, call.given = settings.currency, ""
    if not breaker.may_call(now):
        finish(call, Outcome.PAUSED, now)
        return
    reserved = _Reserved.of(settings, now, size=len(body), most=most)
    if not budget.reserve(settings, month=reserved.month, tokens=reserved.tokens, cost=reserved.cost):
        finish(call, Outcome.NO_BUDGET, now)
        return
    completion = _ask(call, settings, body, reserved, now)
    if completion is not None:
        _take(call, completion, material, settings, now)


class _Reserved:
    """What was set aside in the month for one call."""

    def __init__(self, settings: AssistantSettings, now: datetime, tokens_in: int, tokens_out: int) -> None:
        self.month = month_of(now)
        self.tokens_in, self.tokens_out = tokens_in, tokens_out
        self.tokens = tokens_in + tokens_out
        self.cost = budget.cost_of(settings, tokens_in=tokens_in, tokens_out=tokens_out)

    @classmethod
    def of(cls, settings: AssistantSettings, now: datetime, *, size: int, most: int) -> _Reserved:
        return cls(settings, now, guessed_tokens(size), most)

    def settle(self, tokens: int, cost: Decimal) -> None:
        budget.settle(month=self.month, tokens=tokens - self.tokens, cost=cost - self.cost)


def _ask(
    call: AssistantCall, settings: AssistantSettings, body: bytes, reserved: _Reserved, now: datetime
) -> Completion | None:
    """The service's answer, with breaker and budget told; None where the call has ended without one."""
    began = time.monotonic()
    try:
        completion = client.complete(
            endpoint=settings.endpoint,
            key=str(settings.credentials.get("key") or ""),
            body=body,
            seconds=settings.timeout_seconds,
        )
    except client.CallFailed as failure:
        call.milliseconds = round((time.monotonic() - began) * 1000)
        if failure.outcome in _FAULTS:
            breaker.failed(now, str(failure), retry_after=failure.retry_after)
        # What may have been worked on may have been charged: what was set aside stays counted.
        spent = reserved if failure.charged else None
        reserved.settle(spent.tokens if spent else 0, spent.cost if spent else Decimal(0))
        call.tokens_in, call.cost = (spent.tokens_in, spent.cost) if spent else (0, Decimal(0))
        finish(call, failure.outcome, now, error=str(failure))
        return None
    call.milliseconds = round((time.monotonic() - began) * 1000)
    call.tokens_in, call.tokens_out = completion.tokens_in, completion.tokens_out
    call.cost = budget.cost_of(settings, tokens_in=call.tokens_in, tokens_out=call.tokens_out)
    call.model = completion.model or settings.model
    reserved.settle(call.tokens_in + call.tokens_out, call.cost)
    breaker.succeeded(now)
    return completion


def _take(
    call: AssistantCall,
    completion: Completion,
    material: Material,
    settings: AssistantSettings,
    now: datetime,
) -> None:
    call.answer = completion.content
    try:
        answer = read_answer(call.purpose, completion.content)
    except BadAnswer as fault:
        finish(call, Outcome.BAD_ANSWER, now, error=str(fault))
        return
    call.confidence = Decimal(str(round(answer.confidence, 3)))
    apply(call, answer, material, settings, now)


def finish(call: AssistantCall, outcome: Outcome, now: datetime, *, error: str = "") -> None:
    """The end of a call that came to nothing."""
    call.outcome, call.error, call.finished_at = outcome, error[:500].replace("\x00", ""), now
    call.save()
    tell(call)


def _code(call: AssistantCall) -> str:
    """The language to write in: asked for, else the conversation's, else the company's."""
    spoken = call.conversation.language if call.conversation is not None else ""
    return call.language if call.language in LANGUAGES else spoken or company().language


def _prompt(call: AssistantCall, settings: AssistantSettings) -> Prompt:
    code = _code(call)
    wanted = call.language if call.language and call.language not in LANGUAGES else LANGUAGES[code]
    voice = settings.voice or "friendly, brief and concrete"
    return prompt_for(call.purpose, company=company().name, language=wanted, voice=voice)
