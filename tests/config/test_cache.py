from config.cache import ForgivingRedisCache
from config.processes import port_is_free


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
