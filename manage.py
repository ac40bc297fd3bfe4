#!/usr/bin/env python
"""Django's command line."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit(
            "Django is not installed in this Python. Run `make install`, then use .venv/bin/python manage.py."
        )
    from django.core.exceptions import ImproperlyConfigured
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except OperationalError as error:
        if os.environ.get("DATABASE_URL"):
            raise
        sys.exit(f"No database answers: {error}\nStart ours with `make run`, or name yours in DATABASE_URL.")


if __name__ == "__main__":
    main()
