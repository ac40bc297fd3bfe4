"""Calls of the Bot API. The token stands in the address, so no address is ever logged or shown."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from django.conf import settings

QUICK = httpx.Timeout(5.0)
SEND = httpx.Timeout(15.0, connect=5.0, pool=5.0)
UPLOAD = httpx.Timeout(25.0, connect=5.0, pool=5.0)
_PIECE = 64 * 1024

Files = Mapping[str, tuple[str, bytes, str]]


class NotReached(Exception):
    """No connection: the call was certainly not carried out."""


class Unanswered(Exception):
    """The call went out and no answer came back: it may have been carried out or not."""


class Refusal(Exception):
    """Telegram answered that it did not do it; `status` is its error_code, `words` its description."""

    def __init__(self, status: int, words: str, parameters: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {words}")
        self.status = status
        self.words = words
        self.parameters = parameters

    @property
    def retry_after(self) -> float | None:
        value = self.parameters.get("retry_after")
        return float(value) if isinstance(value, int | float) else None

    @property
    def migrated_to(self) -> str:
        value = self.parameters.get("migrate_to_chat_id")
        return str(value) if isinstance(value, int) else ""


class TooLarge(Exception):
    """The file is larger than asked for."""


@dataclass(frozen=True, slots=True)
class Bot:
    """One bot of one Bot API server."""

    token: str
    api_url: str = ""

    @classmethod
    def of(cls, credentials: Mapping[str, Any]) -> Bot:
        return cls(str(credentials.get("token", "")), str(credentials.get("api_url", "")))

    @property
    def number(self) -> str:
        """The bot's own id, which stands before the colon."""
        return self.token.partition(":")[0]

    def call(
        self,
        method: str,
        values: Mapping[str, Any] | None = None,
        *,
        files: Files | None = None,
        timeout: httpx.Timeout = QUICK,
    ) -> Any:
        """The `result` of a method; NotReached, Unanswered or Refusal otherwise.

        With `files` the values must be texts, as a form carries them.
        """
        url = f"{self._base}/bot{self.token}/{method}"
        try:
            if files:
                answer = _http().post(url, data=values, files=files, timeout=timeout)
            else:
                answer = _http().post(url, json=values or {}, timeout=timeout)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol):
            raise NotReached from None
        except httpx.InvalidURL:
            raise NotReached from None
        except httpx.HTTPError:
            raise Unanswered from None
        return _result(answer)

    def download(self, path: str, *, most: int) -> bytes:
        """A file by the path that getFile gave; TooLarge, NotReached or Refusal otherwise."""
        content = bytearray()
        try:
            with _http().stream("GET", f"{self._base}/file/bot{self.token}/{path}", timeout=UPLOAD) as answer:
                if answer.status_code != 200:
                    raise Refusal(answer.status_code, "The file is not there.", {})
                for piece in answer.iter_bytes(_PIECE):
                    content += piece
                    if len(content) > most:
                        raise TooLarge
        except (httpx.HTTPError, httpx.InvalidURL):
            raise NotReached from None
        return bytes(content)

    @property
    def _base(self) -> str:
        return (self.api_url or settings.TELEGRAM_API_URL).rstrip("/")


def _result(answer: httpx.Response) -> Any:
    """A gateway that gives up in the middle says nothing about what happened behind it."""
    try:
        document = answer.json()
    except ValueError:
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("ok"), bool):
        if answer.status_code in (502, 503, 404):
            raise NotReached
        raise Unanswered
    if document["ok"]:
        return document.get("result")
    parameters = document.get("parameters")
    status = document.get("error_code")
    raise Refusal(
        status if isinstance(status, int) else answer.status_code,
        str(document.get("description", ""))[:300],
        parameters if isinstance(parameters, dict) else {},
    )


def _http() -> httpx.Client:
    return _client_of(os.getpid())


@functools.cache
def _client_of(pid: int) -> httpx.Client:
    """One pool of connections for each process: a worker that was forked must not share its parent's sockets."""
    limits = httpx.Limits(max_connections=40, max_keepalive_connections=20, keepalive_expiry=20.0)
    return httpx.Client(limits=limits, trust_env=True, follow_redirects=False)
