"""Dates as feeds and pages write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Precision
from pipeline.model.dates import AMBIGUOUS, ZONES, Dated, read_date

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def read(raw: str) -> Dated:
    return read_date(raw, NOW)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Tue, 05 Mar 2024 10:00:00 GMT", at(2024, 3, 5, 10)),
        ("Tue, 5 Mar 2024 10:00:00 +0100", at(2024, 3, 5, 9)),
        ("Tue, 05 Mar 2024 10:00 CET", at(2024, 3, 5, 9)),
        ("Fri, 05 Jul 2024 10:00:00 CEST", at(2024, 7, 5, 8)),
        ("Tue, 05 Mar 2024 10:00:00 EAT", at(2024, 3, 5, 7)),
        ("Tue, 05 Mar 2024 10:00:00 EST", at(2024, 3, 5, 15)),
        ("Tue, 05 Mar 2024 10:00:00 EDT", at(2024, 3, 5, 14)),
        ("05 Mar 24 10:00:00 Z", at(2024, 3, 5, 10)),
        ("05 Mar 99 10:00:00 Z", at(1999, 3, 5, 10)),
        ("Tuesday, 05 March 2024 10:00:00 GMT", at(2024, 3, 5, 10)),
        ("Tue,05 Mar 2024 10:00:00 +0000 (UTC)", at(2024, 3, 5, 10)),
        ("Tue, 05 Mar 2024 10:00:00 GMT+0300", at(2024, 3, 5, 7)),
        ("Tue, 05 Mar 2024 10:00:00 UTC-5", at(2024, 3, 5, 15)),
        ("mar, 05 mars 2024 10:00:00 +0000", at(2024, 3, 5, 10)),
        ("lun., 05 août 2024 10:00:00 -0400", at(2024, 8, 5, 14)),
        ("Lun, 01 Abr 2024 10:00:00 GMT", at(2024, 4, 1, 10)),
        ("5 de enero de 2024 10:00 GMT", at(2024, 1, 5, 10)),
        ("Mar 5, 2024 10:00 PM GMT", at(2024, 3, 5, 22)),
        ("March 5th, 2024 12:30 a.m. GMT", at(2024, 3, 5, 0, 30)),
        ("2024-03-05T10:00:00Z", at(2024, 3, 5, 10)),
        ("2024-03-05T10:00:00.123456+05:30", at(2024, 3, 5, 4, 30)),
        ("2024-03-05 10:00:00 +0100", at(2024, 3, 5, 9)),
        ("20240305T100000Z", at(2024, 3, 5, 10)),
        ("Tue Mar  5 10:00:00 EST 2024", at(2024, 3, 5, 15)),
        ("1709632800", at(2024, 3, 5, 10)),
        ("1709632800123", at(2024, 3, 5, 10)),
        ("Tue, 05 Mar 2024 24:00:00 GMT", at(2024, 3, 6)),
        ("Sat, 31 Dec 2016 23:59:60 GMT", at(2017, 1, 1)),
        ("2024-03-05T24:00:00Z", at(2024, 3, 6)),
        ("Tue, 05 Mar 2024 12:35:9 GMT", at(2024, 3, 5, 12, 35, 9)),
        ("2024-03-05T9:5:07Z", at(2024, 3, 5, 9, 5, 7)),
    ],
)
def test_a_date_is_read_in_utc(raw: str, expected: datetime) -> None:
    assert read(raw) == Dated(expected)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2024-03-05", Dated(at(2024, 3, 5), Precision.DAY)),
        ("2024/03/05", Dated(at(2024, 3, 5), Precision.DAY)),
        ("20240305", Dated(at(2024, 3, 5), Precision.DAY)),
        ("March 5, 2024", Dated(at(2024, 3, 5), Precision.DAY)),
        ("Tue, 05 Mar 2024", Dated(at(2024, 3, 5), Precision.DAY)),
        ("2024-03-05T00:00:00", Dated(at(2024, 3, 5), Precision.DAY)),
        ("2024-03", Dated(at(2024, 3, 1), Precision.MONTH)),
        ("2024", Dated(at(2024, 1, 1), Precision.YEAR)),
    ],
)
def test_a_date_without_a_time_says_how_exact_it_is(raw: str, expected: Dated) -> None:
    assert read(raw) == expected


def test_a_time_without_a_zone_is_taken_as_utc_and_told() -> None:
    assert read("Tue, 05 Mar 2024 10:00:00") == Dated(
        at(2024, 3, 5, 10), flaws=("A date has no zone and was taken as UTC.",), zoned=False
    )


def test_an_ambiguous_zone_is_read_as_the_usual_one_and_told() -> None:
    assert read("Tue, 05 Mar 2024 10:00:00 IST") == Dated(
        at(2024, 3, 5, 4, 30), flaws=("A date has the ambiguous zone IST, read as UTC+5.5.",), zoned=False
    )


def test_an_unknown_zone_is_taken_as_utc_and_told() -> None:
    assert read("Tue, 05 Mar 2024 10:00:00 XYZ") == Dated(
        at(2024, 3, 5, 10), flaws=("A date has a zone that we do not know and was taken as UTC.",), zoned=False
    )


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("3024-03-05T10:00:00Z", "more than a day ahead"),
        ("2026-06-02T00:00:01Z", "more than a day ahead"),
        ("1970-01-01T00:00:00Z", "before 1990"),
        ("05 Mar 49 10:00:00 GMT", "more than a day ahead"),  # 2049, and from 50 on the century before
        ("05 Mar 50 10:00:00 GMT", "before 1990"),
        ("0001-01-01T00:00:00+23:00", "could not be read"),
        ("9999-12-31T23:59:00-12:00", "could not be read"),
        ("Fri, 31 Feb 2024 10:00:00 GMT", "could not be read"),
        ("Tue, 05 Mar 2024 25:00:00 GMT", "could not be read"),
        ("Tue, 05 Mar 2024 24:30:00 GMT", "could not be read"),
        ("2024-03-05T10:00:00+99:00", "could not be read"),
        ("Tue, 05 Xyz 2024 10:00:00 GMT", "could not be read"),
        ("yesterday", "could not be read"),
        ("9" * 500, "could not be read"),
    ],
)
def test_a_date_that_can_not_be_is_none_and_told(raw: str, why: str) -> None:
    dated = read(raw)

    assert dated.time is None
    assert why in dated.flaws[0]


def test_a_date_within_the_next_day_is_believed() -> None:
    assert read("2026-06-01T23:00:00Z") == Dated(at(2026, 6, 1, 23))


def test_no_date_is_no_flaw() -> None:
    assert read("  ") == Dated(None)


@pytest.mark.parametrize("zone", sorted(set(ZONES) - AMBIGUOUS))
def test_each_zone_of_the_table_is_read_without_a_word(zone: str) -> None:
    dated = read(f"Tue, 05 Mar 2024 10:00:00 {zone}")

    assert dated == Dated(at(2024, 3, 5, 10) - timedelta(minutes=ZONES[zone]))


@given(
    st.datetimes(at(1990, 1, 2).replace(tzinfo=None), at(2026, 5, 31).replace(tzinfo=None)),
    st.integers(-14 * 60, 14 * 60),
)
def test_a_time_written_in_any_offset_is_the_same_time(time: datetime, minutes: int) -> None:
    moment = time.replace(microsecond=0, tzinfo=UTC)
    local = moment + timedelta(minutes=minutes)
    hours, rest = divmod(abs(minutes), 60)
    offset = f"{'+' if minutes >= 0 else '-'}{hours:02}{rest:02}"

    assert read(f"{local:%a, %d %b %Y %H:%M:%S} {offset}") == Dated(moment)
    assert read(f"{local:%Y-%m-%dT%H:%M:%S}{offset}") == Dated(moment)


@given(st.text(alphabet=st.sampled_from("0123456789:-+/., TZJanFebAMPM\u0660é"), max_size=40))
def test_no_string_breaks_the_reading(raw: str) -> None:
    dated = read(raw)

    assert dated.time is not None or dated.flaws or not raw.strip()
