from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.customers import Customer
from tests.stack import RunningStack


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """The product, running, for all fault tests: what one of them breaks has to be whole again for the next."""
    running = RunningStack(tmp_path_factory.mktemp("faults") / "data").start()
    yield running
    running.stop()


@pytest.fixture
def customer(stack: RunningStack) -> Customer:
    token = stack.query("SELECT token FROM conversations_channelaccount ORDER BY id LIMIT 1")[0][0]
    customer = Customer(stack, token)
    customer.open()
    return customer
