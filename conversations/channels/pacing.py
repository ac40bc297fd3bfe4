"""How fast a provider may be written to, counted in Valkey for all workers together.

While Valkey is away nobody waits: the provider's own refusals are obeyed all the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from redis.exceptions import RedisError

from core import valkey

# A leaky bucket for each key: the moment up to which its places are taken, in milliseconds of the server's clock.
# Nothing is taken unless every key has room within its patience; then the longest wait is what is left to sleep.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local longest, refused = 0, 0
local taken = {}
for i, key in ipairs(KEYS) do
  local interval, burst, patience = tonumber(ARGV[i * 3 - 2]), tonumber(ARGV[i * 3 - 1]), tonumber(ARGV[i * 3])
  taken[i] = math.max(tonumber(redis.call('GET', key) or '0'), now)
  local wait = taken[i] - now - interval * (burst - 1)
  if wait > patience then refused = math.max(refused, wait) end
  longest = math.max(longest, wait)
end
if refused > 0 then return {0, math.ceil(refused)} end
for i, key in ipairs(KEYS) do
  local till = taken[i] + tonumber(ARGV[i * 3 - 2])
  redis.call('SET', key, string.format('%d', till), 'PX', math.ceil(till - now) + 1000)
end
return {1, math.ceil(longest)}
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `per_second` on average, `burst` at once. `patience`: seconds that a worker may sleep for a place."""

    key: str
    per_second: float
    burst: int = 1
    patience: float = 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """`granted` after a sleep of `seconds`; otherwise nothing was taken and there is room in `seconds`."""

    granted: bool
    seconds: float


NOW = Place(granted=True, seconds=0.0)


def take(*paces: Pace) -> Place:
    """A place in all of them at once. A pace of 0 a second means none."""
    limited = [pace for pace in paces if pace.per_second > 0]
    if not limited or valkey.breaker().is_open:
        return NOW
    values = [
        value
        for pace in limited
        for value in (1000 / pace.per_second, pace.burst, round(pace.patience * 1000))
    ]
    try:
        answer = valkey.client().eval(_TAKE, len(limited), *(_key(pace.key) for pace in limited), *values)
    except RedisError as error:
        valkey.breaker().trip("pace", error)
        return NOW
    granted, wait = (int(each) for each in answer)
    return Place(granted=bool(granted), seconds=max(wait, 0) / 1000)


def hold(key: str, seconds: float) -> None:
    """Nothing goes out under this key for so long: the provider has asked for it."""
    if valkey.breaker().is_open:
        return
    try:
        server_seconds, micros = valkey.client().time()
        till = int((server_seconds + micros / 1e6 + seconds) * 1000)
        valkey.client().set(_key(key), till, px=int(seconds * 1000) + 1000)
    except RedisError as error:
        valkey.breaker().trip("pace", error)


def _key(name: str) -> str:
    return f"parley:pace:{name}"
