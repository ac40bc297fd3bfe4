"""The "as of" of every evaluation: an instant, the zone in which its days begin and end, the hours."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from core.calendars.clock import BusinessClock


@dataclass(frozen=True, slots=True)
class Moment:
    """`now` aware, `timezone` an IANA name, `calendar` None where no business hours are known.

    Raises ValueError for a naive `now` and ZoneInfoNotFoundError for an unknown zone.
    """

    now: datetime
    timezone: str
    calendar: BusinessClock | None = None

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("Moment.now must be aware")
        ZoneInfo(self.timezone)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        """The instant, in UTC, at which the day begins on the wall clock of the zone.

        Where the clocks jump over midnight it is the instant of the jump.
        """
        return datetime.combine(day, time.min, tzinfo=self.zone).astimezone(UTC)
