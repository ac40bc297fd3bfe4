"""The live stream alone: pages and API run under WSGI (config.wsgi)."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from core.live.app import application

__all__ = ["application"]
