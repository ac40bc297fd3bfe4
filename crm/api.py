"""How the API tells what the room refuses because others rely on it, or were quicker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from core.api.problems import Fault, Problem, bad_request
from core.api.shapes import instant
from crm.errors import InUse, StaleEdit


@contextmanager
def refusals_told() -> Iterator[None]:
    """409 `in_use` with `uses`, each with its kind and name; 409 `conflict` with `who`, `when` and `changes`."""
    try:
        yield
    except InUse as error:
        uses = [{"kind": use.kind, "name": use.name} for use in error.uses]
        raise Problem(409, "in_use", str(error), more={"uses": uses}) from error
    except StaleEdit as error:
        more = {"who": error.who or None, "when": instant(error.when), "changes": list(error.changes)}
        raise Problem(409, "conflict", str(error), more=more) from error


def bad_parts(faults: Mapping[str, str]) -> Problem:
    """400 with a line for each part of the body."""
    return bad_request(Fault(f"/{name}", "invalid", sentence) for name, sentence in faults.items())
