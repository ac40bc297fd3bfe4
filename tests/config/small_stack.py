"""A supervisor over two programs that only wait: `python -m tests.config.small_stack FOLDER`."""

import sys
from pathlib import Path

from config.console import Console
from config.processes import Program
from config.records import Records
from config.supervisor import Supervisor

WAIT = "import signal; print('up', flush=True); signal.pause()"


def main(folder: Path) -> None:
    console, records = Console(folder / "logs"), Records(folder)
    records.take()
    console.say(f"leftovers: {records.end_leftovers()}")
    supervisor = Supervisor(console, records)
    supervisor.listen()
    try:
        for name in ("first", "second"):
            supervisor.start(Program(name=name, argv=(sys.executable, "-c", WAIT), cwd=folder))
        supervisor.watch()
    finally:
        supervisor.stop()
        records.release()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
