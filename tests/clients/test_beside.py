"""Clients read while a watch writes and publishes each second: none fails, none sees half, none holds the writer up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.clients.beside import Measured, Tally, faults, measure
from tests.clients.clients import ALL
from tests.clients.tables import BEGIN, END, shown, updated
from tests.clients.writer import Round

SECONDS = 12

ROUND = Round(number=1, write_s=0.1, publish_s=0.05, late_s=0.15, refused=False)
GOOD = Tally(ALL[0], version="1.5.6", seconds=[0.05, 0.07, 0.09], kept=3)


def measured(*tallies: Tally, rounds: tuple[Round, ...] = (ROUND,)) -> Measured:
    return Measured([ROUND], list(rounds), list(tallies or (GOOD,)))


@pytest.mark.slow
@pytest.mark.timeout(400)  # two dozen programs on two cores
def test_every_client_reads_whole_publications_while_the_writer_is_never_held_up(tmp_path: Path) -> None:
    clients = [client for client in ALL if not client.missing]
    if len(clients) < len(ALL):
        pytest.skip("; ".join(client.missing for client in ALL if client.missing))
    found = measure(tmp_path, SECONDS, clients, alone=2)
    assert faults(found) == []
    assert [one.number for one in found.beside] == list(range(3, 3 + SECONDS))
    assert {tally.client.name for tally in found.tallies if tally.kept + tally.kept_told == 0} == set()


def test_nothing_is_wrong_where_all_was_whole_and_new_and_nobody_held_the_file() -> None:
    assert faults(measured()) == []


@pytest.mark.parametrize(
    ("tally", "said"),
    [
        (replace(GOOD, errors=["IO Error"]), "DuckDB's command line: IO Error"),
        (replace(GOOD, kept_errors=["gone"]), "DuckDB's command line, kept open: gone"),
        (replace(GOOD, torn=1), "DuckDB's command line: 1 answers that are no whole publication"),
        (replace(GOOD, older=2), "DuckDB's command line: 2 answers older than what was published when it opened"),
        (replace(GOOD, kept_changed=1), "DuckDB's command line: 1 answers that changed while it kept the file open"),
        (replace(GOOD, seconds=[]), "DuckDB's command line: it never got an answer"),
    ],
)
def test_what_a_client_met_is_told(tally: Tally, said: str) -> None:
    assert faults(measured(tally)) == [said]


def test_a_writer_that_met_a_lock_is_told() -> None:
    assert faults(measured(rounds=(ROUND, replace(ROUND, refused=True)))) == ["the writer was refused 1 times"]


def test_the_tables_say_what_was_measured_and_go_between_their_lines() -> None:
    late = replace(ROUND, late_s=1.2)
    told = shown(measured(rounds=(ROUND, ROUND, late)))
    assert "| [DuckDB's command line](duckdb-cli.md) | 1.5.6 | 3 | 0 | 0 | 0 | 70 ms | 3 | 0 |" in told
    assert "| beside them | 3 | 0 | 1 | 100 ms | 50 ms | 1,200 ms |" in told
    assert updated(f"Before\n{BEGIN}\nold\n{END}\nafter", measured()).startswith(f"Before\n{BEGIN}\n\n| client |")
