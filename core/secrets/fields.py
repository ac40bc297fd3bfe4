"""Secrets at rest (architecture 9): encrypted in the column, never in logs, history or the API."""

from __future__ import annotations

import base64
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models


@lru_cache(maxsize=1)
def _cipher_for(keys: tuple[str, ...]) -> MultiFernet:
    derived = (
        HKDF(algorithm=SHA256(), length=32, salt=None, info=b"parley secrets at rest").derive(key.encode())
        for key in keys
    )
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])


def cipher() -> MultiFernet:
    """Encrypts with SECRET_KEY and still reads what SECRET_KEY_FALLBACKS encrypted."""
    return _cipher_for((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


class SecretJSON(dict[str, Any]):
    """Decrypted credentials that do not show their values when printed."""

    def __repr__(self) -> str:
        return f"SecretJSON({sorted(self)})"

    __str__ = __repr__


class SecretJSONField(models.BinaryField):  # type: ignore[type-arg]  # generic in the stubs only
    """A JSON object stored as one Fernet token. Not searchable, by intent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        super().__init__(*args, **kwargs)

    def get_prep_value(self, value: Any) -> bytes | None:
        return None if value is None else cipher().encrypt(json.dumps(value).encode())

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return super().get_db_prep_value(
            value if prepared else self.get_prep_value(value), connection, prepared=True
        )

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> SecretJSON | None:
        return None if value is None else SecretJSON(json.loads(cipher().decrypt(bytes(value))))

    def get_default(self) -> Any:
        return dict(super().get_default() or {}) if self.has_default() else None
