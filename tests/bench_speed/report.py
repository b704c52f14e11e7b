"""The figures of growth as tables, and what must come out."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.lab.bench import Table
from tests.bench_speed.growth import STEPS, Past
from tests.bench_speed.queries import SCAN, Answer
from tests.bench_speed.whole import Whole

MOST_GROWTH = 1.25  # an article after a million may cost so many times what the first did
MOST_PUBLISH = 5.0  # seconds
MOST_MEMORY = 1.5  # GB


def growth_table(pasts: Sequence[Past]) -> Table:
    """What an article costs by step, one column for each past, and the last against the first."""
    first, last = pasts[0], pasts[-1]
    rows = [_row(step, [past.each(step) for past in pasts]) for step in STEPS]
    rows.append(_row("**all of it**", [past.total for past in pasts]))
    rows.append(_row("processor time of all of it", [past.cpu / past.taken for past in pasts]))
    for name in ("changes", "texts"):
        shown = {"changes": "changes on record", "texts": "earlier texts compared in full, for each thousand articles"}
        factor = 1 if name == "changes" else 1000
        counts = [past.compared_with[name] * (1 if factor == 1 else factor / past.taken) for past in pasts]
        rows.append((shown[name], *(f"{count:,.0f}" for count in counts), ""))
    head = ("milliseconds an article", *(f"{past.held:,} held" for past in pasts), "last / first")
    title = f"{first.taken:,} articles taken in, after none and after {last.held:,}"
    return Table(title, head, tuple(rows))


def _row(name: str, seconds: Sequence[float]) -> tuple[str, ...]:
    ratio = seconds[-1] / seconds[0] if seconds[0] else 0.0
    return (name, *(f"{1000 * value:.2f}" for value in seconds), f"{ratio:.2f}")


def whole_table(wholes: Sequence[Whole]) -> Table:
    """Publishing, the start of a run and memory, one column for each store."""
    rows: list[tuple[str, ...]] = [
        ("claims", *(f"{whole.claims:,}" for whole in wholes)),
        ("published file", *(f"{whole.size / 2**20:,.0f} MB" for whole in wholes)),
        ("publishing", *(f"{whole.publish:.2f} s" for whole in wholes)),
    ]
    rows += [
        (f"a run's start: {name}", *(f"{1000 * whole.start[name]:.0f} ms" for whole in wholes))
        for name in wholes[0].start
    ]
    rows += [(f"memory: {name}", *(f"{whole.memory[name]:.2f} GB" for whole in wholes)) for name in wholes[0].memory]
    return Table(
        "Publishing, the start of a run, memory at most",
        ("what", *(f"{whole.articles:,} articles" for whole in wholes)),
        tuple(rows),
    )


def answers_table(wholes: Sequence[Whole], answers: Sequence[Sequence[Answer]]) -> Table:
    """How long each question takes, and how many of the yardstick of the same store that is."""
    yard = [next(answer.took for answer in told if answer.question.name == SCAN.name) for told in answers]
    rows = []
    for place, answer in enumerate(answers[-1]):
        most = f"{answer.question.most:.0f} ms" if answer.question.most else ""
        cells = [
            f"{told[place].took:.1f} ms ({told[place].took / scan:.1f})"
            for told, scan in zip(answers, yard, strict=True)
        ]
        rows.append((answer.question.name, *cells, f"{answer.rows:,}", most))
    head = ("question (times the yardstick)", *(f"{whole.articles:,} articles" for whole in wholes), "rows", "at most")
    return Table("Questions of an analyst, to the published file", head, tuple(rows))


def failures(pasts: Sequence[Past], wholes: Sequence[Whole], answers: Sequence[Sequence[Answer]]) -> list[str]:
    """What is slower than it may be, in plain words."""
    out = []
    ratio = pasts[-1].total / pasts[0].total
    if ratio > MOST_GROWTH:
        out.append(f"after {pasts[-1].held:,} articles one costs {ratio:.2f} times what the first did")
    last = wholes[-1]
    if last.publish > MOST_PUBLISH:
        out.append(f"publishing {last.articles:,} articles takes {last.publish:.1f} s")
    out += [f"{name}: {used:.2f} GB of memory" for name, used in last.memory.items() if used > MOST_MEMORY]
    for answer in answers[-1]:
        if answer.question.most is not None and answer.took > answer.question.most:
            out.append(f"{answer.question.name} takes {answer.took:.0f} ms, may take {answer.question.most:.0f}")
    return out
