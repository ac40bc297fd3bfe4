"""Places in lists that are paged by keyset (architecture 8): a time and ids that break ties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from crm.pipeline.errors import BadCursor

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, order=True)
class Cursor:
    """The last item shown. `rank` orders kinds of items of one time where a list mixes kinds."""

    at: datetime
    rank: int
    id: int

    def encode(self) -> str:
        """For a link: microseconds since 1970, rank and id."""
        since = self.at - _EPOCH
        microseconds = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        return f"{microseconds}-{self.rank}-{self.id}"

    @classmethod
    def decode(cls, text: str) -> Cursor:
        """Raises BadCursor."""
        parts = text.split("-")
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
            raise BadCursor(_("This link is damaged. Open the list again."))
        microseconds, rank, key = (int(part) for part in parts)
        if microseconds > 10**17:
            raise BadCursor(_("This link is damaged. Open the list again."))
        return cls(
            datetime.fromtimestamp(microseconds // 1_000_000, UTC).replace(
                microsecond=microseconds % 1_000_000
            ),
            rank,
            key,
        )
