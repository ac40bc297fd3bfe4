import logging
from typing import Any

from config import logs


def test_lines_for_machines_hold_no_local_variables() -> None:
    token = "a secret of a customer"
    line: Any = {"event": "it broke", "exc_info": True}
    try:
        raise ValueError(len(token))
    except ValueError:
        for renderer in logs._renderers("json", colours=False):
            line = renderer(None, "error", line)

    assert "ValueError" in line
    assert token not in line


def test_a_refused_page_is_one_line_and_a_broken_one_tells_where() -> None:
    def kept(status_code: int) -> bool:
        error = ValueError("why")
        record = logging.LogRecord("django.request", 30, "", 1, "Oh", (), (ValueError, error, None))
        record.status_code = status_code
        assert logs.BriefRefusals().filter(record)
        return record.exc_info is not None

    assert [kept(status) for status in (400, 403, 500)] == [False, False, True]
