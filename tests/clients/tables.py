"""What :mod:`tests.clients.beside` measured, as tables for docs/clients/README.md."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.doc_pages import rewritten

if TYPE_CHECKING:
    from tests.clients.beside import Measured, Tally
    from tests.clients.writer import Round

PAGE = Path(__file__).resolve().parents[2] / "docs" / "clients" / "README.md"
BEGIN = "<!-- figures: written by `python -m tests.clients.beside --update-docs`; do not edit by hand -->"
END = "<!-- end of figures -->"


def shown(measured: Measured) -> str:
    """All of it as Markdown: the clients, then the writer."""
    return f"{_clients(measured)}\n\n{_writer(measured)}"


def updated(page: str, measured: Measured) -> str:
    """The page's text with what was measured in its place."""
    return rewritten(page, shown(measured), begin=BEGIN, end=END, page=PAGE)


def _clients(measured: Measured) -> str:
    head = (
        "client",
        "version",
        "opened",
        "errors",
        "not whole",
        "too old",
        "median",
        "asked while kept open",
        "changed",
    )
    rows = [_client(tally) for tally in measured.tallies]
    over_http = [tally for tally in measured.tallies if tally.client.by_address]
    told = [
        f"{tally.client.name[0].upper()}{tally.client.name[1:]}, {tally.again} of {len(tally.seconds) + tally.again} "
        "openings met a file that was replaced meanwhile, and were made again. The one that kept the address open was "
        f"told {tally.kept_told} of {tally.kept_told + tally.kept} times that the file has been replaced."
        for tally in over_http
    ]
    return "\n\n".join([_table(head, rows), *told])


def _client(tally: Tally) -> tuple[str, ...]:
    return (
        f"[{tally.client.name}]({tally.client.page})",
        tally.version,
        f"{len(tally.seconds):,}",
        str(len(tally.errors) + len(tally.kept_errors)),
        str(tally.torn),
        str(tally.older),
        f"{1000 * median(tally.seconds):,.0f} ms" if tally.seconds else "",
        str(tally.kept + tally.kept_told),
        str(tally.kept_changed),
    )


def _writer(measured: Measured) -> str:
    head = ("the writer", "rounds", "refused", "late", "write, median", "publish, median", "slowest round")
    rows = [_rounds("alone", measured.alone), _rounds("beside them", measured.beside)]
    load = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end"
    return f"{_table(head, rows)}\n\nMeasured with {load}. Late: not published when the next round was due."


def _rounds(name: str, rounds: Sequence[Round]) -> tuple[str, ...]:
    return (
        name,
        str(len(rounds)),
        str(sum(one.refused for one in rounds)),
        str(sum(one.late_s > 1.0 for one in rounds)),
        f"{1000 * median(one.write_s for one in rounds):,.0f} ms",
        f"{1000 * median(one.publish_s for one in rounds):,.0f} ms",
        f"{1000 * max(one.late_s for one in rounds):,.0f} ms",
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
