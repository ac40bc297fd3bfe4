import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.processes import HelpfulError, identify, is_running, leftovers
from config.records import Records


def test_one_folder_one_supervisor(tmp_path: Path) -> None:
    first = Records(tmp_path)
    first.take()
    first.write_children([])

    with pytest.raises(HelpfulError, match=rf"Parley already runs on {tmp_path} \(process {os.getpid()}\)"):
        Records(tmp_path).take()

    first.release()
    Records(tmp_path).take()


def test_addresses_are_for_the_owner_and_gone_after_release(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.take()
    records.write_services({"database_url": "postgres://a:secret@h/d"})
    path = tmp_path / "services.json"

    assert json.loads(path.read_text()) == {"database_url": "postgres://a:secret@h/d"}
    assert path.stat().st_mode & 0o777 == 0o600

    records.release()
    assert not path.exists()


def test_leftovers_are_ended_with_what_they_started(tmp_path: Path) -> None:
    program = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'input()'], stdin=-1).wait()"
    with subprocess.Popen([sys.executable, "-c", program], start_new_session=True) as leader:
        try:
            records = Records(tmp_path)
            records.write_children([identify("worker", leader.pid)])

            assert Records(tmp_path).end_leftovers() in {1, 2}
        finally:
            leader.kill()

    assert leftovers([identify("worker", leader.pid)]) == []


def test_a_reused_pid_is_not_ours() -> None:
    ours = identify("test", os.getpid())

    assert is_running(ours) is True
    assert is_running({**ours, "started": ours["started"] - 100}) is False
    assert leftovers([{**ours, "started": ours["started"] - 100}]) == []
