"""What a customer says in the chat about a quote that was sent: a yes leads to its page, a question to the seller, a no
ends it (spec 8.4).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import translation

from automation.quotes import texts
from automation.quotes.operations.following import forget_silence
from automation.quotes.talk import Act, Asks, Decision, Open
from conversations.outbox.operations import send_message
from conversations.quotes import answering
from conversations.quotes.links import quote_url
from conversations.quotes.queries import people_of
from conversations.sending.drafts import QuickReply
from conversations.threads.links import conversation_url
from conversations.threads.models import (
    AuthorKind,
    Conversation,
    ConversationStatus,
    Handler,
    Message,
    Urgency,
)
from conversations.threads.operations import hand_off
from conversations.threads.saving import change
from core.errors import Refused
from core.events.actor import CUSTOMER
from core.notifications.operations import notify
from crm.consent.models import Purpose
from crm.defaults import NOT_INTERESTED
from crm.pipeline.models import Lead, LostReason
from crm.pipeline.operations import lose_lead
from crm.quotes.enums import QuoteState
from crm.quotes.models import QuoteVersion
from crm.quotes.queries import is_expired, newest_sent, versions

LOSING = {"competitor": "competitor"}
"""Reasons of a no to the offer that are also a no to the whole wish, with the code of the lost reason."""


@dataclass
class QuoteTalk:
    """One message of a conversation that is locked, as is its lead."""

    conversation: Conversation
    message: Message
    lead: Lead | None
    now: datetime

    def act(self, decision: Decision) -> bool:
        """Carry it out and answer; False when it is not about a quote of this contact."""
        version = self._version(decision.version)
        if version is None:
            return False
        forget_silence(version.pk)
        with translation.override(self.conversation.language or version.language):
            return _ACTS[decision.act](self, version, decision)

    def _version(self, public_id: str) -> QuoteVersion | None:
        try:
            asked = UUID(public_id)
        except ValueError:
            return None
        found = versions().filter(public_id=asked, quote__contact=self.conversation.contact_id).first()
        if found is not None and found.state == QuoteState.SUPERSEDED:
            newest = newest_sent(found.quote_id)
            found = versions().get(pk=newest.pk) if newest else found
        return found

    def yes(self, version: QuoteVersion, decision: Decision) -> bool:
        if version.state != QuoteState.SENT:
            return self._tell(texts.passed_on_text()) and self._to_person(version, "quote_question")
        if is_expired(version, self.now):
            return self.renew(version, decision)
        return self._tell(texts.to_page_text(quote_url(version)))

    def ask(self, version: QuoteVersion, _decision: Decision) -> bool:
        return self._tell(texts.question_text(), waiting=Open(Asks.QUESTION, str(version.public_id)))

    def question(self, version: QuoteVersion, _decision: Decision) -> bool:
        self._tell(texts.passed_on_text())
        self._notify(version, "quote.asked", question=self.message.text[:500])
        return self._to_person(version, "quote_question")

    def no(self, version: QuoteVersion, _decision: Decision) -> bool:
        return self._tell(
            texts.why_text(), texts.why_buttons(version), waiting=Open(Asks.REASON, str(version.public_id))
        )

    def decline(self, version: QuoteVersion, decision: Decision) -> bool:
        words = "" if self.message.payload else self.message.text
        if not self._declined(version, decision.reason, words):
            return True
        self._lose(LOSING.get(decision.reason, ""))
        return self._tell(texts.declined_text())

    def lose(self, version: QuoteVersion, _decision: Decision) -> bool:
        """ "Not interested" ends the offer and the lead; consent stays (spec 1.3)."""
        if not self._declined(version, "other", self.message.text):
            return True
        self._lose(NOT_INTERESTED)
        return self._tell(texts.declined_text())

    def renew(self, version: QuoteVersion, _decision: Decision) -> bool:
        self._tell(texts.renewal_text())
        self._notify(version, "quote.asked_again")
        return self._to_person(version, "quote_renewal")

    def leave(self, _version: QuoteVersion, _decision: Decision) -> bool:
        return self._tell(texts.left_text())

    def _declined(self, version: QuoteVersion, reason: str, words: str) -> bool:
        """Where it was decided otherwise meanwhile, or replaced, that is said."""
        if version.state == QuoteState.DECLINED:
            return True
        try:
            answering.decline(version=version, reason=reason, words=words, now=self.now)
        except Refused as refusal:
            self._tell(str(refusal))
            return False
        return True

    def _lose(self, code: str) -> None:
        if self.lead is not None and code and LostReason.objects.filter(code=code).exists():
            lose_lead(lead=self.lead, reason_code=code, actor=CUSTOMER)

    def _notify(self, version: QuoteVersion, kind: str, **params: str) -> None:
        notify(
            users=people_of(version.quote),
            kind=kind,
            key=str(self.message.public_id),
            params={
                "contact": str(version.quote.contact),
                "number": version.quote.number or "",
                **params,
            },
            url=conversation_url(self.conversation),
        )

    def _to_person(self, version: QuoteVersion, reason: str) -> bool:
        if self.conversation.handler != Handler.PERSON:
            card = {
                "language": self.conversation.language,
                "last_text": self.message.text[:500],
                "notes": [["quote", f"{version.quote.number}: {version.quote.title}"]],
                "next_step": "answer_now",
            }
            hand_off(
                conversation=self.conversation, reason=reason, urgency=Urgency.HIGH, card=card, now=self.now
            )
        return True

    def _tell(self, text: str, buttons: Sequence[QuickReply] = (), *, waiting: Open | None = None) -> bool:
        conversation = self.conversation
        change(conversation, talk=waiting.plain() if waiting else {})
        send_message(
            conversation=conversation,
            text=text,
            quick_replies=buttons,
            author_kind=AuthorKind.FLOW,
            purpose=Purpose.REPLY,
            now=self.now,
        )
        if conversation.waiting_since == self.message.sent_at:
            # Nobody was waited for before these words, and they are answered.
            change(conversation, status=ConversationStatus.WAITING_CUSTOMER, waiting_since=None)
        return True


_ACTS: dict[Act, Callable[[QuoteTalk, QuoteVersion, Decision], bool]] = {
    Act.YES: QuoteTalk.yes,
    Act.ASK: QuoteTalk.ask,
    Act.QUESTION: QuoteTalk.question,
    Act.NO: QuoteTalk.no,
    Act.DECLINE: QuoteTalk.decline,
    Act.LOSE: QuoteTalk.lose,
    Act.RENEW: QuoteTalk.renew,
    Act.LEAVE: QuoteTalk.leave,
}
