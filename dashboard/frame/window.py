"""The window that a page shows, read from its URL: half-open, in UTC, of bounded length.

Short windows are whole minutes and may be read from the requests themselves; longer ones are
whole hours, the longest whole UTC days, because that is what rollups are kept for.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dashboard.frame.query import BadQuery
from tracking.store.periods import DAY, HOUR

MINUTE = timedelta(minutes=1)
PRESETS = {"1h": HOUR, "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY}
PRESET_WORDS = {"1h": "hour", "24h": "24 hours", "7d": "7 days", "30d": "30 days"}
DEFAULT_PRESET = "24h"
ROWS_UP_TO = 6 * HOUR
HOURS_UP_TO = 8 * DAY
LONGEST = 366 * DAY
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Window(NamedTuple):
    """[since, until); `preset` is empty for a custom window."""

    since: datetime
    until: datetime
    preset: str = ""

    @property
    def length(self) -> timedelta:
        return self.until - self.since

    @property
    def reads_rows(self) -> bool:
        return self.length <= ROWS_UP_TO

    @property
    def bucket(self) -> timedelta:
        """The length of one point of a chart."""
        if self.reads_rows:
            return MINUTE if self.length <= HOUR else 5 * MINUTE
        return HOUR if self.length <= HOURS_UP_TO else DAY

    @property
    def starts(self) -> list[datetime]:
        """When each bucket starts."""
        first = floor(self.since, self.bucket)
        return [first + n * self.bucket for n in range(-((first - self.until) // self.bucket))]

    @property
    def before(self) -> "Window":
        """The window of the same length that ends where this one begins."""
        return Window(self.since - self.length, self.since)

    @property
    def words(self) -> str:
        """As in "on the 7 days before"."""
        if self.preset:
            return PRESET_WORDS[self.preset]
        hours = self.length / HOUR
        if hours < 1:
            return f"{self.length // MINUTE} minutes"
        return f"{hours:g} hours" if hours <= 48 else f"{self.length / DAY:.3g} days"

    @property
    def alignment(self) -> str:
        """What the page says about its edges; nothing where they are whole minutes."""
        if self.reads_rows:
            return ""
        return "whole hours" if self.length <= HOURS_UP_TO else "whole days in UTC"

    @property
    def query(self) -> dict[str, str]:
        """The parameters that bring the window back."""
        if self.preset:
            return {"window": self.preset}
        return {"since": _text(self.since), "until": _text(self.until)}


def window_of(query: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Window:
    """From `window=7d`, or `since` and `until` (ISO 8601; without offset in `zone`)."""
    if "since" in query or "until" in query:
        return _custom(query, now, zone)
    preset = query.get("window") or DEFAULT_PRESET
    if preset not in PRESETS:
        raise BadQuery(f"window must be one of {', '.join(PRESETS)}.")
    until = ceil(now + timedelta(microseconds=1), _step(PRESETS[preset]))
    return Window(until - PRESETS[preset], until, preset)


def floor(moment: datetime, step: timedelta) -> datetime:
    return moment - (moment - _EPOCH) % step


def ceil(moment: datetime, step: timedelta) -> datetime:
    return moment + (_EPOCH - moment) % step


def _custom(query: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Window:
    since = _moment("since", query.get("since", ""), zone)
    until = _moment("until", query["until"], zone) if query.get("until") else now
    if since >= until:
        raise BadQuery("since must lie before until.")
    step = _step(until - since)
    window = Window(floor(since, step), ceil(until, step))
    if window.length > LONGEST:
        raise BadQuery(f"A window may have at most {LONGEST.days} days.")
    return window


def _moment(name: str, text: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=moment.tzinfo or zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadQuery(f"{name} must be a time such as 2026-03-01T14:00.") from None
    if not EARLIEST <= moment <= LATEST:
        raise BadQuery(f"{name} must lie between the years 2000 and 2099.")
    return moment


def _step(length: timedelta) -> timedelta:
    """What a window of that length is aligned to."""
    if length <= ROWS_UP_TO:
        return MINUTE if length <= HOUR else 5 * MINUTE
    return HOUR if length <= HOURS_UP_TO else DAY


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}Z"
