"""Places in a list of leads in any order: the value and the id of the last lead shown. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.pipeline.errors import BadCursor

LONGEST = 4000
MAX_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Place:
    """`order` is the order it is of, `value` as text, None behind the leads that have one."""

    order: str
    value: str | None
    id: int

    def encode(self) -> str:
        """For a link."""
        text = json.dumps([self.order, self.value, self.id], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode("utf-8", "replace")).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Place:
        """Raises BadCursor."""
        try:
            padded = text[:LONGEST] + "=" * (-len(text[:LONGEST]) % 4)
            match json.loads(base64.urlsafe_b64decode(padded.encode("ascii", "strict"))):
                case [str(order), (str() | None) as value, int(key)] if 0 <= key <= MAX_ID:
                    if value is None or "\0" not in value:
                        return cls(order, value, key)
        except (ValueError, binascii.Error, RecursionError) as error:
            raise damaged() from error
        raise damaged()


def damaged() -> BadCursor:
    return BadCursor(_("This link is damaged. Open the list again."))
