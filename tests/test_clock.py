"""The suite with the clock days on: where the clock stands, what is told at the end, what is needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import clock


def test_the_clock_goes_on_from_days_later_and_seconds_last_as_long_as_they_do() -> None:
    environ = clock.moved({"PATH": "/bin"}, Path("/lib/libfaketimeMT.so.1"), 30)

    assert environ == {
        "PATH": "/bin",
        "LD_PRELOAD": "/lib/libfaketimeMT.so.1",
        "FAKETIME": "+30d",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
    }


def test_what_is_loaded_before_is_loaded_still() -> None:
    assert clock.moved({"LD_PRELOAD": "a.so"}, Path("/f.so"), 1)["LD_PRELOAD"] == "/f.so a.so"


def test_each_clock_has_its_turn_and_its_totals_also_after_one_that_failed(capsys: pytest.CaptureFixture[str]) -> None:
    said = {1: (1, "1 failed, 9 passed in 7.00s"), 30: (0, "10 passed in 7.00s")}

    assert clock.run_clocks([1, 30], said.__getitem__) == 1

    assert capsys.readouterr().out.endswith(
        "The suite with the clock on:\n"
        "      1 days on: 1 failed, 9 passed in 7.00s, exit 1\n"
        "     30 days on: 10 passed in 7.00s\n"
    )


def test_all_is_well_where_it_is_so_with_each_clock() -> None:
    assert clock.run_clocks([1, 30], lambda days: (0, "10 passed in 7.00s")) == 0


def test_a_clock_that_has_not_moved_is_no_test() -> None:
    with pytest.raises(SystemExit, match=r"should be 30 days on and is 0\.00: libfaketime does not work here"):
        clock.check_moved(1_000_000.5, 1_000_000, 30)

    clock.check_moved(1_000_000.5 + 30 * 86_400, 1_000_000, 30)


@pytest.mark.parametrize(
    ("line", "totals"),
    [
        (
            "====== 1 failed, 9 passed, 2 skipped in 7.00s (0:00:07) ======",
            "1 failed, 9 passed, 2 skipped in 7.00s (0:00:07)",
        ),
        ("10 passed in 7.00s", "10 passed in 7.00s"),
    ],
)
def test_the_totals_are_those_of_the_closing_line(line: str, totals: str) -> None:
    found = clock.CLOSING.match(line)

    assert found is not None
    assert found[1] == totals


def test_the_library_is_found_where_debian_puts_it(tmp_path: Path) -> None:
    library = tmp_path / "x86_64-linux-gnu" / "faketime" / "libfaketimeMT.so.1"
    library.parent.mkdir(parents=True)
    library.touch()

    assert clock.find_library([tmp_path]) == library
    assert clock.find_library([tmp_path / "empty"]) is None


def test_who_has_no_libfaketime_is_told_what_to_install(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert clock.main(["--library", str(tmp_path / "none.so")]) == 2

    assert "apt-get install faketime" in capsys.readouterr().err
