from django.conf import settings

from config.cache import ForgivingRedisCache
from config.processes import port_is_free
from core.reads import kept_reads


def test_a_cache_that_is_away_is_an_empty_cache() -> None:
    assert port_is_free(1)
    cache = ForgivingRedisCache("redis://127.0.0.1:1/0", {"OPTIONS": {"socket_connect_timeout": 0.5}})

    cache.set("name", "value")

    assert cache.get("name", "default") == "default"
    assert cache.get_many(["name"]) == {}
    assert cache.add("name", "value") is True
    assert cache.has_key("name") is False
    assert cache.touch("name") is False
    assert cache.delete("name") is False
    assert cache.set_many({"name": "value"}) == ["name"]


def test_a_turn_reads_a_value_once_and_sees_what_it_writes_itself() -> None:
    from django.core.cache import cache

    cache.set("turn", 1)
    with kept_reads():
        assert cache.get("turn") == 1
        other = ForgivingRedisCache(settings.CACHE_URL, {"KEY_PREFIX": "parley"})
        other._cache.set(cache.make_key("turn"), 2, 60)
        assert cache.get("turn") == 1
        assert cache.get("nothing", "default") == "default"
        other._cache.set(cache.make_key("nothing"), 5, 60)
        assert cache.get("nothing", "another") == "another"
        cache.set("turn", 3)
        assert cache.get("turn") == 3
        cache.delete("turn")
        assert cache.get("turn") is None
    cache.set("turn", 4)
    assert cache.get("turn") == 4
