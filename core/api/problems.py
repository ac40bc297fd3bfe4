"""What goes wrong, as problem+json (RFC 9457). One shape for every refusal, never a page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpResponse, UnreadablePostError
from rest_framework.exceptions import ErrorDetail, ValidationError

from core.errors import Conflict, Refused

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Fault:
    """`path` is a JSON pointer into the body ("/contact/phones/0") or "?name" for a parameter of the address."""

    path: str
    code: str
    message: str
    allowed: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        shown = {"path": self.path, "code": self.code, "message": self.message}
        return {**shown, "allowed": list(self.allowed)} if self.allowed else shown


@dataclass
class Problem(Exception):
    """`code` is stable, for programs; `detail` is a sentence, for people."""

    status: int
    code: str
    detail: str
    errors: tuple[Fault, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    def response(self) -> HttpResponse:
        body: dict[str, Any] = {
            "type": f"urn:parley:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **self.more,
        }
        if self.errors:
            body["errors"] = [fault.as_json() for fault in self.errors]
        text = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        return HttpResponse(
            text,
            status=self.status,
            content_type=CONTENT_TYPE,
            headers={"Cache-Control": "no-store", **self.headers},
        )


EXPECTED = (
    Problem,
    Refused,
    Http404,
    ObjectDoesNotExist,
    ValidationError,
    SuspiciousOperation,
    UnreadablePostError,
    DataError,
)
"""What an operation may raise; anything else is our own fault and becomes a 500."""


def problem_of(error: Exception) -> Problem:
    """The problem that an error of `EXPECTED` is for the caller."""
    match error:
        case Problem():
            return error
        case ValidationError():
            return bad_request(faults_of(error.detail))
        case Conflict():
            return Problem(409, "conflict", str(error))
        case Refused():
            return Problem(422, "refused", str(error))
        case Http404() | ObjectDoesNotExist():
            return Problem(404, "not_found", "There is nothing at this address, or the key may not see it.")
        case RequestDataTooBig():
            return Problem(413, "too_large", "The body is too large.")
        case DataError():
            return Problem(400, "out_of_range", "A value is larger than can be stored.")
    return Problem(400, "bad_request", "The request cannot be read.")


def bad_request(faults: Iterable[Fault]) -> Problem:
    """400 with a line for everything that is wrong."""
    found = tuple(faults)
    detail = found[0].message if len(found) == 1 else f"{len(found)} things are wrong with the request."
    return Problem(400, "invalid", detail, found)


def faults_of(detail: Any, path: str = "") -> list[Fault]:
    """The errors of a serializer, one line each, with the place of each in the body."""
    if isinstance(detail, ErrorDetail):
        return [Fault(path or "/", str(detail.code), str(detail))]
    if isinstance(detail, Mapping):
        pairs = [(_inside(path, name), item) for name, item in detail.items()]
    elif all(isinstance(item, ErrorDetail) for item in detail):
        pairs = [(path, item) for item in detail]
    else:
        pairs = [(f"{path}/{number}", item) for number, item in enumerate(detail)]
    return [fault for place, item in pairs for fault in faults_of(item, place)]


def _inside(path: str, name: object) -> str:
    if name == "non_field_errors":
        return path
    return f"{path}/{str(name).replace('~', '~0').replace('/', '~1')}"
