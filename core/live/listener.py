"""Brings the hints from Valkey to the hub over one connection, and comes back when Valkey does."""

import asyncio
import json
import time
from typing import Any

import redis.asyncio
import structlog
from django.conf import settings
from redis.exceptions import RedisError

from core import valkey
from core.live.hub import Hub

log = structlog.get_logger(__name__)

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 2.0
_POLL_SECONDS = 5.0


async def listen(hub: Hub) -> None:
    """Runs until cancelled. While Valkey is away the streams stay open; then they are told of the gap."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            await _listen_once(hub)
        except (RedisError, OSError) as error:
            if hub.is_connected:
                pause = FIRST_PAUSE_SECONDS
                log.warning("live hints interrupted", error=type(error).__name__)
            hub.disconnected()
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


async def _listen_once(hub: Hub) -> None:
    client = redis.asyncio.Redis.from_url(
        settings.CACHE_URL, socket_connect_timeout=1, socket_keepalive=True, health_check_interval=10
    )
    async with client, client.pubsub() as subscription:
        await subscription.subscribe(valkey.live_channel())
        while True:
            message = await subscription.get_message(timeout=_POLL_SECONDS)
            if message is not None:
                _pass_on(hub, message)


def _pass_on(hub: Hub, message: dict[str, Any]) -> None:
    if message["type"] == "subscribe":
        hub.connected(time.monotonic())
    elif message["type"] == "message":
        hub.hear(json.loads(message["data"]), time.monotonic())
