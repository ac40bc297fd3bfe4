"""Parameters of an address: those of the list or the operation, and no others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, QueryDict

from core.api.filters import BadValue, Kind, conditions
from core.api.pages import DEFAULT_LIMIT, MAX_LIMIT, Listing, PageRequest
from core.api.problems import Fault, Problem, bad_request
from core.keys.queries import KnownKey

if TYPE_CHECKING:
    from core.api.endpoint import Operation


@dataclass(frozen=True)
class Parameter:
    """A parameter of one operation, beside those of lists."""

    name: str
    kind: Kind
    about: str
    required: bool = False
    least: int | None = None
    most: int | None = None


def read_parameters(
    operation: Operation, request: HttpRequest, key: KnownKey
) -> tuple[PageRequest, Mapping[str, Any]]:
    """What the address asks for. Raises Problem 400 for all faults together, 403 for an expansion out of reach."""
    faults: list[Fault] = []
    given = _given(request.GET, names_of(operation), faults)
    expand = _expand(operation, given.get("expand", ""), key, faults)
    asked = _asked(operation, given, faults)
    page = PageRequest(expand=expand)
    if operation.listing is not None:
        found = conditions(operation.listing.filters, given, faults)
        order = _order(operation.listing, given.get("sort", ""), faults)
        limit = _limit(given.get("limit", ""), faults)
        page = PageRequest(tuple(found), order, given.get("cursor", ""), limit, expand)
    if faults:
        raise bad_request(faults)
    return page, asked


def names_of(operation: Operation) -> list[str]:
    """Every parameter that the operation takes."""
    names = [each.name for each in operation.parameters]
    if operation.listing is not None:
        names += ["cursor", "limit", "sort"]
        names += [name for each in operation.listing.filters for name in each.parameters()]
    if operation.shape is not None and references_of(operation):
        names.append("expand")
    return names


def references_of(operation: Operation) -> Mapping[str, Any]:
    shape = operation.shape
    found: Mapping[str, Any] = (
        shape.references() if shape is not None and hasattr(shape, "references") else {}
    )
    return found


def _given(query: QueryDict, names: list[str], faults: list[Fault]) -> dict[str, str]:
    given = {}
    for name, values in query.lists():
        if name not in names:
            message = f"There is no such parameter. Allowed: {', '.join(names) or 'none'}."
            faults.append(Fault(f"?{name}", "unknown_parameter", message, tuple(names)))
        elif len(values) > 1:
            faults.append(Fault(f"?{name}", "repeated", "Give this parameter once."))
        else:
            given[name] = values[0]
    return given


def _expand(operation: Operation, text: str, key: KnownKey, faults: list[Fault]) -> frozenset[str]:
    if not text:
        return frozenset()
    known, wanted = references_of(operation), frozenset(text.split(","))
    if unknown := sorted(wanted - set(known)):
        message = f"These cannot be expanded: {', '.join(unknown)}. Allowed: {', '.join(known)}."
        faults.append(Fault("?expand", "unknown_expansion", message, tuple(known)))
        return frozenset()
    for name in sorted(wanted):
        scope = known[name].shape.scope
        if scope is not None and scope not in key.scopes:
            raise Problem(403, "scope_missing", f"To expand {name} a key needs the scope {scope.value}.")
    return wanted


def _asked(operation: Operation, given: Mapping[str, str], faults: list[Fault]) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    for each in operation.parameters:
        if each.name not in given:
            if each.required:
                faults.append(Fault(f"?{each.name}", "required", "This parameter is needed."))
            continue
        try:
            value = each.kind.read(given[each.name])
            if (each.least is not None and value < each.least) or (
                each.most is not None and value > each.most
            ):
                raise BadValue(f"a number from {each.least} to {each.most}")
            asked[each.name] = value
        except BadValue as error:
            faults.append(Fault(f"?{each.name}", "bad_value", f"Write {error}."))
    return asked


def _order(listing: Listing, text: str, faults: list[Fault]) -> str:
    if text and text not in listing.orders():
        message = f"There is no such order. Allowed: {', '.join(listing.orders())}."
        faults.append(Fault("?sort", "unknown_order", message, tuple(listing.orders())))
        return ""
    return text


def _limit(text: str, faults: list[Fault]) -> int:
    if not text:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MAX_LIMIT):
        faults.append(Fault("?limit", "bad_value", f"Write a number from 1 to {MAX_LIMIT}."))
        return DEFAULT_LIMIT
    return int(text)
