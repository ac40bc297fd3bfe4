"""A flow is tried out: real operations on rows of its own, by a clock of its own, and all of it is taken back (spec 5.4).

Nothing leaves: messages stop where a provider would be called, due rows that would leave the house are only told, and what
waits for the commit (nudges, live hints) never comes, since there is none. Statements that would wait for a real
conversation give up soon; what a try-out itself locks of others, a resource whose time it books, is free again when
it ends, after a few seconds at most.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from automation.flows.document import parse
from automation.flows.errors import DocumentError
from automation.flows.models import Flow, FlowVersion
from automation.flows.operations.watching import watching
from automation.flows.queries import standing_in
from automation.flows.script import FlowDocument
from automation.tryout.actions import Action, Do, Script
from automation.tryout.errors import CannotPlay
from automation.tryout.operations.log import Log, TooLong, as_in_a_worker
from automation.tryout.operations.passing import Passing
from automation.tryout.operations.stage import CUSTOMER_ID, set_up
from automation.tryout.queries import read_standing, version_to_play
from automation.tryout.transcript import Transcript
from conversations.channels.contracts import EventKind, InboundAttachment, InboundEvent
from conversations.goals.queries import book
from conversations.inbound.operations import receive
from conversations.threads.models import Conversation
from conversations.threads.operations import hand_back, take_over
from conversations.understanding import understand
from core import clock
from core.access.models import User
from core.claims import fault_of
from core.clock import VirtualClock, rehearsal
from core.company.queries import company
from core.reads import kept_reads
from crm.memory import apart

PAUSE = timedelta(seconds=20)
"""Between the company's words and the customer's."""


def play(*, flow: Flow, script: Script, user: User) -> Transcript:
    """Play the actions from the first one on; what does not work is written into the transcript, which then ends there.

    `user` is the colleague who takes over. Raises CannotPlay.
    """
    version = version_to_play(flow, script.number)
    if version is None:
        raise CannotPlay(_("There is neither a draft nor a published version to try out."))
    try:
        document = parse(version.document, version=version.number).with_texts(version.texts)
    except DocumentError as error:
        sentence = _("This version cannot be played, mend it first: %(fault)s")
        raise CannotPlay(sentence % {"fault": error.problems[0]}) from error
    return _Play(version, document, script, user).transcript()


class _Play:
    def __init__(self, version: FlowVersion, document: FlowDocument, script: Script, user: User) -> None:
        self.version, self.document, self.script, self.user = version, document, script, user
        self.reader = translation.get_language() or settings.LANGUAGE_CODE
        self.clock: VirtualClock
        self.conversation: Conversation
        self.passing: Passing
        self.log: Log
        self.sent = 0

    def transcript(self) -> Transcript:
        _wake()
        begun = time.perf_counter()
        with ExitStack() as around:
            around.enter_context(transaction.atomic())
            around.enter_context(apart())
            around.enter_context(kept_reads())
            self.clock = around.enter_context(rehearsal(self.script.starts_at))
            around.enter_context(standing_in(self.version, self.document))
            said = around.enter_context(watching(language=self.script.language))
            try:
                _be_patient()
                self.conversation = set_up(self.version, self.script, now=self.clock.now)
                self.log = Log(self.conversation, self.clock, said, self.reader)
                self.passing = Passing(self.conversation, self.clock, self.log)
                played = self._act_all()
                result = read_standing(self.version, self.conversation, self.passing, self.clock.now)
            finally:
                transaction.set_rollback(True)
        return replace(
            result,
            entries=tuple(self.log.entries),
            played=played,
            milliseconds=round((time.perf_counter() - begun) * 1000),
        )

    def _act_all(self) -> int:
        """How many were played."""
        for count, action in enumerate(self.script.actions):
            try:
                self.log.check_time()
                fault = fault_of(lambda action=action: self._act(action))  # type: ignore[misc]
                if fault is not None:
                    self.log.fault(fault)
                    return count
            except TooLong:
                self.log.finding(
                    _("Playing it took too long, so it ends here. Take steps back or start anew.")
                )
                return count
        return len(self.script.actions)

    def _act(self, action: Action) -> None:
        with self.log.savepoint():
            _ACTS[action.do](self, action)

    def _say(self, action: Action) -> None:
        self._from_customer(text=action.text)

    def _tap(self, action: Action) -> None:
        """By its payload where it is shown as a button, else by its number, as the customer would have to."""
        offered = {each.payload: each for entry in self.log.entries[-12:] for each in entry.buttons}
        button = offered.get(action.payload)
        if button is None:
            self.log.finding(_("There is no such button now: “%(label)s”.") % {"label": action.text})
        elif button.number is not None:
            self._from_customer(text=str(button.number))
        else:
            self._from_customer(text=button.label, payload=button.payload)

    def _file(self, action: Action) -> None:
        self._from_customer(attachments=(InboundAttachment(type=action.text, name=action.text),))

    def _from_customer(
        self, *, text: str = "", payload: str = "", attachments: tuple[InboundAttachment, ...] = ()
    ) -> None:
        self.passing.until(self.clock.now + PAUSE)
        self.sent += 1
        event = InboundEvent(
            kind=EventKind.POSTBACK if payload else EventKind.MESSAGE,
            external_id=f"tryout-{self.sent}",
            sender_id=CUSTOMER_ID,
            text=text,
            payload=payload,
            attachments=attachments,
            sent_at=self.clock.now,
        )
        with as_in_a_worker():
            receive(account=self.conversation.account, event=event, arrived_at=self.clock.now)
        self.passing.changed()
        self.log.gather()
        self.passing.until(self.clock.now)

    def _wait(self, action: Action) -> None:
        until = self.clock.now + timedelta(minutes=action.minutes)
        self.log.clock(_in_words(action.minutes), until)
        self.passing.until(until)

    def _next(self, action: Action) -> None:
        self.passing.to_next()
        self.passing.until(self.clock.now)

    def _take_over(self, action: Action) -> None:
        take_over(conversation_id=self._talk(), user=self.user)
        self.passing.changed()
        self.log.person(_("%(name)s takes over; the flow is quiet.") % {"name": self.user})

    def _hand_back(self, action: Action) -> None:
        self.log.person(_("%(name)s hands back to the flow.") % {"name": self.user})
        with as_in_a_worker():
            hand_back(conversation_id=self._talk(), user=self.user, now=self.clock.now)
        self.passing.changed()
        self.log.gather()
        self.passing.until(self.clock.now)

    def _talk(self) -> int:
        found = Conversation.objects.filter(account_id=self.conversation.account_id).order_by(
            "-created_at", "-pk"
        )
        return found.values_list("pk", flat=True)[0]


_ACTS: Mapping[Do, Callable[[_Play, Action], None]] = {
    Do.SAY: _Play._say,
    Do.TAP: _Play._tap,
    Do.FILE: _Play._file,
    Do.WAIT: _Play._wait,
    Do.NEXT: _Play._next,
    Do.TAKE_OVER: _Play._take_over,
    Do.HAND_BACK: _Play._hand_back,
}


def _wake() -> None:
    """The first words of a process wait for the dictionaries to be read: not while anything is locked."""
    profile = company()
    understand(
        "ok", now=clock.now(), timezone=profile.timezone, country=profile.country, taught=book().teaching
    )


def _be_patient() -> None:
    """Real conversations go first: whatever they hold is waited for briefly."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '1s'; SET LOCAL statement_timeout = '4s'")


def _in_words(minutes: int) -> str:
    if minutes % (24 * 60) == 0:
        days = minutes // (24 * 60)
        return ngettext("%(count)d day later", "%(count)d days later", days) % {"count": days}
    if minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("%(count)d hour later", "%(count)d hours later", hours) % {"count": hours}
    return ngettext("%(count)d minute later", "%(count)d minutes later", minutes) % {"count": minutes}
