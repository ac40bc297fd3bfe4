"""Addresses of the API. An `Endpoint` is one address; each of its methods is an operation that says in one place what it
needs, takes and gives: the scope, the parameters, the body, the shape. Checks, transaction and answer are the same for all.

Django REST framework reads and documents bodies and shapes; its own request cycle stays out of the way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, ClassVar, NoReturn

from django.db import IntegrityError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from psycopg.errors import UniqueViolation
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.views import APIView

from core.api.authentication import KeyAuthentication, authenticate, count_request
from core.api.drafts import prototype
from core.api.etags import encode, etag, is_known, matches
from core.api.history import signed_history
from core.api.idempotency import REPLAYED, Once
from core.api.pages import Listing, PageRequest, page_of
from core.api.parameters import Parameter, read_parameters
from core.api.problems import EXPECTED, Fault, Problem, bad_request, problem_of
from core.api.schema import OperationSchema
from core.api.shapes import Shape
from core.contention import retried
from core.events.actor import Actor, through_key
from core.events.operations import gathered
from core.keys.queries import KnownKey
from core.keys.scopes import Scope

MAX_BODY = 1024 * 1024
JSON = "application/json"


@dataclass(frozen=True)
class Operation:
    """What an operation declares. `into` is a serializer for its body, `out` the shape of its answer."""

    scope: Scope | None
    summary: str
    about: str = ""
    into: Any = None
    out: type[Any] | None = None
    listing: Listing | None = None
    parameters: tuple[Parameter, ...] = ()
    status: int = 200
    tag: str = ""
    refusals: Mapping[int, str] = field(default_factory=dict)

    @property
    def shape(self) -> type[Any] | None:
        return self.listing.shape if self.listing else self.out


@dataclass
class Call:
    """One request that has passed all checks. `data` is its body, `asked` the parameters that the operation declares."""

    request: HttpRequest
    key: KnownKey
    operation: Operation
    now: datetime
    page_request: PageRequest
    asked: Mapping[str, Any]
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        """The person whom the key works as, else the key itself; inside `through_key`."""
        return Actor.of(self.key.person)

    @property
    def is_conditional(self) -> bool:
        return "If-Match" in self.request.headers

    def page(self, rows: QuerySet[Any], listing: Listing | None = None) -> dict[str, Any]:
        """One page of the operation's list."""
        listing = listing or self.operation.listing
        assert listing is not None
        query = {name: str(value) for name, value in self.request.GET.items() if name != "cursor"}
        path = self.request.build_absolute_uri(self.request.path)
        return page_of(listing, rows, self.page_request, path=path, query=query)

    def one(self, rows: QuerySet[Any]) -> dict[str, Any]:
        """The one row in the operation's shape. Raises Http404."""
        assert self.operation.out is not None
        shown: dict[str, Any] = self.operation.out.one(rows, self.page_request.expand)
        return shown

    def shown(self, thing: Model) -> dict[str, Any]:
        """A thing that was just made, in the operation's shape; read from the database only where it is to be expanded."""
        shape = self.operation.out
        assert shape is not None
        if self.page_request.expand:
            return self.one(type(thing)._default_manager.filter(pk=thing.pk))
        made: dict[str, Any] = shape.of(thing)
        return made

    def lock(self, rows: QuerySet[Any], shape: type[Shape] | None = None) -> Any:
        """The primary key of the one row, locked; If-Match is compared under the lock.

        Raises ObjectDoesNotExist, Problem 412.
        """
        pk = rows.values_list("pk", flat=True).get()
        model: type[Model] = rows.model
        model._default_manager.select_for_update(no_key=True).filter(pk=pk).values_list("pk").get()
        self.compare(model._default_manager.filter(pk=pk), shape)
        return pk

    def compare(self, rows: QuerySet[Any], shape: type[Shape] | None = None) -> None:
        """Whether the one row is still as If-Match says. Raises Problem 412."""
        wanted, shape = self.request.headers.get("If-Match"), shape or self.operation.out
        if wanted is not None and shape is not None:
            shown = shape.one(rows)
            if not matches(wanted, etag(shape, shown, encode(shown))):
                detail = "It was changed since you read it. Read it again, then decide."
                raise Problem(412, "stale", detail)

    def refuse(self, path: str, code: str, message: str) -> NoReturn:
        """A field of the body that only the database could tell to be wrong."""
        raise bad_request([Fault(path, code, message)])


Handler = Callable[..., Any]


class Endpoint(APIView):
    """`tag` groups its operations in the schema."""

    authentication_classes = [KeyAuthentication]
    permission_classes = [IsAuthenticated]
    parser_classes = [JSONParser]
    renderer_classes = [JSONRenderer]
    schema = OperationSchema()
    tag: ClassVar[str] = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with translation.override(translation.get_language_from_request(request)):
            try:
                response = self._answer(request, kwargs)
            except EXPECTED as error:
                response = problem_of(error).response()
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
        response.headers["Vary"] = "Authorization, Accept-Language"
        response.headers["Cache-Control"] = (
            "private, no-cache" if request.method in ("GET", "HEAD") else "no-store"
        )
        for name, value in getattr(request, "rate_headers", {}).items():
            response.headers.setdefault(name, value)
        return response

    def _answer(self, request: HttpRequest, kwargs: dict[str, Any]) -> HttpResponse:
        method = (request.method or "").lower()
        handler = getattr(self, "get" if method == "head" else method, None)
        operation: Operation | None = getattr(handler, "operation", None)
        if handler is None or operation is None:
            raise self._not_allowed()
        now = timezone.now()
        key = authenticate(request, now=now)
        request.rate_headers = count_request(key)  # type: ignore[attr-defined]
        if operation.scope is not None and operation.scope not in key.scopes:
            raise Problem(403, "scope_missing", f"This needs a key with the scope {operation.scope.value}.")
        page_request, asked = read_parameters(operation, request, key)
        call = Call(request, key, operation, now, page_request, asked)
        if method in ("get", "head"):
            return _response(call, handler(call, **kwargs))
        if operation.into is not None:
            call.data = _body(request, operation)
        return _written(call, handler, kwargs)

    def _not_allowed(self) -> Problem:
        allowed = [
            name.upper() for name in self.http_method_names if hasattr(getattr(self, name, None), "operation")
        ]
        return Problem(
            405,
            "method_not_allowed",
            f"Allowed here: {', '.join(allowed)}.",
            headers={"Allow": ", ".join(allowed)},
        )


def operation(scope: Scope | None, summary: str, **declared: Any) -> Callable[[Handler], Handler]:
    """Declares a method of an Endpoint as an operation; the arguments are those of `Operation`."""

    def declare(handler: Handler) -> Handler:
        @wraps(handler)
        def method(*args: Any, **kwargs: Any) -> Any:
            return handler(*args, **kwargs)

        method.operation = Operation(scope, summary, **declared)  # type: ignore[attr-defined]
        return method

    return declare


def _body(request: HttpRequest, operation: Operation) -> dict[str, Any]:
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        raise Problem(413, "too_large", f"A body has at most {MAX_BODY} bytes.")
    sent = request.body
    if sent and request.content_type != JSON:
        raise Problem(415, "not_json", "Send JSON with Content-Type: application/json.")
    data: dict[str, Any] = dict(prototype(operation.into).run_validation(_json(sent) if sent else {}))
    return data


def _json(sent: bytes) -> Any:
    try:
        return json.loads(sent.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "not_json", "The body is not JSON in UTF-8.") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _written(call: Call, handler: Handler, kwargs: dict[str, Any]) -> HttpResponse:
    """What changes something: one transaction for the change, its events and, with an Idempotency-Key, the answer."""
    once = Once.of(call.request, call.key)
    with through_key(call.key.pk), signed_history(call.key):
        try:
            return _act(call, handler, kwargs, once)
        except IntegrityError as error:
            if once is not None and "each_request_answered_once" in str(error):
                raise once.in_flight() from error
            if isinstance(error.__cause__, UniqueViolation):
                detail = "Somebody else wrote the same at this moment. Send it again."
                raise Problem(409, "conflict", detail) from error
            raise


@retried
def _act(call: Call, handler: Handler, kwargs: dict[str, Any], once: Once | None) -> HttpResponse:
    if once is not None and (known := once.look()):
        return _replayed(known.status, known.body, known.etag)
    with gathered():
        response = _response(call, handler(call, **kwargs))
    if once is not None:
        once.remember(response.status_code, response.text, response.headers.get("ETag", ""))
    return response


def _response(call: Call, shown: Any) -> HttpResponse:
    if shown is None:
        return HttpResponse(status=204)
    content = encode(shown)
    response = HttpResponse(content, status=call.operation.status, content_type=JSON)
    shape = call.operation.out
    if shape is not None and issubclass(shape, Shape) and isinstance(shown, dict):
        tag = etag(shape, shown, content, call.page_request.expand)
        response.headers["ETag"] = tag
        asked = call.request.headers.get("If-None-Match")
        if asked and call.request.method in ("GET", "HEAD") and is_known(asked, tag):
            return HttpResponse(status=304, headers={"ETag": tag})
    return response


def _replayed(status: int, body: str, tag: str) -> HttpResponse:
    headers = {REPLAYED: "true", **({"ETag": tag} if tag else {})}
    return HttpResponse(body, status=status, content_type=JSON, headers=headers)
