"""The window that a page shows, read from its URL: half-open, of bounded length.

Short windows are whole minutes and may be read from the requests themselves; longer ones are
whole hours, because that is what rollups are kept for. A day of any zone is a sum of hours; where
midnight lies between two of them, days begin with the hour that holds it, so that they adjoin.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dashboard.frame.query import UTC_ZONE, BadQuery
from tracking.store.periods import DAY, HOUR, MINUTE

MOMENT = timedelta(microseconds=1)
# Up to now.
PRESETS = {"1h": HOUR, "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY, "90d": 90 * DAY}
CALENDAR = {"last-week": "Last week", "this-month": "This month", "last-month": "Last month"}
PRESET_WORDS = {"1h": "hour", "24h": "24 hours", "7d": "7 days", "30d": "30 days"} | {
    "90d": "90 days",
    "last-week": "week",
    "this-month": "month",
    "last-month": "month",
}
# The page's bar has the first four; the rest is behind them.
MORE_PRESETS = {"90d": "90 days", **CALENDAR}
DEFAULT_PRESET = "24h"
ROWS_UP_TO = 6 * HOUR
HOURS_UP_TO = 8 * DAY
LONGEST = 366 * DAY
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Window(NamedTuple):
    """[since, until); `preset` is empty for a custom window. `zone` says where days begin."""

    since: datetime
    until: datetime
    preset: str = ""
    zone: ZoneInfo = UTC_ZONE

    @property
    def length(self) -> timedelta:
        return self.until - self.since

    @property
    def reads_rows(self) -> bool:
        return self.length <= ROWS_UP_TO

    @property
    def bucket(self) -> timedelta:
        """The length of one point of a chart; days are those of the zone."""
        if self.reads_rows:
            return MINUTE if self.length <= HOUR else 5 * MINUTE
        return HOUR if self.length <= HOURS_UP_TO else DAY

    @property
    def starts(self) -> list[datetime]:
        """When each bucket starts."""
        if self.bucket == DAY:
            last = day_of(self.until - HOUR, self.zone)
            days = range((last - day_of(self.since, self.zone)).days + 1)
            midnights = (midnight(last - DAY * back, self.zone) for back in reversed(days))
            return [max(self.since, start) for start in midnights]
        first = floor(self.since, self.bucket)
        return [first + n * self.bucket for n in range(-((first - self.until) // self.bucket))]

    def bucket_of(self, start: datetime) -> datetime:
        """The start of the bucket that holds what starts then and takes no longer."""
        if self.bucket == DAY:
            return max(self.since, midnight(day_of(start, self.zone), self.zone))
        return floor(start, self.bucket)

    @property
    def days(self) -> int:
        """How many whole days of the zone it is; 0 if it isn't."""
        first, end = (day_of(edge, self.zone) for edge in (self.since, self.until))
        edges = (midnight(first, self.zone), midnight(end, self.zone))
        return (end - first).days if (self.since, self.until) == edges else 0

    def before(self, now: datetime) -> "Window":
        """The one before, as long; while this one lasts, as far into that as this one has come."""
        since = self._since_before()
        until = min(self.since, since + self.so_far(now)) if self.lasts(now) else self.since
        return self._replace(since=since, until=until, preset="")

    def so_far(self, now: datetime) -> timedelta:
        """How much of it has come, in whole steps."""
        return min(self.until, ceil(now + MOMENT, _step(self.length))) - self.since

    def lasts(self, now: datetime) -> bool:
        return self.so_far(now) < self.length

    def _since_before(self) -> datetime:
        first = day_of(self.since, self.zone)
        if self.preset.endswith("-month"):
            return midnight((first - DAY).replace(day=1), self.zone)
        if self.days:
            return midnight(first - self.days * DAY, self.zone)
        return self.since - self.length

    @property
    def words(self) -> str:
        """As in "on the 7 days before"."""
        if self.preset:
            return PRESET_WORDS[self.preset]
        hours = self.length / HOUR
        if hours < 1:
            return f"{self.length // MINUTE} minutes"
        return f"{hours:g} hours" if hours <= 48 else f"{self.length / DAY:.3g} days"

    def words_before(self, now: datetime) -> str:
        """As in "on the same part of the month before"."""
        part = "the same part of " if self.lasts(now) else ""
        return f"{part}the {self.words} before"

    @property
    def alignment(self) -> str:
        """What the page says about its edges; nothing where they are whole minutes."""
        if self.reads_rows:
            return ""
        if not self.days:
            return "in whole hours"
        begins = f"{self.since.astimezone(self.zone):%H:%M}"
        hours = "" if begins == "00:00" else f" from {begins} on, as totals are kept by UTC hour"
        return f"{self.days} day{'' if self.days == 1 else 's'}{hours}"

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
    if preset in CALENDAR:
        first, end = _calendar(preset, day_of(now, zone))
        return Window(midnight(first, zone), midnight(end, zone), preset, zone)
    if preset not in PRESETS:
        raise BadQuery(f"window must be one of {', '.join([*PRESETS, *CALENDAR])}.")
    length = PRESETS[preset]
    if length > HOURS_UP_TO:
        end = day_of(now, zone) + DAY
        return Window(midnight(end - length, zone), midnight(end, zone), preset, zone)
    until = ceil(now + MOMENT, _step(length))
    return Window(until - length, until, preset, zone)


def floor(moment: datetime, step: timedelta) -> datetime:
    return moment - (moment - _EPOCH) % step


def ceil(moment: datetime, step: timedelta) -> datetime:
    return moment + (_EPOCH - moment) % step


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins: the start of the hour in UTC that holds its first moment."""
    return floor(datetime.combine(day, time(), zone).astimezone(UTC), HOUR)


def day_of(start: datetime, zone: ZoneInfo) -> date:
    """The day to which an hour belongs: the one that it ends in."""
    return (floor(start, HOUR) + HOUR - MOMENT).astimezone(zone).date()


def with_offsets(query: Mapping[str, str], zone: ZoneInfo) -> dict[str, str]:
    """Those of `since` and `until` that name no offset, with that of the zone: whoever is sent
    the link shall see the same hours."""
    texts = {name: query[name] for name in ("since", "until") if query.get(name)}
    try:
        moments = {name: datetime.fromisoformat(text) for name, text in texts.items()}
    except ValueError:
        return {}
    return {
        name: moment.replace(tzinfo=zone).isoformat(timespec="minutes")
        for name, moment in moments.items()
        if not moment.tzinfo
    }


def _calendar(preset: str, today: date) -> tuple[date, date]:
    """The first day, and the one after the last; weeks begin on Monday."""
    if preset == "last-week":
        monday = today - today.weekday() * DAY
        return monday - 7 * DAY, monday
    month = today.replace(day=1)
    if preset == "last-month":
        return (month - DAY).replace(day=1), month
    return month, (month + 31 * DAY).replace(day=1)


def _custom(query: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Window:
    since = _moment("since", query.get("since", ""), zone)
    until = _moment("until", query["until"], zone) if query.get("until") else now
    if since >= until:
        raise BadQuery("since must lie before until.")
    step = _step(until - since)
    whole_days = all(_is_midnight(edge, zone) for edge in (since, until))
    window = Window(
        floor(since, step), floor(until, step) if whole_days else ceil(until, step), zone=zone
    )
    if window.length > LONGEST + HOUR:
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


def _is_midnight(moment: datetime, zone: ZoneInfo) -> bool:
    return moment.astimezone(zone).time() == time()


def _step(length: timedelta) -> timedelta:
    """What a window of that length is aligned to."""
    if length <= ROWS_UP_TO:
        return MINUTE if length <= HOUR else 5 * MINUTE
    return HOUR


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}Z"
