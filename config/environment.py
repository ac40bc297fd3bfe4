"""What the environment says, parsed for settings: addresses, switches, the data folder, the secret key."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

STATE_FILE = "services.json"
"""Written by whoever started the embedded servers: their addresses, so that other commands find them."""


def flag(name: str, *, default: bool = False) -> bool:
    """True for 1, true, yes and on in any case; anything else that is not empty is False."""
    value = os.environ.get(name, "").strip().lower()
    return value in {"1", "true", "yes", "on"} if value else default


def number(name: str, default: int) -> int:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def words(name: str) -> list[str]:
    """Items separated by commas, blanks left out."""
    return [item.strip() for item in os.environ.get(name, "").split(",") if item.strip()]


def data_folder(project: Path) -> Path:
    """Where everything lives that is not in the checkout: PARLEY_DATA_DIR, else `.data` beside manage.py."""
    given = os.environ.get("PARLEY_DATA_DIR", "").strip()
    return Path(given).expanduser().resolve() if given else project / ".data"


def service_urls(data: Path) -> dict[str, str]:
    """Addresses of the database, the broker and the cache.

    The environment wins; then the state file that the embedded servers left while they run; then an address
    where nothing answers, so that commands without a database still work.
    """
    running = read_state(data)
    broker = os.environ.get("BROKER_URL") or running.get("broker_url", "redis://127.0.0.1:1/0")
    return {
        "database": os.environ.get("DATABASE_URL")
        or running.get("database_url", "postgres://parley@127.0.0.1:1/parley"),
        "broker": broker,
        "cache": os.environ.get("CACHE_URL") or replace_redis_database(broker, 1),
    }


def read_state(data: Path) -> dict[str, Any]:
    try:
        state = json.loads((data / STATE_FILE).read_text())
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def replace_redis_database(url: str, index: int) -> str:
    """The same server with another database number, so that cache keys and queues never meet."""
    parts = urlsplit(url)
    return parts._replace(path=f"/{index}").geturl()


def database_settings(url: str) -> dict[str, Any]:
    """Django's settings for one `postgres://user:password@host:port/name?option=value` address.

    A socket folder stands percent-encoded in the host's place or as `?host=/folder`. Other options go to
    libpq as they are.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL must start with postgres:// (Parley needs PostgreSQL 15 or newer)."
        )
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ImproperlyConfigured(
            "DATABASE_URL must end with the name of a database, as in postgres://user@host/parley."
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or unquote(parts.hostname or ""),
        "PORT": str(port_of(parts) or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, **options},
    }


def email_settings(url: str) -> dict[str, Any]:
    """EMAIL_* settings for `smtp://user:password@host:port`; empty means: print mails to the console."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtp+tls", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured(
            "EMAIL_URL must look like smtp+tls://user:password@host:587 (or smtp://, smtps://)."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port_of(parts) or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 10,
    }


def port_of(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise ImproperlyConfigured(f"The port in an address to {parts.hostname!r} is not a number.") from None


def origin(url: str) -> str:
    """Scheme, host and port of an address, as browsers write an origin: default ports are left out."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured(
            f"{url!r} is not an address of a site; it must look like https://crm.example.com."
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = port_of(parts)
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" if port in {None, default} else f"{parts.scheme}://{host}:{port}"


def secret_key(data: Path, environment: Mapping[str, str] = os.environ) -> str:
    """SECRET_KEY; without one, a random key made once and kept in the data folder for its owner only."""
    given = environment.get("SECRET_KEY", "").strip()
    if given:
        return given
    path = data / "secret_key"
    try:
        return path.read_text().strip() or _write_key(path)
    except FileNotFoundError:
        return _write_key(path)
    except PermissionError:
        raise ImproperlyConfigured(
            f"{path} belongs to somebody else. Set SECRET_KEY or PARLEY_DATA_DIR."
        ) from None


def _write_key(path: Path) -> str:
    path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(secrets.token_urlsafe(64))
    if path.exists() and not path.stat().st_size:
        path.unlink()
    try:
        # link() refuses an existing name: of two processes that start together, one key wins.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()
