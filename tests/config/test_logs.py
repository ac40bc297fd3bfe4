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
