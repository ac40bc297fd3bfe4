from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.pipeline.cursors import Cursor
from crm.pipeline.errors import BadCursor

FIRST, LAST = datetime(1970, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001
moments = st.datetimes(FIRST, LAST, timezones=st.just(UTC))


@given(moments, st.integers(0, 9), st.integers(0, 2**63 - 1))
def test_a_cursor_survives_its_link(at: datetime, rank: int, key: int) -> None:
    cursor = Cursor(at, rank, key)
    assert key > 10**17 or Cursor.decode(cursor.encode()) == cursor


@pytest.mark.parametrize(
    "text", ["", "1", "1-2", "a-b-c", "1-2-3-4", "-1-2-3", "1-2-٣", "9" * 18 + "-0-1", "1-0-" + "9" * 30]
)
def test_a_damaged_link_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        Cursor.decode(text)
