"""The dates that feeds and pages write, read by one function.

Formats: RFC 822 / RFC 5322 with its many misspellings, ISO 8601 / W3CDTF, month-first English dates, epoch
seconds. What we can't read is no date, and its flaw is told; what has no zone is taken as UTC. feedparser takes CET,
BST, IST and the like for UTC, silently; docs/libraries.md says why dateutil and dateparser don't serve.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from pipeline.model.words import Precision

EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD: Final = timedelta(days=1)

# Minutes east of UTC. Sources: RFC 822, 5.1 (UT to PDT; Z); abbreviations of the IANA tz database, 2026, for the
# rest. An abbreviation that several zones share is read as the one that news feeds use most, and that is noted:
# IST India (Irish summer +60, Israel +120), BST British summer (Bangladesh +360), CST US central (RFC 822; China
# +480, Cuba -300), AST Atlantic (Arabia +180), ECT Ecuador, PST US Pacific (RFC 822; Philippines +480).
ZONES: Final[dict[str, int]] = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0,
    "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
    "ET": -300, "AKST": -540, "AKDT": -480, "HST": -600, "AST": -240, "ADT": -180, "NST": -210, "NDT": -150,
    "COT": -300, "PET": -300, "ECT": -300, "BOT": -240, "VET": -240, "GYT": -240, "AMT": -240, "CLT": -240,
    "CLST": -180, "PYT": -180, "ART": -180, "BRT": -180, "BRST": -120, "UYT": -180,
    "BST": 60, "CET": 60, "MEZ": 60, "WEST": 60, "WAT": 60, "CEST": 120, "MESZ": 120, "EET": 120, "CAT": 120,
    "SAST": 120, "EEST": 180, "EAT": 180, "MSK": 180, "TRT": 180, "IRST": 210, "GST": 240, "PKT": 300, "IST": 330,
    "NPT": 345, "ICT": 420, "WIB": 420, "HKT": 480, "SGT": 480, "MYT": 480, "PHT": 480, "AWST": 480, "WITA": 480,
    "JST": 540, "KST": 540, "WIT": 540, "ACST": 570, "ACDT": 630, "AEST": 600, "AEDT": 660, "NZST": 720,
    "NZDT": 780,
}  # fmt: skip
AMBIGUOUS: Final = frozenset({"IST", "BST", "CST", "AST", "ECT", "PST", "ET", "AMT", "GST"})

# First letters of the months in English, French, Spanish and Portuguese, without accents.
_MONTHS: Final[dict[str, int]] = {
    prefix: month
    for month, prefixes in enumerate(
        ("jan ene", "feb fev", "mar", "apr avr abr", "may mai", "jun juin", "jul juil", "aug aou ago", "sep set",
         "oct out", "nov", "dec dic dez"),
        start=1,
    )
    for prefix in prefixes.split()
}  # fmt: skip
_ACCENTS: Final = str.maketrans("éèêûùôçãáíóúÉÛ", "eeeuuocaaiouEU")

_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,]\d{1,9})?)?"
_AFTER = r"(?:[T\s,]{1,3}" + _CLOCK + r")?\s{0,3}(?P<half>[AaPp]\.?[Mm](?![A-Za-z])\.?)?\s{0,3}(?P<zone>\S.{0,40})?"
_ISO = re.compile(r"(?P<year>\d{4})(?:[-/](?P<month>\d{1,2})(?:[-/](?P<day>\d{1,2})" + _AFTER + r")?)?")
_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:T(?P<hour>\d{2}):?(?P<minute>\d{2}):?(?P<second>\d{2})?"
    r"(?P<zone>\S.{0,40})?)?"
)
_DAY_NAME = r"(?:[^\W\d_]{2,12}\.?(?:,\s{0,3}|\s{1,3}))?"
_RFC = re.compile(
    _DAY_NAME + r"(?P<day>\d{1,2})(?:\s{1,3}de)?[\s-]{1,3}(?P<name>[^\W\d_]{3,12})\.?,?(?:\s{1,3}de)?[\s-]{1,3}"
    r"(?P<year>\d{4}|\d{2})" + _AFTER
)
_ENGLISH = re.compile(
    _DAY_NAME + r"(?P<name>[^\W\d_]{3,12})\.?\s{1,3}(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s{1,3}(?P<year>\d{4})" + _AFTER
)
_ASCTIME = re.compile(
    _DAY_NAME + r"(?P<name>[A-Za-z]{3})\s(?P<day>\d{1,2})\s" + _CLOCK + r"\s(?P<zone>[A-Za-z]{2,5}\s)?(?P<year>\d{4})"
)
_EPOCH = re.compile(r"(\d{9,10})(\d{3})?(?:\.\d{1,6})?")
_OFFSET = re.compile(r"(?:UTC|GMT)?\s?([+-])\s?(\d{1,2}):?(\d{2})?(?:\s.*)?", re.IGNORECASE)
_ZONE_NAME = re.compile(r"\(?([A-Za-z]{1,5})\)?(?:\s.*)?")


@dataclass(frozen=True, slots=True)
class Dated:
    """A time and how exactly it is known.

    Attributes:
        time: in the offset that is written, or in UTC; None where there is none that we believe.
        precision: whether it is a time, a day, a month or a year.
        flaws: what is wrong with it, a sentence each.
        zoned: whether a zone is written that is one alone: else the time may be another by hours.
    """

    time: datetime | None
    precision: Precision = Precision.TIME
    flaws: tuple[str, ...] = ()
    zoned: bool = True


def read_date(raw: str, now: datetime) -> Dated:
    """Return the time that a string names.

    24:00 is the next day's start and second 60 the next minute's. A date before 1990 or over a day after
    ``now`` is not believed.

    Args:
        raw: the string as it is written.
        now: UTC.
    """
    text = " ".join(raw[:200].split())
    if not text:
        return Dated(None)
    try:
        found = _read(text)
    except (ValueError, OverflowError):  # the 31st of February, hour 99, an offset of 99 hours
        found = None
    if found is None or found.time is None:
        return Dated(None, flaws=("A date could not be read.",))
    if found.time < EARLIEST:
        return Dated(None, flaws=("A date is before 1990 and was not believed.",))
    if found.time > now + AHEAD:
        return Dated(None, flaws=("A date is more than a day ahead and was not believed.",))
    return found


def _read(text: str) -> Dated | None:
    if epoch := _EPOCH.fullmatch(text):
        return Dated(datetime.fromtimestamp(int(epoch[1]), UTC))
    plain = text.translate(_ACCENTS)
    for pattern in (_COMPACT, _ISO, _RFC, _ENGLISH, _ASCTIME):
        if found := pattern.fullmatch(plain):
            return _build(found.groupdict())
    return None


def _build(parts: dict[str, str | None]) -> Dated | None:
    """The time of a match's groups.

    Raises:
        ValueError: where there is no such day, hour or offset.
    """
    year = int(parts["year"] or 0)
    if len(parts["year"] or "") == 2:
        year += 2000 if year < 50 else 1900  # RFC 5322, 4.3
    if name := parts.get("name"):
        month = _month(name)
        if month is None:
            return None
    elif parts.get("month") is None:
        return Dated(datetime(year, 1, 1, tzinfo=UTC), Precision.YEAR)
    else:
        month = int(parts["month"] or 0)
    if parts.get("day") is None:
        return Dated(datetime(year, month, 1, tzinfo=UTC), Precision.MONTH)
    day = datetime(year, month, int(parts["day"] or 0), tzinfo=UTC)
    if parts.get("hour") is None:
        return Dated(day, Precision.DAY)
    hour, minute, second = int(parts["hour"] or 0), int(parts["minute"] or 0), int(parts.get("second") or 0)
    if half := parts.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        return None
    zone = (parts.get("zone") or "").strip()
    if not zone and not (hour or minute or second):
        return Dated(day, Precision.DAY)  # midnight without a zone is a day, padded
    local = day + timedelta(hours=hour, minutes=minute, seconds=second)
    minutes, flaw = _offset(zone)
    # By way of UTC, so that what no calendar holds is refused here.
    time = (local - timedelta(minutes=minutes)).astimezone(timezone(timedelta(minutes=minutes)))
    return Dated(time, flaws=(flaw,) if flaw else (), zoned=not flaw)


def _month(name: str) -> int | None:
    lowered = name.lower()
    return _MONTHS.get(lowered[:4]) or _MONTHS.get(lowered[:3])


def _offset(zone: str) -> tuple[int, str]:
    """Return minutes east of UTC, and what is wrong with the zone.

    Raises:
        ValueError: for an offset that no zone has.
    """
    if not zone:
        return 0, "A date has no zone and was taken as UTC."
    if found := _OFFSET.fullmatch(zone):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        timezone(timedelta(minutes=minutes))  # raises for a day or more
        return minutes if found[1] == "+" else -minutes, ""
    named = _ZONE_NAME.fullmatch(zone)
    code = named[1].upper() if named else ""
    if code not in ZONES:
        return 0, "A date has a zone that we do not know and was taken as UTC."
    if code in AMBIGUOUS:
        return ZONES[code], f"A date has the ambiguous zone {code}, read as UTC{ZONES[code] / 60:+g}."
    return ZONES[code], ""
