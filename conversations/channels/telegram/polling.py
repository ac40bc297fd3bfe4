"""Fetching updates for a bot without a webhook: the same front door, another way to it (spec 2.7)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import structlog
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from conversations.accounts.models import Channel, ChannelAccount
from conversations.accounts.operations import record_error, record_malformed
from conversations.channels import registry
from conversations.channels.contracts import MalformedPayload
from conversations.channels.telegram import failures
from conversations.channels.telegram.client import Bot, NotReached, Refusal, Unanswered
from conversations.channels.telegram.models import TelegramPolling
from conversations.channels.telegram.setup import ALLOWED_UPDATES, POLLING
from conversations.deliveries.operations import store_delivery
from core.claims import held

log = structlog.get_logger(__name__)

LONG_POLL_SECONDS = 25
MOST_UPDATES = 100
LOOK_SECONDS = 3.0
"""How often the poller looks which accounts want it."""
LONGEST_PAUSE = 60.0
PATIENCE = timedelta(minutes=2)
TOLD_AFTER = 3
"""Failures in a row after which the account says so; a lost connection or two is no news."""


def polled_accounts() -> dict[int, ChannelAccount]:
    """Switched-on bots whose updates are fetched."""
    rows = ChannelAccount.objects.filter(
        kind=Channel.TELEGRAM, active=True, settings__updates=POLLING
    ).order_by("pk")
    return {row.pk: row for row in rows}


def poll_once(account: ChannelAccount, *, seconds: int = LONG_POLL_SECONDS) -> int:
    """Fetch what is there, waiting for up to so many seconds, and store it. Returns how many updates came.

    Raises NotReached, Unanswered or Refusal. The next call tells Telegram that these were taken, by their number.
    """
    state, _ = TelegramPolling.objects.get_or_create(account=account)
    asked: dict[str, Any] = {
        "timeout": seconds,
        "limit": MOST_UPDATES,
        "allowed_updates": list(ALLOWED_UPDATES),
    }
    if state.next_update:
        asked["offset"] = state.next_update
    patience = httpx.Timeout(10.0, read=seconds + 10.0)
    found = Bot.of(account.credentials).call("getUpdates", asked, timeout=patience)
    updates = [each for each in found if _numbered(each)] if isinstance(found, list) else []
    store(account, updates)
    return len(updates)


def _numbered(update: Any) -> bool:
    return isinstance(update, dict) and isinstance(update.get("update_id"), int)


@transaction.atomic
def store(account: ChannelAccount, updates: list[dict[str, Any]]) -> None:
    """Keep the updates as deliveries and how far they go, both or neither."""
    adapter = registry.adapter(account.kind)
    for update in updates:
        body = json.dumps(update).encode()
        try:
            lane = adapter.lane(body, {})
        except MalformedPayload as error:
            record_malformed(account=account, error=str(error))
            continue
        store_delivery(account=account, lane=lane, headers={}, body=body)
    noted: dict[str, Any] = {"asked_at": timezone.now(), "error": "", "failures": 0}
    if updates:
        noted["next_update"] = max(update["update_id"] for update in updates) + 1
    TelegramPolling.objects.filter(account=account).update(**noted)


def note_failure(account: ChannelAccount, fault: NotReached | Unanswered | Refusal) -> float:
    """Write the failure down in words; returns the seconds until the next try."""
    state, _ = TelegramPolling.objects.get_or_create(account=account)
    state.failures, state.error, state.asked_at = (
        state.failures + 1,
        failures.connection_words(fault),
        timezone.now(),
    )
    state.save(update_fields=["failures", "error", "asked_at"])
    if state.failures == TOLD_AFTER or (isinstance(fault, Refusal) and state.failures == 1):
        record_error(account=account, error=state.error)
    log.warning("not polled", account=account.pk, failures=state.failures, fault=type(fault).__name__)
    wanted = fault.retry_after if isinstance(fault, Refusal) else None
    return max(wanted or 0.0, min(LONGEST_PAUSE, 2.0 ** min(state.failures, 6) / 2))


class Poller:
    """One thread for each account that polls, started and stopped as accounts come and go."""

    def __init__(self, *, seconds: int = LONG_POLL_SECONDS) -> None:
        self._seconds = seconds
        self._stop = threading.Event()
        self._threads: dict[int, threading.Thread] = {}

    def stop(self) -> None:
        self._stop.set()

    @property
    def threads(self) -> list[threading.Thread]:
        return list(self._threads.values())

    def run(self) -> None:
        """Until `stop`. A database that is away is waited for."""
        while not self._stop.is_set():
            self._guarded(self._look)
            self._stop.wait(LOOK_SECONDS)

    def _look(self) -> None:
        for number in polled_accounts():
            thread = self._threads.get(number)
            if thread is None or not thread.is_alive():
                self._threads[number] = self._started(number)

    def _started(self, number: int) -> threading.Thread:
        thread = threading.Thread(
            target=self._guarded, args=(lambda: self._poll(number),), name=f"poll-{number}", daemon=True
        )
        thread.start()
        return thread

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            close_old_connections()
            work()
        except DatabaseError as error:
            log.warning("poller waits for the database", error=type(error).__name__)
            connection.close()
        finally:
            if threading.current_thread() is not threading.main_thread():
                connection.close()

    def _poll(self, number: int) -> None:
        """As long as the account wants it, and as no other poller has it."""
        with held("telegram.poll", number) as is_held:
            while is_held and not self._stop.is_set():
                account = polled_accounts().get(number)
                if account is None:
                    return
                try:
                    poll_once(account, seconds=self._seconds)
                except (NotReached, Unanswered, Refusal) as fault:
                    self._stop.wait(note_failure(account, fault))


@dataclass(frozen=True, slots=True)
class PollingState:
    """How the fetching goes. `late`: nobody has asked for so long that the poller cannot be running."""

    asked_at: datetime | None
    error: str
    late: bool


def polling_state(account: ChannelAccount, *, now: datetime) -> PollingState:
    state = TelegramPolling.objects.filter(account=account).first()
    if state is None:
        return PollingState(None, "", late=now - account.created_at > PATIENCE)
    late = state.asked_at is None or now - state.asked_at > PATIENCE
    return PollingState(state.asked_at, state.error, late)
