from collections.abc import Iterator

import pytest


@pytest.fixture
def things_table(db: None) -> Iterator[None]:
    from tests.core.conditions.things import tables  # models: only after Django is set up

    with tables():
        yield
